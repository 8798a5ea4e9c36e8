"""Signing a text of an agreement: the structure online or by a copy sent back, then the State under a delegation."""

import io

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import euros, long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.fabriques import record_fact
from applications.models import FabriqueFact
from documents import uploads
from documents.detection import PDF
from funding import awards
from funding.conventions import amending, drafting, sending
from funding.conventions.authority import authority_of
from funding.conventions.commitments import is_committed_by_agreement
from funding.instalments import refuse_before, refuse_future
from funding.models import AgreementSignature, AgreementVersion, Award, SignedCopy

SIGN = "funding.sign_agreement"
V = AgreementVersion
Means, Side = AgreementSignature.Means, AgreementSignature.Side


# --- The structure ------------------------------------------------------------------------------------------------


def represents(user, award):
    """True when `user` is a legal representative of the beneficiary: she signs for it."""
    return (
        award.organisation is not None
        and award.organisation.memberships.filter(user=user, is_representative=True, user__is_active=True).exists()
    )


def writes_for(user, award):
    """True when `user` may act for the beneficiary, or represents it."""
    memberships = award.organisation.memberships.filter(user=user, user__is_active=True) if award.organisation else ()
    return any(one.writes or one.is_representative for one in memberships)


def statement_of(agreement_version, name):
    """What the person who signs online declares; kept word for word with the signature."""
    return (
        f"Je, {name}, déclare avoir lu « {sending.name_of(agreement_version)} », dont l’empreinte est "
        f"{agreement_version.text_sha256}, et la signer au nom de {agreement_version.award.organisation}."
    )


def sign_online(*, agreement_version, by, capacity, accepted, text_sha256, version=None):
    """Sign a text for the beneficiary, on its page: identity, date, statement and fingerprint are kept.

    Args:
        by: a legal representative of the beneficiary.
        capacity: as what she signs ("présidente").
        accepted: she ticked the statement.
        text_sha256: fingerprint of the text that her page showed.

    Raises:
        NotAllowed: `by` does not represent the structure.
        Refusal: the statement is not ticked, or no quality given.
        StalePage: the text is another one now, or is signed.
    """
    with transaction.atomic():
        found = drafting.lock(agreement_version, version)
        if not represents(by, found.award):
            raise NotAllowed
        refuse_not_to_sign(found, text_sha256)
        if not accepted:
            raise Refusal("Cochez la déclaration : c’est elle que vous signez.", field="accepted")
        name = f"{by}, {clean(capacity, 'capacity', 'Dites en quelle qualité vous signez.')}"
        on = timezone.localdate()
        keep_signature(
            found, Side.BENEFICIARY, Means.ELECTRONIC, on, by, name=name, signatory=by,
            statement=statement_of(found, name),
        )  # fmt: skip
        beneficiary_signed(found, on, name, by)
    return found


def send_copy(*, agreement_version, uploaded, by, on, signatory, capacity, version=None):
    """Send back a copy signed by hand, for the service to look at.

    Args:
        uploaded: the PDF, an `UploadedFile`.
        by: a member who writes for the structure.
        on: Paris date of the signature.
        signatory, capacity: who signed, as what.

    Returns:
        The `SignedCopy`, to be accepted or sent back by an officer.

    Raises:
        UploadRefused: no PDF, damaged, able to act by itself.
        Refusal: it is the unsigned text, another document, or lacks pages.
    """
    examined = uploads.examine(uploaded=uploaded, allowed=(PDF,), field="file")
    with transaction.atomic():
        found = drafting.lock(agreement_version, version)
        if not writes_for(by, found.award):
            raise NotAllowed
        refuse_not_to_sign(found, found.text_sha256)
        refuse_future(on)
        refuse_before(on, found.sent_on, "le texte est envoyé le")
        refuse_other_document(examined, found.document)
        if found.copies.filter(state=SignedCopy.State.RECEIVED).exists():
            raise StalePage("Une copie signée attend déjà la vérification du service.")
        copy = SignedCopy.objects.create(
            agreement_version=found,
            file=uploads.keep(examined=examined, by=by),
            signed_on=on,
            signatory=clean(signatory, "signatory", "Indiquez le nom de la personne qui a signé."),
            capacity=clean(capacity, "capacity", "Indiquez la qualité de la personne qui a signé."),
            uploaded_by=by,
        )
        JournalEntry.write(action="send_signed_copy", subject=found.agreement, actor=by)
    return copy


def refuse_other_document(examined, document):
    """What can be told from the file alone; a person looks at the rest."""
    if document is None or document.rendered_at is None:
        raise Refusal(
            "Le texte à signer est en cours de fabrication : téléchargez-le dans quelques instants.", field="file"
        )
    if examined.sha256 == document.sha256:
        raise Refusal("Ce fichier est le texte non signé : signez-le, puis renvoyez la copie.", field="file")
    import pikepdf

    with pikepdf.open(io.BytesIO(examined.content)) as pdf, pikepdf.open(io.BytesIO(document.content.pdf)) as ours:
        told = str(pdf.docinfo.get("/Keywords", ""))
        sent, expected = len(pdf.pages), len(ours.pages)
    if is_code(told) and told != document.verification_code:
        raise Refusal(
            f"Ce fichier est un autre document du service (code {told}). Renvoyez celui dont le code est "
            f"{document.verification_code}.",
            field="file",
        )
    if sent < expected:
        raise Refusal(
            f"Il manque des pages : le texte en a {expected}, votre fichier {sent}. Renvoyez-le en entier.",
            field="file",
        )


def is_code(text):
    return len(text) == 14 and text.count("-") == 2


def accept_copy(*, signed_copy, by):
    """Take a copy for the signature of the structure: an officer has seen it.

    Raises:
        Refusal: the antivirus did not open the file.
        StalePage: it was looked at already.
    """
    with transaction.atomic():
        found, copy = lock_copy(signed_copy)
        if not copy.file.is_open:
            raise Refusal(f"{copy.file.scan_words or 'Analyse en cours'}. Attendez avant d’accepter cette copie.")
        copy.move("accept", by=by)
        name = f"{copy.signatory}, {copy.capacity}"
        keep_signature(found, Side.BENEFICIARY, Means.COPY, copy.signed_on, by, name=name, copy=copy)
        beneficiary_signed(found, copy.signed_on, name, by)
    return found


def return_copy(*, signed_copy, reason, by):
    """Send a copy back to be done again, with what is wrong with it; the structure is told."""
    drafting.refuse_no_reason(reason)
    with transaction.atomic():
        found, copy = lock_copy(signed_copy)
        copy.move("send_back", by=by, reason=reason.strip())
        said = f"La copie signée que vous avez envoyée est à refaire : {reason.strip()}"
        sending.tell(found, f"{sending.name_of(found)} : copie {copy.pk} à refaire", said)
    return copy


def lock_copy(signed_copy):
    found = drafting.lock(signed_copy.agreement_version)
    copy = SignedCopy.objects.select_for_update(of=("self",)).select_related("file").get(pk=signed_copy.pk)
    refuse_not_to_sign(found, found.text_sha256)
    return found, copy


def record_on_paper(*, agreement_version, by, on, signatory, version=None):
    """Record that the structure signed on paper: the officer holds the sheet.

    Args:
        on: Paris date of the signature.
        signatory: name and quality, as on the sheet.
    """
    require(by, drafting.MANAGE)
    with transaction.atomic():
        found = drafting.lock(agreement_version, version)
        refuse_not_to_sign(found, found.text_sha256)
        refuse_future(on)
        refuse_before(on, found.sent_on, "la convention est envoyée le")
        name = clean(signatory, "signatory", "Indiquez le nom et la qualité de la personne qui a signé.")
        keep_signature(found, Side.BENEFICIARY, Means.PAPER, on, by, name=name)
        beneficiary_signed(found, on, name, by)
    return found


def beneficiary_signed(found, on, name, by):
    found.move("sign_for_beneficiary", by=by)
    if not found.is_amendment:
        found.agreement.move("record_beneficiary_signature", by=by, on=on, signatory=name[:150])


# --- The State ----------------------------------------------------------------------------------------------------


def sign_for_state(*, agreement_version, by, version=None):
    """Sign a text for the State, online, under a delegation that covers its amount today: it comes into force.

    Args:
        by: a decision-maker who holds the delegation (CRPA L212-1).

    Raises:
        NotDelegated: no delegation covers the act, the amount and the day.
        StalePage: the structure has not signed, or the text is in force.
    """
    require(by, SIGN)
    with transaction.atomic():
        found = drafting.lock(agreement_version, version)
        _sign_for_state(found, signatory=by, on=timezone.localdate(), means=Means.ELECTRONIC, by=by)
    return found


def record_state_signature(*, agreement_version, by, on, signatory, version=None):
    """Record the State's signature given on paper, by somebody whose delegation covered it that day.

    Args:
        by: an officer. signatory: the `User` who signed. on: Paris date of the signature.
    """
    require(by, drafting.MANAGE)
    with transaction.atomic():
        found = drafting.lock(agreement_version, version)
        refuse_future(on)
        if signatory is None:
            raise Refusal("Choisissez la personne qui a signé pour l’État.", field="signatory")
        _sign_for_state(found, signatory=signatory, on=on, means=Means.PAPER, by=by)
    return found


def _sign_for_state(found, *, signatory, on, means, by):
    if found.state != V.State.SIGNED_BY_BENEFICIARY:
        raise StalePage(f"Ce texte est « {found.get_state_display().lower()} » : l’État signe après la structure.")
    theirs = found.signatures.get(side=Side.BENEFICIARY)
    refuse_before(on, theirs.signed_on, "la structure a signé le")
    refuse_other_state(found)
    held = authority_of(signatory=signatory, award=found.award, cents=amount_of(found), on=on)
    name = f"{signatory}, {signatory.title}" if signatory.title else str(signatory)
    statement = (
        f"Signé pour l’État le {long_date(on)}, {euros(amount_of(found))}." if means == Means.ELECTRONIC else ""
    )
    keep_signature(
        found, Side.STATE, means, on, by, name=name, signatory=signatory, statement=statement,
        delegation=held.act, formula=held.formula,
    )  # fmt: skip
    found.move("sign_for_state", by=by)
    take_effect(found, on, name, by)


def amount_of(agreement_version):
    """What the award grants under this text, in cents: what the delegation has to cover."""
    return agreement_version.facts["amount_cents"]


def take_effect(found, on, name, by):
    """Both have signed: an agreement comes into force, an amendment changes the award."""
    found.move("come_into_force", by=by, on=on)
    if found.is_amendment:
        amending.apply(found, on=on, by=by)
    else:
        found.agreement.move("record_state_signature", by=by, on=on, signatory=name[:150])
        found.agreement.move("come_into_force", by=by)
        start_award(found.agreement, on, by)
    said = f"{sending.name_of(found)} est en vigueur depuis le {long_date(on)}. L’exemplaire signé est sur votre page."
    sending.tell(found, f"{sending.name_of(found)} en vigueur", said)
    sending.ask_signed_document(found, by)


def start_award(agreement, on, by):
    """The AE are committed where the agreement commits them; the place is contracted; the first instalment is due.

    The first instalment waits for the notification of the decision when that comes later.
    """
    award = agreement.award
    if is_committed_by_agreement(award):
        awards.commit_by_agreement(award=award, on=on, number=agreement.number, by=by)
    contract(award, agreement, by)
    award.agreement = agreement
    awards.enter_into_force(award=award, by=by)


def contract(award, agreement, by):
    """A place is contracted once, whatever the number of its awards."""
    kind = FabriqueFact.Kind.CONTRACTED
    if not FabriqueFact.objects.filter(fabrique=award.fabrique_id, kind=kind).exists():
        evidence = f"Convention {agreement.number}, signée par les deux parties"
        record_fact(
            fabrique=award.fabrique, kind=kind, effective_on=agreement.state_signed_on, evidence=evidence, by=by
        )


# --- Shared -------------------------------------------------------------------------------------------------------


def keep_signature(found, side, means, on, by, **fields):
    return AgreementSignature.objects.create(
        agreement_version=found, side=side, means=means, signed_on=on, recorded_by=by,
        text_sha256=found.text_sha256, **fields,
    )  # fmt: skip


def refuse_not_to_sign(found, text_sha256):
    if found.state != V.State.SENT:
        raise StalePage(f"Ce texte est « {found.get_state_display().lower()} » : il n’attend pas de signature.")
    if text_sha256 != found.text_sha256:
        raise StalePage("Le texte a changé depuis que cette page est ouverte. Lisez le nouveau avant de signer.")
    refuse_other_state(found)


def refuse_other_state(found):
    """Nothing is signed for an award that ended meanwhile."""
    ended = set(Award.State) - {
        Award.State.RESERVED, Award.State.COMMITTED, Award.State.IN_FORCE, Award.State.SUSPENDED,
    }  # fmt: skip
    if found.award.state in ended:
        raise StalePage(f"L’attribution est « {found.award.get_state_display().lower()} » : plus rien ne se signe.")


def clean(text, field, sentence):
    text = " ".join((text or "").split())
    if not text:
        raise Refusal(sentence, field=field)
    return text
