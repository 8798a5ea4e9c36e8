"""What stood on a day, on both clocks, as expressions of a query: money from the movements, a state from the journal.

A list of today reads the same rows: its balances are what the movements make, and are read as they are kept.
"""

import datetime
from dataclasses import dataclass

from django.db.models import BigIntegerField, CharField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.filters import midnight
from accounts.models import JournalEntry
from funding.models import Account, Movement

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Then:
    """A day on both clocks.

    Args:
        as_of: *en date de*, Paris date; known_on: *connu au*. None: today, without a limit on what is dated after.
    """

    as_of: datetime.date | None = None
    known_on: datetime.date | None = None

    @property
    def day(self):
        return self.as_of or timezone.localdate()

    @property
    def known(self):
        return self.known_on or timezone.localdate()

    @property
    def is_now(self):
        return min(self.day, self.known) >= timezone.localdate()

    @property
    def both(self):
        """The last day that was both past and known: for what is written on the day when it happens."""
        return min(self.day, self.known)

    @property
    def until(self):
        """The first instant after what was both true and known."""
        return midnight(self.both + DAY)

    @property
    def known_until(self):
        return midnight(self.known + DAY)

    def movements(self):
        """The movements true in law on that day, and known."""
        return Movement.objects.filter(effective_on__lte=self.day, posting__booked_on__lte=self.known).order_by()


NOW = Then()


def account_cents(then):
    """Of an `Account`: what it held. Cents."""
    if then.is_now:
        return F("balance_cents")
    return passed(then, "to_account", "to_account") - passed(then, "from_account", "from_account")


def award_cents(then, *kinds):
    """Of an `Award`: what its accounts of these kinds held, whatever the line and the year. Cents."""
    if then.is_now:
        held = Account.objects.filter(award=OuterRef("pk"), kind__in=kinds).order_by().values("award")
        return added(held, "balance_cents")
    entered, left = (
        passed(then, f"{side}__award", f"{side}__award", **{f"{side}__kind__in": kinds})
        for side in ("to_account", "from_account")
    )
    return entered - left


def passed(then, side, group, **scope):
    rows = then.movements().filter(**{side: OuterRef("pk")}, **scope).values(group)
    return added(rows, "amount_cents")


def added(rows, field):
    """The sum of a field over grouped rows, 0 without any."""
    total = Subquery(rows.annotate(total=Sum(field)).values("total"), output_field=BigIntegerField())
    return Coalesce(total, Value(0), output_field=BigIntegerField())


def state_then(model, then):
    """Of a row of `model`: the state that its journal had given it by then.

    Before its first transition, the state that this one left; with a journal that knows nothing of it, today's.
    """
    if then.is_now:
        return F("state")
    entries = JournalEntry.objects.filter(subject_type=model._meta.label, subject_id=OuterRef("pk")).order_by()
    before = entries.filter(at__lt=then.until).exclude(to_state="").order_by("-at", "-pk").values("to_state")[:1]
    after = entries.filter(at__gte=then.until).exclude(from_state="").order_by("at", "pk").values("from_state")[:1]
    return Coalesce(Subquery(before), Subquery(after), F("state"), output_field=CharField())


def instalments_then(rows, then):
    """Instalments that stood in the schedules then and were not paid, with `then_state`.

    The day of a payment is the accountant's, whatever the day on which it was read.
    """
    if then.is_now:
        return rows.exclude(state__in=["paid", "cancelled"]).annotate(then_state=F("state"))
    planned = Q(schedule_year__schedule__planned_at=None) | Q(schedule_year__schedule__planned_at__lt=then.until)
    kept = ~Q(state="cancelled") | Q(cancelled_at__gte=then.until)
    at = Q(paid_at=None, paid_on__lte=then.known) | Q(paid_at__lt=then.known_until)
    found = rows.filter(planned, kept).exclude(schedule_year__schedule__state="draft")
    found = found.exclude(Q(state="paid", paid_on__lte=then.day) & at)
    return found.annotate(then_state=state_then(rows.model, then))


def owed_then(rows, then, by=None):
    """Instalments that were due then, neither paid nor withheld; `by`: due by that Paris day."""
    due = Q(due_at=None) | Q(due_at__lt=then.known_until)
    found = instalments_then(rows, then).filter(due, due_on__lte=min(then.day, by or then.day))
    return found.exclude(then_state="withheld")
