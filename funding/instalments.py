"""Paying an award: due, certified, ordered, paid; three acts by three people (GBCP art. 31–33; LOLF art. 28)."""

import datetime
import re

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros, long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.claims.bank_details import refuse_without_account
from funding.claims.certifying import refuse_unclaimed
from funding.claims.clock import last_day
from funding.claims.payees import fix_payees, planned_payees, retire_payees, tell_payment
from funding.draws import ae_legs, cp_legs, split
from funding.ledger import post
from funding.models import Agreement, Allotment, Award, Instalment, Kind, Posting, RequestPart
from funding.schedules import needs_agreement

CHORUS_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9./-]{3,39}")
S = Instalment.State
NEXT_STEP = {
    S.DUE: "certification du service fait",
    S.CERTIFIED: "mise en paiement",
    S.ORDERED: "paiement du comptable",
    S.WITHHELD: "levée de la retenue",
}
REACHED = (S.DUE, S.CERTIFIED, S.ORDERED, S.PAID)


def make_due(*, instalment, on, by, evidence="", version=None):
    """The condition is met: what is owed from `on` (glossary 47).

    Args:
        on: Paris date at which the condition was met.
        by: an officer, or None for the system.
        evidence: what shows it (report, document), kept in the journal.
        version: version of the page, or None.

    Raises:
        Refusal: the act is not notified, the agreement not signed by both, the year not begun, or an earlier
            instalment not due yet.
    """
    require(by, "funding.make_due")
    with transaction.atomic():
        award, instalment = lock(instalment, version)
        return _make_due(award, instalment, on, by, evidence)


def make_first_due(*, award, on, by):
    """The first instalment of a locked `award` that has just come into force."""
    first = Instalment.objects.select_for_update(of=("self",)).live().filter(award=award).order_by("number").first()
    if first and first.state == S.PLANNED and first.schedule_year.year <= timezone.localdate().year:
        _make_due(award, first, max(on, first_day(first)), by, first.condition)


def _make_due(award, instalment, on, by, evidence):
    refuse_future(on)
    refuse_before_force(award, on)
    refuse_out_of_turn(instalment, on)
    refuse_uncommitted(instalment)
    instalment.move("become_due", by=by, on=on, at=timezone.now(), pay_by=last_day(award, on))
    if evidence:
        JournalEntry.write(action="condition_met", subject=instalment, actor=by, details={"evidence": evidence})
    return instalment


def certify(*, instalment, by, on=None, version=None):
    """Attest that the service was rendered ("service fait", GBCP art. 31).

    Args:
        by: the finance officer who attests.
        on: Paris date, today when None.

    Raises:
        NotAllowed: `by` is not a finance officer.
        Refusal: the date is before the instalment was due, or in the future.
        StalePage: the instalment is not due.
    """
    on = on or timezone.localdate()
    with transaction.atomic():
        award, instalment = lock(instalment, version)
        refuse_stopped(award)
        refuse_future(on)
        refuse_before(on, instalment.due_on, "l’échéance est exigible depuis")
        refuse_unclaimed(instalment)
        instalment.move("certify", by=by, on=on)
    return instalment


def order(*, instalment, by, on=None, cp_year=None, version=None):
    """Send to the comptable, against the CP of a year, on the lines that the award draws on; payees are fixed here.

    Args:
        by: a finance officer other than the one who certified.
        on: Paris date, today when None.
        cp_year: year of the CP, that of `on` when None.

    Raises:
        InsufficientFunds: the CP left do not cover it; nothing is ordered.
        Refusal: the same person certified, the date comes before the certification, or a payee has no account.
        StalePage: the instalment is not certified.
    """
    on = on or timezone.localdate()
    cp_year = cp_year or on.year
    with transaction.atomic():
        award, instalment = lock(instalment, version)
        refuse_stopped(award)
        refuse_future(on)
        refuse_before(on, instalment.certified_on, "le service fait est certifié le")
        refuse_same_person(by, {instalment.certified_by_id: "certifié le service fait"}, "mettre en paiement")
        paid = planned_payees(instalment)
        refuse_without_account(award, timezone.localdate(), [one.organisation for one in paid])
        refuse_uncommitted(instalment)
        legs = cp_legs(instalment, cp_year, Kind.CP_AVAILABLE, Kind.CP_ORDERED)
        fix_payees(instalment, paid)
        instalment.move("order", by=by, on=on, cp_year=cp_year)
        post_for(instalment, "order", Posting.Kind.ORDER, on, by, act_of("Mise en paiement", instalment), legs)
    return instalment


def cancel_order(*, instalment, by, reason, on=None, version=None):
    """Take an order back (the comptable refused it, or the year ended first): its CP are free again.

    Args:
        by: a finance officer.
        reason: why, kept on the posting.
        on: Paris date, today when None.

    Raises:
        Refusal: no reason given.
        StalePage: the instalment is not ordered.
    """
    on = on or timezone.localdate()
    if not reason.strip():
        raise Refusal(
            "Dites pourquoi la mise en paiement est annulée : le motif reste sur l’écriture.", field="reason"
        )
    with transaction.atomic():
        _, instalment = lock(instalment, version)
        refuse_before(on, instalment.ordered_on, "l’échéance est mise en paiement le")
        legs = cp_legs(instalment, instalment.cp_year, Kind.CP_ORDERED, Kind.CP_AVAILABLE)
        retire_requests(instalment)
        instalment.move("cancel_order", by=by)
        retire_payees(instalment)
        act = act_of("Annulation de mise en paiement", instalment)
        post_for(instalment, "cancel-order", Posting.Kind.CANCEL_ORDER, on, by, act, legs, reason)
    return instalment


def record_payment(*, instalment, by, on, chorus_reference, parts=None, version=None):
    """Record the comptable's payment: AE liquidated and CP paid in one posting, at the comptable's date.

    What is paid after the year whose CP were ordered leaves them, and is ordered and paid on those of its own year.

    Called by `funding.chorus.applying` for rows of Chorus that pay the whole of it, never by a page.

    Args:
        by: a finance officer who neither certified nor ordered.
        on: Paris date of the comptable's payment, which fixes the CP year (LOLF art. 28).
        chorus_reference: number of the payment request in Chorus, or of several.
        parts: [(Paris date, cents)] that make the whole, where it was paid on several days.

    Raises:
        Refusal: reference missing, wrong date or year, not a third person.
        StalePage: the instalment is not ordered.
    """
    reference = clean_reference(chorus_reference)
    with transaction.atomic():
        award, instalment = lock(instalment, version)
        refuse_future(on)
        refuse_before(on, instalment.ordered_on, "l’échéance est mise en paiement le")
        years = by_year(parts or [(on, instalment.cents)])
        refuse_other_year(instalment, years[0][0])
        done = {
            instalment.certified_by_id: "certifié le service fait",
            instalment.ordered_by_id: "mis en paiement",
        }
        refuse_same_person(by, done, "confirmer le paiement")
        refuse_uncommitted(instalment)
        instalment.move("record_payment", by=by, on=on, chorus_reference=reference)
        post_payments(instalment, years, by, f"Paiement {reference}")
        complete_if_paid(award, by)
        tell_payment(instalment)
    return instalment


# --- What is checked ---------------------------------------------------------------------------------------------


def lock(instalment, version):
    """The award, then the instalment: the same order everywhere."""
    award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=instalment.award_id)
    locked = Instalment.objects.select_for_update(of=("self",)).select_related("schedule_year").get(pk=instalment.pk)
    locked.expect_version(version)
    locked.award = award
    return award, locked


def refuse_future(on):
    today = timezone.localdate()
    if on > today:
        raise Refusal(
            f"La date du {long_date(on)} est dans le futur : indiquez une date jusqu’au {long_date(today)}.",
            field="on",
        )


def refuse_before(on, earlier, what):
    if earlier is not None and on < earlier:
        raise Refusal(
            f"Le {long_date(on)} est trop tôt : {what} {long_date(earlier)}. Choisissez ce jour ou un jour suivant.",
            field="on",
        )


def refuse_before_force(award, on):
    """Nothing is owed before the act is notified and the agreement, where one is needed, signed by both."""
    if missing := missing_before_due(award):
        raise Refusal(f"L’échéance ne peut pas être exigible : {', '.join(missing)}.", field="on")
    refuse_before(on, award.notified_on, "la décision est notifiée le")
    agreement = agreement_of(award)
    if agreement is not None:
        refuse_before(on, agreement.state_signed_on, "la convention est signée par l’État le")


def missing_before_due(award):
    """What keeps the first payment of `award` from being owed, in words; empty when nothing does."""
    missing = []
    if award.state not in (Award.State.COMMITTED, Award.State.IN_FORCE):
        missing.append(f"l’attribution est « {award.get_state_display().lower()} »")
    if award.notified_on is None:
        missing.append("la décision n’est pas encore notifiée")
    agreement = agreement_of(award)
    if (agreement is None or not is_in_force(agreement)) and needs_agreement(award):
        missing.append("la convention n’est pas signée par les deux parties")
    return missing


def agreement_of(award):
    """The agreement of an award, None when there is none; no query when the award came with it."""
    return getattr(award, "agreement", None)


def missing_of(instalment):
    """What keeps an instalment from its next step, in words."""
    if instalment.state == S.PLANNED:
        missing = missing_before_due(instalment.award)
        return ", ".join(missing) if missing else f"condition : {instalment.condition.lower()}"
    return NEXT_STEP.get(instalment.state, "")


def is_in_force(agreement):
    return agreement.state in (Agreement.State.IN_FORCE, Agreement.State.CLOSED)


def refuse_out_of_turn(instalment, on):
    if on.year < instalment.schedule_year.year:
        raise Refusal(
            f"Cette échéance compte dans le plafond de {instalment.schedule_year.year} : "
            f"elle n’est pas exigible avant le {long_date(first_day(instalment))}.",
            field="on",
        )
    waiting = Instalment.objects.live().filter(award=instalment.award_id, number__lt=instalment.number)
    earlier = waiting.exclude(state__in=REACHED).order_by("number").first()
    if earlier is not None:
        raise Refusal(f"L’échéance {earlier.number} n’est pas encore exigible : elle vient d’abord.")


def refuse_uncommitted(instalment):
    """Nothing is owed, ordered nor paid on AE that no act has committed, or that were given back since."""
    covered = sum(cents for _, cents in split(instalment))
    if covered < instalment.cents:
        missing = euros(instalment.cents - covered)
        raise Refusal(
            f"Il manque {missing} d’AE engagées pour cette échéance : l’appel engage année par année, ou une partie "
            "a été rendue. Engagez d’abord ce qui manque, ou remplacez l’échéancier par un avenant."
        )


def refuse_stopped(award):
    """Nothing advances while an award is suspended; what was owed before a termination is still paid."""
    if award.state == Award.State.SUSPENDED:
        raise Refusal(stopped_sentence(award))


def stopped_sentence(award):
    return (
        f"L’attribution est suspendue depuis le {long_date(award.suspended_on)} : aucun versement n’avance avant "
        f"la reprise. Motif : {award.stop_reason}"
    )


def first_day(instalment):
    return datetime.date(instalment.schedule_year.year, 1, 1)


def refuse_same_person(by, done, what):
    if by is not None and by.pk in done:
        raise Refusal(
            f"Vous avez {done[by.pk]} pour cette échéance : une autre personne des finances doit {what}. "
            "Trois personnes différentes vérifient, mettent en paiement et confirment le paiement lu dans Chorus."
        )


def refuse_other_year(instalment, on):
    if instalment.cp_year is not None and on.year != instalment.cp_year:
        raise Refusal(
            f"Payée le {long_date(on)}, cette échéance compte sur les CP de {on.year} (LOLF, art. 28), or elle est "
            f"mise en paiement sur ceux de {instalment.cp_year}. "
            f"Annulez la mise en paiement, puis refaites-la sur {on.year}.",
            field="on",
        )


def clean_reference(text):
    reference = "".join((text or "").split()).upper()
    if not CHORUS_REFERENCE.fullmatch(reference):
        raise Refusal(
            "Saisissez le numéro de la demande de paiement dans Chorus : 4 à 40 lettres, chiffres, points, "
            "barres ou tirets.",
            field="chorus_reference",
        )
    return reference


def retire_requests(instalment):
    """A payment request falls with its order; not one that Chorus has begun to pay."""
    if Allotment.objects.filter(instalment=instalment).exists():
        raise Refusal(
            "Une partie de cette échéance est déjà payée dans Chorus : sa mise en paiement ne s’annule plus."
        )
    RequestPart.objects.filter(instalment=instalment, live=True).update(live=False)


# --- What is written ---------------------------------------------------------------------------------------------


def post_for(instalment, what, kind, on, by, act, legs, reason=""):
    """The version that the transition gave makes the key: each act on an instalment is posted once."""
    key = f"instalment:{instalment.pk}:{what}:{instalment.version}"
    return post(key=key, kind=kind, effective_on=on, actor=by, act=act, legs=legs, reason=reason)


def by_year(parts):
    """[(last day of payment, cents)], one a year, the first year first."""
    years: dict[int, tuple] = {}
    for day, cents in sorted(parts):
        _, before = years.get(day.year, (day, 0))
        years[day.year] = day, before + cents
    return list(years.values())


def post_payments(instalment, years, by, act):
    """One payment a year, on the CP of its year (LOLF art. 28); the first year is that of the order."""
    skipped = 0
    for on, cents in years:
        part, what = (skipped, cents), "pay" if on.year == instalment.cp_year else f"pay-{on.year}"
        if on.year != instalment.cp_year:
            order_on_next_year(instalment, on, by, part)
        legs = [
            *cp_legs(instalment, on.year, Kind.CP_ORDERED, Kind.CP_PAID, part), *ae_legs(instalment, part)
        ]  # fmt: skip
        post_for(instalment, what, Posting.Kind.PAY, on, by, act, legs)
        skipped += cents


def order_on_next_year(instalment, on, by, part):
    """The part that was not paid in the year of its order frees the CP of it, and takes those of the day's year."""
    ordered, year = instalment.cp_year, on.year
    reason = f"Partie payée en {year}, après l’exercice {ordered} de sa mise en paiement (LOLF, art. 28)."
    freed = cp_legs(instalment, ordered, Kind.CP_ORDERED, Kind.CP_AVAILABLE, part)
    taken = cp_legs(instalment, year, Kind.CP_AVAILABLE, Kind.CP_ORDERED, part)
    for what, kind, legs, words in (
        ("cancel-order", Posting.Kind.CANCEL_ORDER, freed, "Annulation partielle de mise en paiement"),
        ("order", Posting.Kind.ORDER, taken, f"Mise en paiement du reste sur {year}"),
    ):
        post_for(instalment, f"{what}-{year}", kind, on, by, act_of(words, instalment), legs, reason)


def act_of(what, instalment):
    agreement = agreement_of(instalment.award)
    return f"{what}, échéance {instalment.number}" + (f", convention {agreement.number}" if agreement else "")


def complete_if_paid(award, by):
    left = Instalment.objects.live().filter(award=award).exclude(state=S.PAID)
    if award.state == Award.State.IN_FORCE and not left.exists():
        award.move("complete", by=by)
