"""Payment schedules: who is paid what, which year, on which condition. An amendment publishes a new version."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros, long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.conventions.obligation import is_needed, is_public, largest_year
from funding.models import Award, Instalment, Schedule, ScheduleYear

KINDS = Instalment.Kind
# Not owed yet: an amendment may plan it otherwise.
REPLACEABLE = (Instalment.State.PLANNED, Instalment.State.WITHHELD)
ON_AGREEMENT = "Convention signée par les deux parties"
ON_NOTIFICATION = "Décision notifiée"
ON_REPORT = "Rapport de l’année écoulée accepté"
ON_FINAL_REPORT = "Bilan final et compte rendu financier acceptés"


@dataclass(frozen=True)
class Plan:
    """One payment to plan.

    Args:
        kind: an `Instalment.Kind`.
        year: year whose cap it counts in.
        cents: amount, positive.
        condition: what has to be true before it is due, in words.
        expected_on: Paris date at which it is expected.
    """

    kind: str
    year: int
    cents: int
    condition: str
    expected_on: datetime.date


def call_version_of(award):
    """The call version whose settings rule `award`; a reconstruction has no dossier."""
    return award.application.call_version if award.application_id else award.wave.call.version_in_force()


def needs_agreement(award):
    """True when the award needs an agreement signed by both (`funding.conventions.obligation`)."""
    version = call_version_of(award)
    decided = version.agreement_required or is_public(award.organisation)
    return is_needed(version, award.organisation, 0 if decided else largest_year(award))


def default_plan(award, on):
    """An advance, interim payments and a balance, one a year from `on`, as equal as cents allow.

    Args:
        award: the `Award`; its call version says over how many years.
        on: Paris date of the act that commits it.

    Returns:
        A list of `Plan` whose sum is the award and whose years respect its cap (more years when the cap wants them).
    """
    version = call_version_of(award)
    count = parts_of(award.total_cents, version.years, award.year_cap_cents)
    base, rest = divmod(award.total_cents, count)
    by_agreement = is_needed(version, award.organisation, base + bool(rest))
    return [
        Plan(
            kind=kind_of(rank, count),
            year=on.year + rank,
            cents=base + (1 if rank < rest else 0),
            condition=condition_of(rank, count, by_agreement),
            expected_on=years_after(on, rank),
        )
        for rank in range(count)
    ]


def parts_of(total_cents, years, year_cap_cents):
    """How many yearly payments make a total: the years of the call, or more when the cap wants them."""
    return max(years, -(-total_cents // year_cap_cents))


def kind_of(rank, count):
    if rank == 0:
        return KINDS.ADVANCE
    return KINDS.BALANCE if rank == count - 1 else KINDS.INTERIM


def condition_of(rank, count, by_agreement):
    if rank == 0:
        return ON_AGREEMENT if by_agreement else ON_NOTIFICATION
    return ON_FINAL_REPORT if rank == count - 1 else ON_REPORT


def years_after(day, years):
    """The same day `years` later; 29 February becomes the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last if years else day.day)


def plan(*, award, instalments, by):
    """Publish a version of the schedule of `award`; the version before it, if any, is replaced.

    Args:
        award: the `Award`.
        instalments: the `Plan`s, in the order of payment.
        by: an officer or the decision-maker, or None for the system.

    Returns:
        The `Schedule`, in force.

    Raises:
        NotAllowed: `by` may not plan payments.
        Refusal: the sum is not the award, a year exceeds its cap, or a payment of the version before is under way.
    """
    require(by, "funding.plan")
    instalments = list(instalments)
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        refuse_wrong_plan(award, instalments)
        replace_current(award)
        schedule = write_schedule(award, instalments)
        JournalEntry.write(
            action="plan_schedule",
            subject=award,
            actor=by,
            details={"version": schedule.number, "instalments": [[p.year, p.cents] for p in instalments]},
        )
    return schedule


def replan(*, award, instalments, total_cents, by):
    """Publish the schedule that an amendment gives a locked `award`: what is owed or paid stays, the rest is replaced.

    Args:
        instalments: the `Plan`s of what is not owed yet, in the order of payment.
        total_cents: what the award grants from now on, in cents.

    Raises:
        Refusal: what is kept and what is planned do not make the total, or a year exceeds its cap.
    """
    instalments, kept = list(instalments), kept_of(award)
    refuse_wrong_plan(award, instalments, total_cents=total_cents, kept=kept)
    for instalment in award.instalments.live().select_for_update(of=("self",)).filter(state__in=REPLACEABLE):
        instalment.move("cancel", by=None)
    replace(award.schedules.filter(state=Schedule.State.CURRENT).first())
    schedule = write_schedule(award, instalments, total_cents=total_cents, kept=kept)
    details = {"version": schedule.number, "instalments": [[p.year, p.cents] for p in instalments]}
    JournalEntry.write(action="plan_schedule", subject=award, actor=by, details=details)
    return schedule


def kept_of(award):
    """Instalments of the schedule in force that are owed or paid: no amendment touches them."""
    live = award.instalments.live().exclude(state__in=REPLACEABLE)
    return list(live.select_related("schedule_year").order_by("number"))


def refuse_wrong_plan(award, instalments, *, total_cents=None, kept=()):
    wanted = award.total_cents if total_cents is None else total_cents
    total = sum(p.cents for p in instalments) + sum(one.cents for one in kept)
    if total != wanted or any(p.cents <= 0 for p in instalments):
        raise Refusal(
            f"L’échéancier planifie {euros(total)} pour une attribution de {euros(wanted)} : "
            "corrigez les montants, chacun positif, pour que leur somme soit exacte.",
            field="amount",
        )
    if any(p.expected_on < award.reserved_on for p in instalments):
        raise Refusal(
            f"Une échéance est prévue avant l’attribution elle-même ({long_date(award.reserved_on)}) : "
            "choisissez une date plus tardive.",
            field="expected_on",
        )
    for year, cents in sorted(cents_by_year(instalments, kept).items()):
        if cents > award.year_cap_cents:
            raise Refusal(
                f"{year} : {euros(cents)} planifiés, pour un plafond de {euros(award.year_cap_cents)} par an. "
                f"Reportez au moins {euros(cents - award.year_cap_cents)} sur une autre année.",
                field="amount",
            )


def cents_by_year(instalments, kept=()):
    years: dict[int, int] = {}
    for year, cents in [*((p.year, p.cents) for p in instalments), *((k.schedule_year.year, k.cents) for k in kept)]:
        years[year] = years.get(year, 0) + cents
    return years


def replace_current(award):
    current = award.schedules.filter(state=Schedule.State.CURRENT).first()
    if current is None:
        return
    pending = list(Instalment.objects.select_for_update(of=("self",)).filter(schedule_year__schedule=current))
    if any(instalment.state != Instalment.State.PLANNED for instalment in pending):
        raise Refusal(
            "Un versement de l’échéancier en vigueur est déjà exigible ou payé : cet échéancier ne se remplace plus. "
            "Il faut un avenant."
        )
    for instalment in pending:
        instalment.move("cancel", by=None)
    replace(current)


def replace(schedule):
    if schedule is not None:
        schedule.state = Schedule.State.REPLACED
        schedule.save(update_fields=["state"])


def write_schedule(award, instalments, *, total_cents=None, kept=()):
    """Years first, then instalments, whose amounts a trigger adds up; the last UPDATE is where the sum is judged."""
    last = award.schedules.aggregate(last=Max("number"))["last"] or 0
    schedule = Schedule.objects.create(
        award=award,
        number=last + 1,
        total_cents=award.total_cents if total_cents is None else total_cents,
        kept_cents=sum(one.cents for one in kept),
        planned_at=timezone.now(),
    )
    kept_by_year = cents_by_year((), kept)
    years = {
        year: ScheduleYear.objects.create(
            schedule=schedule, year=year, cap_cents=award.year_cap_cents, kept_cents=kept_by_year.get(year, 0)
        )
        for year in sorted(cents_by_year(instalments, kept))
    }
    first = max((one.number for one in kept), default=0) + 1
    Instalment.objects.bulk_create(
        [
            Instalment(
                schedule_year=years[p.year],
                award=award,
                number=number,
                kind=p.kind,
                cents=p.cents,
                condition=p.condition,
                expected_on=p.expected_on,
            )
            for number, p in enumerate(instalments, start=first)
        ]
    )
    schedule.state = Schedule.State.CURRENT
    schedule.save(update_fields=["state"])
    return schedule


def current_instalments(award):
    """Instalments of the schedule in force, in order."""
    return award.instalments.live().order_by("number")
