"""The agreement of an award: prepared, sent, signed by the beneficiary, then by the State (L. 2000-321 art. 10)."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import Event
from accounts.notify import notify
from accounts.permissions import require
from applications.fabriques import record_fact
from applications.models import FabriqueFact
from documents.requests import take_number
from funding import awards
from funding.instalments import refuse_before, refuse_future
from funding.models import Agreement, Award, Schedule
from funding.schedules import call_version_of, default_plan, plan
from programme.models import CallVersion

MANAGE = "funding.manage_agreement"
SERIES = "FT-C"


def prepare(*, award, by):
    """Draft the agreement of an award, with its number; the one that exists already is given back.

    Args:
        award: a committed `Award` (a reserved one where the agreement is the act that commits).
        by: an officer, or None for the system.

    Raises:
        Refusal: no agreement is needed, or the award is not committed.
    """
    require(by, MANAGE)
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        known = Agreement.objects.filter(award=award).first()
        if known is not None:
            return known
        refuse_unready(award)
        today = timezone.localdate()
        if not award.schedules.filter(state=Schedule.State.CURRENT).exists():
            plan(award=award, instalments=default_plan(award, award.committed_on or today), by=by)
        number = take_number(series=SERIES, year=today.year)
        agreement = Agreement.objects.create(award=award, number=number)
        awards.record(award, "prepare_agreement", by, {"number": number})
    return agreement


def refuse_unready(award):
    if not call_version_of(award).agreement_required:
        raise Refusal("Cet appel ne demande pas de convention : la décision notifiée suffit.")
    if award.state not in (Award.State.COMMITTED, Award.State.IN_FORCE) and not is_committed_by_agreement(award):
        raise Refusal(
            f"L’attribution est « {award.get_state_display().lower()} » : "
            "la convention se prépare une fois la décision signée et les AE engagées."
        )


def is_committed_by_agreement(award):
    by_agreement = call_version_of(award).commitment_act == CallVersion.CommitmentAct.AGREEMENT
    return award.state == Award.State.RESERVED and by_agreement


def send(*, agreement, by, on=None, version=None):
    """Record that the agreement was sent to the beneficiary, and tell its members.

    Args:
        on: Paris date, today when None.

    Raises:
        Refusal: the organisation has no SIRET yet, or the date is wrong.
    """
    on = on or timezone.localdate()
    with transaction.atomic():
        agreement = lock(agreement, version)
        refuse_future(on)
        refuse_before(on, agreement.award.reserved_on, "l’attribution date du")
        refuse_without_siret(agreement.award)
        agreement.move("send", by=by, on=on)
        tell_sent(agreement)
    return agreement


def record_beneficiary_signature(*, agreement, by, on, signatory, version=None):
    """Record the beneficiary's signature.

    Args:
        on: Paris date of the signature.
        signatory: who signed for the beneficiary.

    Raises:
        Refusal: wrong date, or nobody named.
    """
    with transaction.atomic():
        agreement = lock(agreement, version)
        refuse_wrong_signature(on, signatory, agreement.sent_on, "la convention est envoyée le")
        agreement.move("record_beneficiary_signature", by=by, on=on, signatory=signatory.strip())
    return agreement


def record_state_signature(*, agreement, by, on, signatory, version=None):
    """Record the State's signature: the agreement is in force, the place contracted, the first instalment due.

    The first instalment waits for the notification of the decision when that comes later.

    Args:
        on: Paris date of the signature.
        signatory: who signed for the State.
    """
    with transaction.atomic():
        agreement = lock(agreement, version)
        refuse_wrong_signature(on, signatory, agreement.beneficiary_signed_on, "la structure a signé le")
        agreement.move("record_state_signature", by=by, on=on, signatory=signatory.strip())
        agreement.move("come_into_force", by=by)
        award = agreement.award
        if is_committed_by_agreement(award):
            awards.commit_by_agreement(award=award, on=on, number=agreement.number, by=by)
        contract(award, agreement, by)
        awards.enter_into_force(award=award, by=by)
    return agreement


def contract(award, agreement, by):
    """A place is contracted once, whatever the number of its awards."""
    kind = FabriqueFact.Kind.CONTRACTED
    if not FabriqueFact.objects.filter(fabrique=award.fabrique_id, kind=kind).exists():
        evidence = f"Convention {agreement.number}, signée par les deux parties"
        record_fact(
            fabrique=award.fabrique, kind=kind, effective_on=agreement.state_signed_on, evidence=evidence, by=by
        )


def lock(agreement, version):
    """The award, then its agreement: the same order everywhere."""
    award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.award_id)
    locked = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    locked.expect_version(version)
    locked.award = award
    return locked


def refuse_wrong_signature(on, signatory, earlier, what):
    refuse_future(on)
    refuse_before(on, earlier, what)
    if not (signatory or "").strip():
        raise Refusal("Indiquez le nom et la qualité de la personne qui a signé.", field="signatory")


def refuse_without_siret(award):
    organisation = award.organisation
    if organisation is not None and not organisation.siret:
        raise Refusal(
            f"{organisation} n’a pas encore de SIRET : il en faut un pour conventionner et pour payer. "
            "Demandez-lui de le saisir sur la page de sa structure."
        )


def tell_sent(agreement):
    organisation = agreement.award.organisation
    for member in organisation.members.filter(is_active=True) if organisation else ():
        notify(
            Event.PAYMENT,
            key=f"agreement-sent:{agreement.pk}:{member.pk}",
            recipient=member,
            subject=f"Convention {agreement.number} à signer",
            body=(
                f"Bonjour,\n\nLa convention {agreement.number} de {organisation} vous a été envoyée. "
                "Signez-la et renvoyez-la : le premier versement vient après la signature de l’État.\n\n"
                "Les étapes sont sur la page « Versements » de votre dossier."
            ),
        )
