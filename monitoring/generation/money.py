"""Invented money: credits, awards, schedules, agreements, payments. Every cent moves through the ledger.

Rows that hold no balance (schedules, agreements, instalments) are bulk-written in the state they would have reached,
each wave's payments of a year in three postings of many movements: a verb an instalment would take an hour.
"""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from applications.models import FabriqueFact
from documents.requests import take_number
from funding import agreements, awards, budgets, schedules
from funding.claims.clock import PAYMENT_DAYS
from funding.ledger import Leg, Slot, post
from funding.models import (
    Agreement,
    Award,
    Instalment,
    InstalmentPayee,
    Kind,
    Line,
    Posting,
    Schedule,
    ScheduleYear,
    Source,
)
from programme.models import Origin, SegmentBounds

S = Instalment.State
DAY = datetime.timedelta(days=1)
MARGIN_CENTS = 100_000_000
BATCHES = 3
# Days from the announcement to each step of the agreement, then from the due date to each step of a payment.
NOTIFIED, SENT, SIGNED, COUNTERSIGNED = 6, 12, 34, 45
CERTIFIED, ORDERED, PAID = 5, 12, 27
REPORT_DAYS = 20


def create_line(programme):
    source, _ = Source.objects.get_or_create(name="État, budget général")
    line, _ = Line.objects.get_or_create(
        programme=programme,
        code="P112-12",
        defaults={
            "source": source,
            "label": "P112-12, tiers-lieux (données inventées)",
            "lolf_programme": "112",
            "action": "12",
            "origin": Origin.DEMONSTRATION,
        },
    )
    return line


def fund_wave(random, wave, dossiers, line, people, *, settled):
    """Open what the wave needs and a margin, commit its laureates on the announcement day, then live the payments.

    Args:
        settled: True when the agreements have had time to be signed and the first instalments to be paid.
    """
    day = wave.announcement_on
    bounds = {b.segment: b for b in SegmentBounds.objects.filter(version__call=wave.call)}
    requests = [awards.Request(d.fabrique, amount(d, bounds), line, day.year, bounds[d.segment], d) for d in dossiers]
    open_year("ae", line, day.year, sum(request.total_cents for request in requests) + MARGIN_CENTS, wave)
    act = f"Décision inventée de la vague {wave.number}"
    key = f"generated:{wave.public_id}"
    made = awards.reserve(
        wave=wave, requests=requests, on=day, act=act, by=None, key=f"{key}:reserve", origin=Origin.DEMONSTRATION
    )
    plan_all(made, day)
    awards.commit(awards=made, on=day, act=act, by=None, key=f"{key}:commit")
    made = list(Award.objects.filter(wave=wave).select_related("organisation").order_by("pk"))
    signed = contract(random, made, day, settled)
    pay(random, wave, signed, line, people)


def amount(dossier, bounds):
    limits = bounds[dossier.segment]
    return min(max(dossier.requested_cents, limits.min_cents), limits.max_cents)


def open_year(axis, line, year, cents, wave, what=""):
    open_credits(axis, line, year, cents, f"{wave.public_id}:{axis}{what}")


def open_credits(axis, line, year, cents, key):
    budgets.open_credits(
        axis=axis,
        line=line,
        fiscal_year=year,
        cents=cents,
        effective_on=datetime.date(year, 1, 1),
        act=f"Ouverture inventée {year}",
        by=None,
        key=f"generated:{key}",
    )


def open_what_is_left(programme, line, name):
    """This year's CP cover nineteen twentieths of what the year still has to pay."""
    today = timezone.localdate()
    waiting = Instalment.objects.filter(
        award__wave__call__programme=programme, expected_on__year__lte=today.year,
        state__in=[S.PLANNED, S.DUE, S.CERTIFIED],
    )  # fmt: skip
    cents = sum(waiting.values_list("cents", flat=True)) * 19 // 20
    if cents:
        open_credits("cp", line, today.year, cents, f"{name}:cp:{today.year}")


# --- Schedules and agreements ------------------------------------------------------------------------------------


def plan_all(made, day):
    """The schedule that each award would get at its commitment, all of them in four statements."""
    plans = {award.pk: schedules.default_plan(award, day) for award in made}
    drafts = Schedule.objects.bulk_create(
        [Schedule(award=award, number=1, total_cents=award.total_cents) for award in made]
    )
    caps = {award.pk: award.year_cap_cents for award in made}
    years = ScheduleYear.objects.bulk_create(
        [
            ScheduleYear(schedule=draft, year=year, cap_cents=caps[draft.award_id])
            for draft in drafts
            for year in sorted(schedules.cents_by_year(plans[draft.award_id]))
        ]
    )
    by_key = {(year.schedule.award_id, year.year): year for year in years}
    Instalment.objects.bulk_create(
        [
            Instalment(
                schedule_year=by_key[award, plan.year], award_id=award, number=number, kind=plan.kind,
                cents=plan.cents, condition=plan.condition, expected_on=plan.expected_on,
            )
            for award, plans_of_award in plans.items()
            for number, plan in enumerate(plans_of_award, start=1)
        ]
    )  # fmt: skip
    Schedule.objects.filter(pk__in=[draft.pk for draft in drafts]).update(state=Schedule.State.CURRENT)


def contract(random, made, day, settled):
    """Notify the awards and draw up their agreements; returns the awards whose agreement is in force."""
    for award in made:
        award.notified_on = min(day + NOTIFIED * DAY, timezone.localdate())
    Award.objects.bulk_update(made, ["notified_on"])
    rows = [agreement_of(random, award, day, settled) for award in made]
    written = Agreement.objects.bulk_create([row for row in rows if row])
    signed = [agreement.award for agreement in written if agreement.state == Agreement.State.IN_FORCE]
    FabriqueFact.objects.bulk_create(
        [
            FabriqueFact(
                fabrique_id=agreement.award.fabrique_id, kind=FabriqueFact.Kind.CONTRACTED,
                effective_on=agreement.state_signed_on,
                evidence=f"Convention {agreement.number}, signée par les deux parties",
            )
            for agreement in written
            if agreement.state == Agreement.State.IN_FORCE
        ]
    )  # fmt: skip
    for award in signed:
        award.move("come_into_force", by=None)
    return signed


def agreement_of(random, award, day, settled):
    """An agreement where it would stand today; None when nobody has drawn it up yet."""
    state = state_of_agreement(random, award, settled)
    if state is None:
        return None
    row = Agreement(award=award, number=take_number(series=agreements.SERIES, year=day.year), state=state)
    reached = list(Agreement.State).index(state)
    today = timezone.localdate()
    if reached >= 1:
        row.sent_on = min(day + SENT * DAY, today)
    if reached >= 2:
        row.beneficiary_signed_on = min(day + SIGNED * DAY, today)
        row.beneficiary_signatory = award.organisation.representative_name
    if reached >= 3:
        row.state_signed_on, row.state_signatory = day + COUNTERSIGNED * DAY, "La direction du dispositif (inventée)"
    return row


def state_of_agreement(random, award, settled):
    A = Agreement.State
    if not award.organisation.siret:
        return A.DRAFTED
    if settled:
        return random.choices((A.IN_FORCE, A.SENT, A.SIGNED_BY_BENEFICIARY), weights=(95, 4, 1))[0]
    return random.choices((A.SENT, A.SIGNED_BY_BENEFICIARY, A.DRAFTED, None), weights=(40, 20, 20, 20))[0]


# --- Payments ----------------------------------------------------------------------------------------------------


@dataclass
class Batch:
    """Instalments of one rank that become due, and perhaps were paid, on the same days."""

    rows: list[Instalment]
    due_on: datetime.date

    @property
    def paid_on(self):
        return self.due_on + PAID * DAY

    @property
    def ordered_on(self):
        """An order and its payment are of one fiscal year."""
        day = self.due_on + ORDERED * DAY
        return day if day.year == self.paid_on.year else self.paid_on


def pay(random, wave, signed, line, people):
    """Instalment after instalment, what is due by today is due, what had time to be paid is paid."""
    rows = list(Instalment.objects.live().filter(award__in=signed).select_related("award").order_by("award_id"))
    today = timezone.localdate()
    for rank in sorted({row.number for row in rows}):
        of_rank = [row for row in rows if row.number == rank]
        for part in range(BATCHES):
            batch = Batch(of_rank[part::BATCHES], due_day(wave.announcement_on, rank) + 4 * part * DAY)
            if batch.rows and batch.due_on <= today:
                settle(random, wave, batch, line, people, f":{rank}:{part}")
    complete(signed)


def due_day(day, rank):
    """The first instalment is due at the signature, the others when the report of the year is accepted."""
    return day + COUNTERSIGNED * DAY if rank == 1 else schedules.years_after(day, rank - 1) + REPORT_DAYS * DAY


def settle(random, wave, batch, line, people, key):
    """A few instalments wait beyond the legal delay, like in life."""
    had_time = batch.paid_on <= timezone.localdate()
    recent = batch.paid_on.year >= timezone.localdate().year - 1
    paid = [row for row in batch.rows if had_time and not (recent and random.random() < 0.04)]
    replace(batch, paid, people)
    if paid:
        cents = sum(row.cents for row in paid)
        open_year("cp", line, batch.paid_on.year, cents + MARGIN_CENTS // 50, wave, key)
        post_payments(wave, batch, paid, line, people, key)


def replace(batch, paid, people):
    """Write the dates and the state that these instalments have reached."""
    certifier, orderer, recorder = people["finance_officer"][:3]
    noon = timezone.make_aware(datetime.datetime.combine(batch.due_on, datetime.time(12)))
    settled = {row.pk for row in paid}
    # Nobody here shares an award: the structure receives the whole.
    InstalmentPayee.objects.bulk_create(
        InstalmentPayee(instalment=row, organisation_id=row.award.organisation_id, cents=row.cents) for row in paid
    )
    for row in batch.rows:
        row.move("become_due", by=None, on=batch.due_on, at=noon, pay_by=batch.due_on + PAYMENT_DAYS * DAY)
        if row.pk in settled:
            row.move("certify", by=certifier, on=batch.due_on + CERTIFIED * DAY)
            row.move("order", by=orderer, on=batch.ordered_on, cp_year=batch.paid_on.year)
            row.move("record_payment", by=recorder, on=batch.paid_on, chorus_reference=f"GEN{row.pk:012d}")


def post_payments(wave, batch, paid, line, people, key):
    """One posting orders the batch, one pays it: CP paid and AE liquidated together."""
    year, ae_year = batch.paid_on.year, wave.announcement_on.year

    def legs(origin, destination, of_year):
        free = (Kind.CP_AVAILABLE,)
        return [
            Leg(
                Slot(origin, line.pk, of_year, None if origin in free else row.award_id),
                Slot(destination, line.pk, of_year, row.award_id),
                row.cents,
            )
            for row in paid
        ]

    _, orderer, recorder = people["finance_officer"][:3]
    post(
        key=f"generated:{wave.public_id}:order{key}", kind=Posting.Kind.ORDER, effective_on=batch.ordered_on,
        actor=orderer, act=f"Mise en paiement inventée, vague {wave.number}",
        legs=legs(Kind.CP_AVAILABLE, Kind.CP_ORDERED, year),
    )  # fmt: skip
    post(
        key=f"generated:{wave.public_id}:pay{key}", kind=Posting.Kind.PAY, effective_on=batch.paid_on,
        actor=recorder, act=f"Paiement inventé, vague {wave.number}",
        legs=[
            *legs(Kind.CP_ORDERED, Kind.CP_PAID, year),
            *legs(Kind.AE_COMMITTED, Kind.AE_LIQUIDATED, ae_year),
        ],
    )  # fmt: skip


def complete(signed):
    unpaid = set(
        Instalment.objects.live().filter(award__in=signed).exclude(state=S.PAID).values_list("award", flat=True)
    )
    for award in signed:
        if award.pk not in unpaid:
            award.move("complete", by=None)
