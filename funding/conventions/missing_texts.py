"""Texts that were sent or signed and have no PDF: their words are frozen, it is asked for again."""

from documents import missing
from documents.missing import Source
from documents.models import Document
from funding.conventions import sending
from funding.models import AgreementVersion

Kind = Document.Kind
State = AgreementVersion.State
TO_SIGN = (State.SENT, State.SIGNED_BY_BENEFICIARY, State.SIGNED_BY_STATE, State.IN_FORCE)
RELATED = ("agreement__award__organisation", "agreement__award__application")


def sent_without_document():
    rows = AgreementVersion.objects.filter(state__in=TO_SIGN).select_related(*RELATED)
    return missing.without(rows, Kind.AGREEMENT, Kind.AMENDMENT)


def signed_without_copy():
    rows = AgreementVersion.objects.filter(state=State.IN_FORCE).select_related(*RELATED)
    return missing.without(rows, Kind.SIGNED_AGREEMENT, Kind.SIGNED_AMENDMENT)


def ask_text(agreement_version, by):
    sending.ask_document(agreement_version, by)
    return agreement_version.document


def ask_copy(agreement_version, by):
    sending.ask_signed_document(agreement_version, by)
    return agreement_version.signed_document


def register():
    dossier = "agreement__award__application"
    missing.register(
        Source("agreement", "Convention ou avenant sans texte à signer", sent_without_document, ask_text, dossier),
        Source("signed_agreement", "Convention signée sans exemplaire", signed_without_copy, ask_copy, dossier),
    )
