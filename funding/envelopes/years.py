"""The end of a fiscal year: once its accounts are closed, nothing may be dated in it."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import NBSP, euros
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.models import Account, ClosedYear, Kind

# What must be settled before the close: a reservation falls, an order waits for the accountant.
UNSETTLED = {Kind.AE_RESERVED: "engagez-les ou libérez-les", Kind.CP_ORDERED: "notez leur paiement ou leur annulation"}
FALLS = (Kind.AE_OPENED, Kind.CP_AVAILABLE)


def close_year(*, year, act, by):
    """Close the accounts of a fiscal year that is over.

    Args:
        act: the `Act` (statement of accounts) that closes it.

    Raises:
        NotAllowed: `by` may not move credits.
        Refusal: the year is not over, closed already, or still holds reservations or orders.
    """
    require(by, "funding.open_credits")
    refuse_unsettled(year)
    try:
        with transaction.atomic():
            closed = ClosedYear.objects.create(year=year, act=act, closed_by=by)
    except IntegrityError as error:
        raise Refusal(f"L’exercice {year} est déjà clos.", field="fiscal_year") from error
    JournalEntry.write(action="close_year", subject=closed, actor=by, details={"year": year, "act": str(act)})
    return closed


def refuse_unsettled(year):
    if year >= timezone.localdate().year:
        raise Refusal(
            f"L’exercice {year} n’est pas terminé : il se clôt à partir du 1er janvier {year + 1}.",
            field="fiscal_year",
        )
    held = Account.objects.filter(kind__in=UNSETTLED, fiscal_year=year, balance_cents__gt=0).order_by("pk").first()
    if held is not None:
        raise Refusal(
            f"Il reste {euros(held.balance_cents)} en « {held.get_kind_display()} » sur l’exercice {year} : "
            f"{UNSETTLED[Kind(held.kind)]}, puis recommencez.",
            field="fiscal_year",
        )


def falling(year):
    """Sentences of what falls with a year: AE and CP that nobody used and that no arrêté carried over."""
    left = Account.objects.filter(kind__in=FALLS, fiscal_year=year, balance_cents__gt=0).select_related("line")
    rows = [
        f"{account.line.label}, {account.get_kind_display()} {year}{NBSP}: {euros(account.balance_cents)} tombent"
        for account in left.order_by("line__code", "kind")
    ]
    return [f"L’exercice {year} est clos : plus rien ne pourra y être daté", *rows]
