"""What the database itself refuses on this floor (see `accounts.database`)."""

from accounts.database import append_only, never_deleted, refuse_if, refuse_when, register

FROZEN = (
    "public_id",
    "kind",
    "subject_type",
    "subject_id",
    "facts",
    "template",
    "number",
    "verification_code",
    "wording_id",
)
CONSENTED = ("public_id", "organisation_id", "given_by_id", "given_at", "words")
ADDRESSED = ("public_id", "kind", "subject_type", "subject_id", "organisation_id", "available_at", "available_on")
OPENED = ("document_id", "opened_at", "opened_by_id")
DATED = ("notified_on", "recorded_on", "recorded_by_id", "presented_on", "delivered_on", "proof_id", "consent_id")
WRITTEN_ONCE = ("rendered_at", "sha256", "byte_size", "released_at")
# Written with the bytes, or never.
WRITTEN_WITH_BYTES = ("unsigned_sha256", "sealed_at", "sealed_by", "seal_certificate_sha256")


def _changed(column):
    # Neither engine has a common operator for "is distinct from".
    return f"(OLD.{column} <> NEW.{column} OR (OLD.{column} IS NULL) <> (NEW.{column} IS NULL))"


def _set_before(column):
    empty = " AND OLD.sha256 <> ''" if column == "sha256" else ""
    return f"(OLD.{column} IS NOT NULL{empty} AND {_changed(column)})"


def _changed_after_bytes(column):
    return f"(OLD.rendered_at IS NOT NULL AND {_changed(column)})"


# Once published (or given up), only its end is written.
WORDING = ("public_id", "kind", "scope", "number", "blocks", "note", "published_at", "published_by_id")

register(
    *never_deleted("documents_wordingversion"),
    refuse_when(
        "documents_wordingversion_fixed",
        "documents_wordingversion",
        "UPDATE",
        f"OLD.state <> 'draft' AND ({' OR '.join(map(_changed, WORDING))})",
        "documents_wordingversion: a published wording does not change: write the next version",
    ),
    *append_only("documents_documentcontent"),
    *never_deleted("documents_document"),
    *never_deleted("documents_numbercounter"),
    refuse_when(
        "documents_document_frozen",
        "documents_document",
        "UPDATE",
        " OR ".join(
            [
                *map(_changed, FROZEN),
                *map(_set_before, WRITTEN_ONCE),
                *map(_changed_after_bytes, WRITTEN_WITH_BYTES),
            ]
        ),
        "documents_document: what a document states is frozen once it is asked for",
    ),
    *never_deleted("documents_electronicconsent"),
    refuse_when(
        "documents_electronicconsent_fixed",
        "documents_electronicconsent",
        "UPDATE",
        " OR ".join([*map(_changed, CONSENTED), *map(_set_before, ("withdrawn_at", "withdrawn_by_id"))]),
        "documents_electronicconsent: a consent is fixed, and withdrawn once",
    ),
    *never_deleted("documents_formalnotification"),
    refuse_when(
        "documents_formalnotification_fixed",
        "documents_formalnotification",
        "UPDATE",
        " OR ".join([*map(_changed, ADDRESSED), *map(_set_before, (*OPENED, *DATED))]),
        "documents_formalnotification: an act is notified once",
    ),
    refuse_if(
        "documents_formalnotification_after_release",
        "documents_formalnotification",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM documents_document WHERE id = NEW.document_id AND released_at IS NOT NULL)",
        "documents_formalnotification: nothing is notified before it is available",
        when="NEW.document_id IS NOT NULL",
    ),
    refuse_when(
        "documents_numbercounter_forward",
        "documents_numbercounter",
        "UPDATE",
        "NEW.last <> OLD.last + 1 OR NEW.name <> OLD.name OR NEW.year <> OLD.year",
        "documents_numbercounter: a counter moves by one",
    ),
)
