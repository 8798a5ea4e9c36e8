"""Rebuild every balance and total from the movements, and name each difference with what is stored."""

from collections import defaultdict

from django.db.models import F, Max, Sum
from django.db.models.functions import TruncMonth

from funding.models import Account, DayTotal, MonthTotal, Movement

WAY = {
    "from_kind": F("from_account__kind"),
    "from_line_id": F("from_account__line_id"),
    "from_year": F("from_account__fiscal_year"),
    "to_kind": F("to_account__kind"),
    "to_line_id": F("to_account__line_id"),
    "to_year": F("to_account__fiscal_year"),
}


def differences():
    """Sentences, one a difference; an empty list says that rebuilt = live."""
    return [*balance_differences(), *day_total_differences(), *month_total_differences(), *sum_difference()]


def balance_differences():
    rebuilt = defaultdict(int)
    for field, sign in (("to_account", 1), ("from_account", -1)):
        for account, cents in Movement.objects.values_list(field).order_by().annotate(total=Sum("amount_cents")):
            rebuilt[account] += sign * cents
    return [
        f"compte {account.pk} ({account}) : solde {account.balance_cents}, mouvements {rebuilt[account.pk]} (centimes)"
        for account in Account.objects.select_related("line").order_by("pk")
        if account.balance_cents != rebuilt[account.pk]
    ]


def day_total_differences():
    by = {**WAY, "booked_on": F("posting__booked_on")}
    rebuilt = Movement.objects.order_by().values("effective_on", **by).annotate(total=Sum("amount_cents"))
    stored = DayTotal.objects.order_by().values("effective_on", *by, total=F("cents"))
    return total_differences("total du jour", rebuilt, stored)


def month_total_differences():
    by = {**WAY, "month": TruncMonth("effective_on")}
    facts = {"total": Sum("amount_cents"), "last": Max("effective_on")}
    rebuilt = Movement.objects.order_by().values(**by).annotate(**facts)
    stored = MonthTotal.objects.order_by().values(*by, total=F("cents"), last=F("last_on"))
    return total_differences("total du mois", rebuilt, stored)


def total_differences(name, rebuilt, stored):
    """Sentences: rows of `values()` whose `total` is not the same on both sides; the rest says of what it is."""
    noted, counted = cents_by_key(stored), cents_by_key(rebuilt)
    return [
        f"{name} {dict(key)} : noté {noted.get(key, 0)}, mouvements {counted.get(key, 0)} (centimes)"
        for key in sorted(noted.keys() | counted.keys(), key=str)
        if noted.get(key, 0) != counted.get(key, 0)
    ]


def cents_by_key(rows):
    return {
        tuple(sorted((name, value) for name, value in row.items() if name != "total")): row["total"] for row in rows
    }


def sum_difference():
    total = Account.objects.aggregate(total=Sum("balance_cents"))["total"] or 0
    return [f"somme de tous les soldes : {total} centimes au lieu de 0"] if total else []
