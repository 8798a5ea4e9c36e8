"""Commitments asleep: money committed, nothing moved for long. Found, shown, proposed for release in one act."""

import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.errors import Refusal
from funding.endings import giving_up, reducing
from funding.models import Account, Award, Claim, Hearing, Instalment, Kind, Recovery, Withdrawal
from funding.then import NOW, added, award_cents, owed_then, state_then
from programme.models import CallVersion

# What the page may ask instead of what each call says (`CallVersion.dormant_months`, frozen with its conditions).
CHOICES = (12, 18, 24, 36)
MOST = 200


def since(months, today=None):
    """The Paris day so many months ago."""
    today = today or timezone.localdate()
    count = today.year * 12 + today.month - 1 - months
    year, month = divmod(count, 12)
    return datetime.date(year, month + 1, min(today.day, 28))


def dormants(awards=None, *, months=None, then=NOW):
    """Awards that hold money and have not moved for so many months, with `last_on` and `asleep_cents`.

    Args:
        awards: queryset of `Award`s to look in; all when None.
        months: for all of them; None: those that the call version of each says.
        then: the `Then` of the day asked for.

    `asleep_cents`: what is committed and neither owed nor paid, in cents. Where a claim was sent and not accepted yet,
    or a hearing is open, somebody is at work: nothing sleeps.
    """
    rows = Award.objects.all() if awards is None else awards
    rows = alive_then(rows.filter(application__isnull=False), then)
    rows = with_remaining(rows, then).annotate(last_on=last_move(then))
    late = by_call(then.day) if months is None else Q(last_on__lt=since(months, then.day))
    return rows.filter(late, ~Exists(open_claims(then)), ~Exists(open_hearings(then)), asleep_cents__gt=0)


def alive_then(awards, then):
    """Awards that were committed and had not ended."""
    return awards.annotate(then_state=state_then(Award, then)).filter(then_state__in=reducing.ALIVE)


def open_claims(then):
    """Claims of an award that were sent, and not accepted yet."""
    rows = Claim.objects.annotate(then_state=state_then(Claim, then))
    return rows.filter(
        instalment__award=OuterRef("pk"),
        then_state__in=[Claim.State.SENT, Claim.State.RETURNED],
        sent_at__lt=then.until,
    )


def open_hearings(then):
    """Hearings of an award that were opened, and not followed by a decision yet."""
    rows = Hearing.objects.filter(award=OuterRef("pk"), opened_on__lte=then.both)
    waiting = Q()
    for model in (Recovery, Withdrawal):
        open_ones = model.objects.annotate(then_state=state_then(model, then)).filter(then_state=model.State.HEARING)
        waiting |= Q(Exists(open_ones.filter(hearing=OuterRef("pk"))))
    return rows.filter(waiting)


def by_call(today=None):
    """Condition: not moved for as many months as the call version says."""
    version = "application__call_version__dormant_months"
    kept = CallVersion.objects.order_by().values_list("dormant_months", flat=True).distinct()
    found = Q(pk__in=[])
    for months in kept:
        found |= Q(**{version: months, "last_on__lt": since(months, today)})
    return found


def with_remaining(awards, then=NOW):
    """Awards with `committed_cents` (not liquidated), `owed_cents` (due, not paid) and `asleep_cents`, the rest."""
    owed = owed_then(Instalment.objects.filter(award=OuterRef("pk")), then).order_by().values("award")
    return awards.annotate(
        committed_cents=award_cents(then, Kind.AE_COMMITTED),
        owed_cents=added(owed, "cents"),
        asleep_cents=F("committed_cents") - F("owed_cents"),
    )


def last_move(then=NOW):
    """The last day on which money of the award moved, in or out of one of its accounts."""
    of_award = Account.objects.filter(award=OuterRef(OuterRef("pk"))).values("pk")

    def last(side):
        rows = then.movements().filter(**{f"{side}_account__in": of_award}).order_by("-effective_on")
        return Subquery(rows.values("effective_on")[:1])

    entered, left = last("to"), last("from")
    return Greatest(entered, Coalesce(left, entered))


def release_dormant(*, awards, on, act, reason, by, key, recycled_by=None):
    """Give back what sleeps on some awards, all or none, by one act.

    Args:
        awards: the `Award`s that the reader chose.
        on: Paris date of the act; others as `giving_up.give_up`.

    Returns:
        (how many awards, cents given back).

    Raises:
        Refusal: none was chosen, one is awake now, or an amount is no longer there; nothing is released.
    """
    chosen = sorted({award.pk for award in awards})
    if not chosen:
        raise Refusal("Choisissez au moins un engagement.", field="awards")
    with transaction.atomic():
        given = 0
        for award in Award.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=chosen).order_by("pk"):
            given += one_of_many(award, on, act, reason, by, f"{key}:{award.pk}", recycled_by)
    return len(chosen), given


def one_of_many(award, on, act, reason, by, key, recycled_by):
    cents = giving_up.releasable_cents(award)
    if not cents:
        if giving_up.was_given_back(key):
            return 0
        raise Refusal(f"{award.fabrique} : il n’y a plus rien à rendre. Rien n’a été libéré : rechargez la liste.")
    _, reduction = giving_up.give_up(
        award=award, why=giving_up.Why.DORMANT, cents=cents, on=on, act=act, reason=reason, by=by, key=key,
        recycled_by=recycled_by,
    )  # fmt: skip
    return reduction.released_cents if reduction else 0
