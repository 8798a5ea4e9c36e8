"""Sending a text to be signed: it is frozen, its fingerprint taken, its PDF asked for, the structure told."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import Event
from accounts.notify import notify
from accounts.permissions import require
from documents.frozen import to_json
from documents.models import Document
from documents.requests import request
from documents.wording.filling import EmptyFields
from funding.conventions import drafting, texts, wordings
from funding.instalments import refuse_before, refuse_future

K = Document.Kind


def send(*, agreement_version, by, checked=(), on=None, version=None):
    """Freeze a text, send it to be signed and tell the members of the structure.

    Args:
        by: an officer.
        checked: codes of the compulsory clauses that the officer has read again; of a first text only.
        on: Paris date, today when None.
        version: of the text, as the page showed it.

    Returns:
        The `AgreementVersion`, sent.

    Raises:
        EmptyFields: the wording prints a field that holds nothing.
        Refusal: a clause was not read again, the organisation has no SIRET yet, or the date is wrong.
        StalePage: the text is sent already.
    """
    require(by, drafting.MANAGE)
    on = on or timezone.localdate()
    with transaction.atomic():
        found = drafting.lock(agreement_version, version)
        drafting.refuse_not_draft(found)
        award = found.agreement.award
        refuse_future(on)
        refuse_before(on, award.reserved_on, "l’attribution date du")
        refuse_without_siret(award)
        drafting.refuse_unread(found, checked)
        freeze(found, on)
        found.clauses_checked = sorted(checked)
        found.move("send", by=by, on=on)
        if not found.is_amendment:
            found.agreement.move("send", by=by, on=on)
        tell(found, f"{name_of(found)} à signer", asked_to_sign(found))
        ask_document(found, by)
    return found


def freeze(agreement_version, on):
    """Inside the transaction of the sending, while the text is still a draft."""
    letter, version = texts.facts_of(agreement_version, on), wordings.chosen(agreement_version)
    if empty := wordings.empty_of(agreement_version, letter):
        raise EmptyFields(empty, letter)
    facts, kept = to_json(letter), wordings.to_keep(agreement_version, version)
    agreement_version.facts, agreement_version.wording, agreement_version.worded = facts, version, kept
    agreement_version.text_sha256 = texts.fingerprint({"letter": facts, "wording": kept})


def ask_document(agreement_version, by):
    """The PDF to sign, asked for last: its number series stays locked until the commit."""
    agreement_version.document = request(
        kind=K.AMENDMENT if agreement_version.is_amendment else K.AGREEMENT,
        subject_type=agreement_version._meta.label,
        subject_id=agreement_version.pk,
        facts=agreement_version.facts,
        by=by,
        released_at=timezone.now(),
        worded=wordings.worded(agreement_version),
    )
    agreement_version.save(update_fields=["document"])


def ask_signed_document(agreement_version, by):
    """The signed copy, with both signatures: asked for last as well."""
    agreement_version.signed_document = request(
        kind=K.SIGNED_AMENDMENT if agreement_version.is_amendment else K.SIGNED_AGREEMENT,
        subject_type=agreement_version._meta.label,
        subject_id=agreement_version.pk,
        facts=texts.signed_facts(agreement_version),
        by=by,
        released_at=timezone.now(),
        worded=wordings.worded(agreement_version),
    )
    agreement_version.save(update_fields=["signed_document"])


def refuse_without_siret(award):
    organisation = award.organisation
    if organisation is not None and not organisation.siret and not organisation.foreign_id:
        raise Refusal(
            f"{organisation} n’a pas encore de SIRET : il en faut un pour conventionner et pour payer. "
            "Demandez-lui de le saisir sur la page de sa structure."
        )


# --- Telling ------------------------------------------------------------------------------------------------------


def name_of(agreement_version):
    kind = "Avenant à la convention" if agreement_version.is_amendment else "Convention"
    return f"{kind} {agreement_version.agreement.number}"


def page_of(award):
    return reverse("funding:my_agreement", args=[award.application.public_id])


def asked_to_sign(agreement_version):
    name = name_of(agreement_version)
    return (
        f"{name[0].lower()}{name[1:]} de {agreement_version.award.organisation} est à signer. Lisez ce texte sur "
        "votre page « Convention » : la personne qui représente la structure peut y signer en ligne, ou vous pouvez "
        "le télécharger, le signer et renvoyer la copie. Le premier versement vient après la signature de l’État."
    )


def tell(agreement_version, subject, text):
    """One mail to each member of the structure; `subject` makes the key with the text."""
    award = agreement_version.agreement.award
    url = page_of(award)
    for member in award.organisation.members.filter(is_active=True) if award.organisation else ():
        notify(
            Event.PAYMENT,
            key=f"agreement:{agreement_version.pk}:{subject[:60]}:{member.pk}",
            recipient=member,
            subject=subject,
            body=f"Bonjour,\n\n{text[0].upper()}{text[1:]}\n\n{settings.PUBLIC_URL}{url}",
            url=url,
        )
