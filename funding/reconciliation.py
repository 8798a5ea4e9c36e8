"""Rebuild every balance and day total from the movements, and name each difference with what is stored."""

from collections import defaultdict

from django.db.models import F, Sum

from funding.models import Account, DayTotal, Movement

DAY_KEY = {
    "from_kind": F("from_account__kind"),
    "from_line_id": F("from_account__line_id"),
    "from_year": F("from_account__fiscal_year"),
    "to_kind": F("to_account__kind"),
    "to_line_id": F("to_account__line_id"),
    "to_year": F("to_account__fiscal_year"),
    "booked_on": F("posting__booked_on"),
}


def differences():
    """Sentences, one a difference; an empty list says that rebuilt = live."""
    return [*balance_differences(), *day_total_differences(), *sum_difference()]


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
    columns = [*sorted(DAY_KEY), "effective_on"]
    rebuilt = {
        tuple(row[column] for column in columns): row["total"]
        for row in Movement.objects.order_by().values("effective_on", **DAY_KEY).annotate(total=Sum("amount_cents"))
    }
    stored = {
        tuple(row[column] for column in columns): row["cents"] for row in DayTotal.objects.values(*columns, "cents")
    }
    return [
        f"total du jour {dict(zip(columns, key, strict=True))} : "
        f"noté {stored.get(key, 0)}, mouvements {rebuilt.get(key, 0)} (centimes)"
        for key in sorted(rebuilt.keys() | stored.keys(), key=str)
        if rebuilt.get(key, 0) != stored.get(key, 0)
    ]


def sum_difference():
    total = Account.objects.aggregate(total=Sum("balance_cents"))["total"] or 0
    return [f"somme de tous les soldes : {total} centimes au lieu de 0"] if total else []
