"""Stopping an award: suspension and resumption, termination, each by a decision-maker with its act and its reason."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import euros, long_date
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from funding.conventions import drafting, sending
from funding.draws import standing_cents
from funding.endings.releases import give_back
from funding.instalments import refuse_before, refuse_future
from funding.models import Agreement, Award, Instalment

STOP = "funding.stop_award"
# Owed before the award stopped: certified work is paid, the rest is not.
NOT_OWED = (Instalment.State.PLANNED, Instalment.State.WITHHELD)


@dataclass(frozen=True)
class Termination:
    """How an award ends before its term.

    Args:
        ground: "breach" (after a hearing), "agreed" by both, "public_interest".
        heard_on: Paris date at which the structure could say its view; needed for a breach (CRPA L121-1, L122-1).
    """

    ground: str
    reason: str
    act: str
    heard_on: datetime.date | None = None


GROUNDS = {
    "breach": "Manquement de la structure",
    "agreed": "D’un commun accord",
    "public_interest": "Motif d’intérêt général",
}


def suspend(*, award, on, reason, act, by, version=None):
    """Stop the payments of an award in force; its money stays committed.

    Args:
        on: Paris date of the act. act: its number or title. by: a decision-maker.

    Raises:
        StalePage: the award is not in force.
    """
    with transaction.atomic():
        award = lock(award, version)
        refuse_bad_act(award, on, reason, act)
        award.move("suspend", by=by, on=on, reason=reason.strip())
        note(award, "suspension_act", by, {"act": act, "reason": reason.strip()})
        tell(
            award,
            "Versements suspendus",
            f"Vos versements sont suspendus depuis le {long_date(on)} : {reason.strip()}",
        )
    return award


def resume(*, award, on, act, by, version=None):
    """Let the payments of a suspended award go on.

    Args:
        on: Paris date of the act, not before the suspension.
    """
    with transaction.atomic():
        award = lock(award, version)
        refuse_bad_act(award, on, "levée", act)
        refuse_before(on, award.suspended_on, "les versements sont suspendus depuis le")
        award.move("resume", by=by)
        note(award, "resumption_act", by, {"act": act, "on": on.isoformat()})
        tell(award, "Versements repris", f"Vos versements reprennent à partir du {long_date(on)}.")
    return award


def terminate(*, award, on, termination, by, version=None):
    """End an award before its term: what is not owed is cancelled, its AE given back, its agreement closed.

    What is due, certified or ordered is still paid; money to ask back is a recovery of its own.

    Args:
        on: Paris date of the act.
        termination: the `Termination`.
        by: a decision-maker.

    Returns:
        (the award, cents given back).

    Raises:
        Refusal: no act, no reason, or a breach without a hearing.
    """
    with transaction.atomic():
        award = lock(award, version)
        refuse_bad_act(award, on, termination.reason, termination.act)
        refuse_unheard(termination, on)
        cancel_rest(award)
        given_back = standing_cents(award) - owed_cents(award)
        award.move("terminate", by=by, on=on, reason=stated(termination))
        details = {"act": termination.act, "ground": termination.ground, "cents": given_back}
        note(award, "termination_act", by, details)
        if given_back:
            give_back(
                award=award, cents=given_back, on=on, act=termination.act, by=by, key=f"award:{award.pk}:terminate"
            )
        close_agreement(award, termination, by)
        tell(award, "Aide résiliée", f"L’aide est résiliée le {long_date(on)} : {termination.reason.strip()}")
    return award, given_back


def stated(termination):
    """The ground and the reason, as the award keeps them."""
    return f"{GROUNDS[termination.ground]} : {termination.reason.strip()}"[:500]


def cancel_rest(award):
    """Cancel the instalments that are not owed."""
    rest = award.instalments.live().select_for_update(of=("self",)).filter(state__in=NOT_OWED).order_by("number")
    for instalment in rest:
        instalment.move("cancel", by=None)


def owed_cents(award):
    """What is due, certified, ordered or paid, in cents."""
    return sum(one.cents for one in award.instalments.live() if one.state not in NOT_OWED)


def close_agreement(award, termination, by):
    agreement = Agreement.objects.select_for_update(of=("self",)).filter(award=award).first()
    if agreement is None:
        return
    if (text := drafting.open_version(agreement)) is not None:
        if text.extra_cents or text.state == text.State.SIGNED_BY_STATE:
            raise Refusal("Un avenant ajoute de l’argent à cette aide : abandonnez-le avant de résilier.")
        drafting.drop(text, termination.reason, None)
    if agreement.state == Agreement.State.IN_FORCE:
        agreement.move("close", by=None)


def consequences(award):
    """What a termination does, in numbers."""
    live = list(award.instalments.live())
    rest = sum(one.cents for one in live if one.state in NOT_OWED)
    owed = sum(one.cents for one in live if one.state in ("due", "certified", "ordered"))
    said = [f"{euros(rest)} de versements à venir annulés, leurs AE rendues (perdues si leur exercice est passé)"]
    if owed:
        said.append(f"{euros(owed)} déjà exigibles restent à payer")
    return said


# --- Shared -------------------------------------------------------------------------------------------------------


def lock(award, version):
    found = (
        Award.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "application", "fabrique")
        .get(pk=award.pk)
    )
    found.expect_version(version)
    return found


def refuse_bad_act(award, on, reason, act):
    refuse_future(on)
    refuse_before(on, award.committed_on, "l’aide est engagée le")
    if not (act or "").strip():
        raise Refusal("Nommez l’acte qui le décide : arrêté, décision ou lettre, avec son numéro.", field="act")
    if not (reason or "").strip():
        raise Refusal("Dites pourquoi : la structure lira ce motif.", field="reason")


def refuse_unheard(termination, on):
    if termination.ground not in GROUNDS:
        raise Refusal("Choisissez la raison de la résiliation.", field="ground")
    if termination.ground != "breach":
        return
    if termination.heard_on is None:
        raise Refusal(
            "Pour un manquement, la structure doit d’abord pouvoir présenter ses observations : donnez la date "
            "(code des relations entre le public et l’administration, article L. 122-1).",
            field="heard_on",
        )
    if termination.heard_on > on:
        raise Refusal("La structure est entendue avant la décision, pas après.", field="heard_on")


def note(award, action, by, details):
    JournalEntry.write(action=action, subject=award, actor=by, details=details)


def tell(award, subject, text):
    if award.organisation is None or award.application is None:
        return
    url = sending.page_of(award)
    for member in award.organisation.members.filter(is_active=True):
        notify(
            Event.PAYMENT,
            key=f"award:{award.pk}:{subject}:{award.version}:{member.pk}",
            recipient=member,
            subject=f"{subject} : {award.fabrique}",
            body=f"Bonjour,\n\n{text}\n\nLe détail est sur la page « Convention » de votre dossier.",
            url=url,
        )
