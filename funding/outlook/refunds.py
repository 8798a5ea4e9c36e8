"""What is owed back to structures on a day, on both clocks: a withdrawal was undone after money had come back.

It is no AE: what had been committed and paid stands. What a *rétablissement* had turned into CP again is a need of CP,
from the day of the act that undoes the withdrawal; the rest, the accountant gives back out of credits.
"""

import datetime
from collections import defaultdict
from typing import NamedTuple

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Sum, Value, When

from accounts.models import JournalEntry
from funding.endings.refunding import key_of_pk, reinstated_line
from funding.models import Movement, Posting, Recovery, RecoveryEntry
from funding.then import Then

COLLECTED, REFUNDED = RecoveryEntry.Kind.COLLECTED, RecoveryEntry.Kind.REFUNDED
R, SUBJECT = Recovery.State, Recovery._meta.label


class Refund(NamedTuple):
    """One recovery whose money is owed back. Cents.

    Attributes:
        on: the day of the act that owes it; nothing has to come first, so it is due that day.
        cents: all that is owed back; on_credits: its part that takes CP.
        line: the one whose CP had been reinstated, None without any.
    """

    recovery: int
    award: int
    line: int | None
    on: datetime.date
    cents: int
    on_credits: int


class CreditsNeeded(NamedTuple):
    """The part of a refund that waits for CP, as `funding.outlook.remaining.Part` says that of an instalment."""

    recovery: int
    line: int
    due_on: datetime.date
    cents: int
    ordered: bool = False

    @property
    def expected_on(self):
        return self.due_on

    @property
    def base(self):
        return self.due_on


def refunds(*, as_of=None, known_on=None, programme=None, recoveries=None):
    """[Refund] of a day, the oldest first; one query when nothing is owed back.

    Args:
        as_of: *en date de*, Paris date; known_on: *connu au*; None: today.
        programme: None for all. recoveries: a queryset of those to look at; None: all.
    """
    then = Then(as_of, known_on)
    rows = owed_then(Recovery.objects.all() if recoveries is None else recoveries, then)
    if programme is not None:
        rows = rows.filter(award__wave__call__programme=programme)
    columns = ("pk", "award_id", "withdrawal__undone_on")
    found = list(rows.order_by("withdrawal__undone_on", "pk").values_list(*columns))
    if not found:
        return []
    keys = [pk for pk, _, _ in found]
    left, reinstated = left_of(keys, then), reinstated_by(keys, then)
    made = [refund(pk, award, on, left.get(pk, 0), reinstated.get(pk, 0), then) for pk, award, on in found]
    return [one for one in made if one.cents > 0]


def owed_then(recoveries, then):
    """Recoveries whose withdrawal was undone by that day, known by then, after money had come back."""
    entries = JournalEntry.objects.filter(subject_type=SUBJECT, subject_id=OuterRef("pk"), action="owe_back")
    if then.known_on is not None:
        entries = entries.filter(at__lt=then.known_until)
    undone = recoveries.filter(state__in=[R.REFUNDING, R.REFUNDED], withdrawal__undone_on__lte=then.day)
    return undone.filter(Exists(entries))


def left_of(keys, then):
    """{recovery: cents that came back and were not given back}."""
    rows = RecoveryEntry.objects.filter(recovery__in=keys, kind__in=[COLLECTED, REFUNDED], on__lte=then.day)
    if then.known_on is not None:
        rows = rows.filter(recorded_at__lt=then.known_until)
    left: dict[int, int] = defaultdict(int)
    for pk, kind, cents in rows.order_by().values_list("recovery", "kind").annotate(cents=Sum("cents")):
        left[pk] += cents if kind == COLLECTED else -cents
    return left


def reinstated_by(keys, then):
    """{recovery: cents that it turned into CP again}: each act is in its journal."""
    rows = JournalEntry.objects.filter(subject_type=SUBJECT, subject_id__in=keys, action="reinstate_credits")
    if not then.is_now:
        rows = rows.filter(at__lt=then.until)
    found: dict[int, int] = defaultdict(int)
    for pk, details in rows.values_list("subject_id", "details"):
        found[pk] += details["cents"]
    return found


def refund(pk, award, on, cents, reinstated, then):
    taken = taken_again(pk, then) if reinstated else 0
    on_credits = max(min(cents, reinstated - taken), 0)
    return Refund(pk, award, reinstated_line(award) if on_credits else None, on, cents, on_credits)


def taken_again(recovery, then):
    rows = Movement.objects.filter(posting__kind=Posting.Kind.REFUND, posting__key__startswith=key_of_pk(recovery))
    if not then.is_now:
        rows = rows.filter(effective_on__lte=then.day, posting__booked_on__lte=then.known)
    return rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0


def needs_of(found):
    """What these refunds need of CP."""
    return [CreditsNeeded(one.recovery, one.line, one.on, one.on_credits) for one in found if one.on_credits]


def total(found):
    return sum(one.cents for one in found)


def rows_of(user, found):
    """The recoveries of these refunds that `user` may read, with `back_cents` and `credit_cents`.

    Returns:
        (queryset, cents of those closed to her).
    """
    by_key = {one.recovery: one for one in found}
    rows = Recovery.objects.visible_to(user).filter(pk__in=by_key)
    seen = set(rows.values_list("pk", flat=True))
    rows = rows.annotate(
        back_cents=written({pk: one.cents for pk, one in by_key.items()}),
        credit_cents=written({pk: one.on_credits for pk, one in by_key.items()}),
    )
    return rows, sum(one.cents for pk, one in by_key.items() if pk not in seen)


def written(cents):
    """An expression of the cents that belong to each key."""
    cases = [When(pk=pk, then=Value(amount)) for pk, amount in cents.items()]
    return Case(*cases, default=Value(0), output_field=BigIntegerField())
