"""Every invariant of the ledger, read by questions that share nothing with the code that writes it."""

from collections import Counter, defaultdict

from django.db import connection
from django.db.models import Sum

from funding.balances import balances
from funding.models import (
    OUTSIDE_KINDS,
    SOURCE_KINDS,
    Account,
    Award,
    Contribution,
    DayTotal,
    Instalment,
    Kind,
    MonthTotal,
    Movement,
    Posting,
    Schedule,
)
from funding.reconciliation import differences

# The lowest balance that each account ever had at the end of a day, from the movements alone.
LOWEST = """
WITH moved AS (
    SELECT from_account_id AS account, effective_on, -amount_cents AS cents FROM funding_movement
    UNION ALL SELECT to_account_id, effective_on, amount_cents FROM funding_movement
), days AS (SELECT account, effective_on, SUM(cents) AS cents FROM moved GROUP BY account, effective_on),
held AS (SELECT account, SUM(cents) OVER (PARTITION BY account ORDER BY effective_on) AS cents FROM days)
SELECT a.id, a.kind, MIN(h.cents) FROM held h JOIN funding_account a ON a.id = h.account
GROUP BY a.id, a.kind HAVING MIN(h.cents) < 0
"""
INCOMPLETE = """
SELECT COUNT(*) FROM funding_posting p
WHERE p.movement_count <> (SELECT COUNT(*) FROM funding_movement m WHERE m.posting_id = p.id)
"""


def faults():
    """Sentences, one a fault; an empty list says that every invariant stands."""
    return [
        *differences(), *negative(), *negative_days(), *incomplete(), *chains(), *awards_in_order(), *attached(),
        *over_the_award(),
    ]  # fmt: skip


def negative():
    below = Account.objects.filter(balance_cents__lt=0).exclude(kind__in=SOURCE_KINDS)
    return [f"{one} sous zéro : {one.balance_cents}" for one in below.select_related("line")]


def negative_days():
    return [f"compte {pk} ({kind}) : {cents} à la fin d’un jour" for pk, kind, cents in rows(LOWEST)
            if kind not in SOURCE_KINDS]  # fmt: skip


def incomplete():
    [(count,)] = rows(INCOMPLETE)
    return [f"{count} écritures sans tous leurs mouvements"] if count else []


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def chains():
    """AE, CP and the money of others each add up to nothing, by themselves."""
    sums: dict[str, int] = defaultdict(int)
    for (kind, _, _), cents in balances().items():
        sums["outside" if kind in OUTSIDE_KINDS else kind[:2]] += cents
    return [f"chaîne {chain} : {cents} centimes au lieu de 0" for chain, cents in sums.items() if cents]


def awards_in_order():
    """paid = liquidated ≤ ordered ≤ certified ≤ due ≤ committed; what was re-established was paid first."""
    held, reached = by_award(), Counter()
    for award, cents, *days in Instalment.objects.values_list(
        "award", "cents", "paid_on", "ordered_on", "certified_on", "due_on"
    ):
        for step, day in zip(("paid", "ordered", "certified", "due"), days, strict=True):
            reached[award, step] += cents if day else 0
    found = []
    for award in {award for award, _ in held}:
        paid, ordered, certified, due = (reached[award, s] for s in ("paid", "ordered", "certified", "due"))
        cp_paid = held[award, Kind.CP_PAID] + held[award, "reinstated"]
        if not paid == cp_paid == held[award, Kind.AE_LIQUIDATED]:
            found.append(f"attribution {award} : payé {paid}, CP {cp_paid}, AE {held[award, Kind.AE_LIQUIDATED]}")
        if ordered != paid + held[award, Kind.CP_ORDERED]:
            found.append(f"attribution {award} : mis en paiement {ordered}, comptes {held[award, Kind.CP_ORDERED]}")
        if not paid <= ordered <= certified <= due:
            found.append(f"attribution {award} : {paid}, {ordered}, {certified}, {due} ne se suivent pas")
    return found


def by_award():
    held: Counter = Counter()
    accounts = Account.objects.filter(award__isnull=False)
    for award, kind, cents in accounts.values_list("award", "kind", "balance_cents"):
        held[award, kind] += cents
    back = Movement.objects.filter(posting__kind=Posting.Kind.REINSTATE).order_by()
    for award, cents in back.values_list("from_account__award").annotate(cents=Sum("amount_cents")):
        held[award, "reinstated"] += cents
    return held


def attached():
    attached = Contribution.objects.aggregate(total=Sum("cents"))["total"] or 0
    used = Account.objects.filter(kind=Kind.USED).aggregate(total=Sum("balance_cents"))["total"] or 0
    return [f"rattaché {attached}, employé {used}"] if attached > used else []


def over_the_award():
    """Nothing is reserved, committed or paid beyond what an award grants; its schedule plans exactly that."""
    kinds = (Kind.AE_RESERVED, Kind.AE_COMMITTED, Kind.AE_LIQUIDATED)
    sums = Account.objects.filter(kind__in=kinds).order_by().values_list("award").annotate(Sum("balance_cents"))
    total = dict(Award.objects.values_list("pk", "total_cents"))
    found = [f"attribution {award} : {cents} pour {total[award]}" for award, cents in sums if cents > total[award]]
    planned = Schedule.objects.filter(state="current").values_list("award", "planned_cents", "kept_cents")
    return found + [f"échéancier de {award} : {cents + kept} pour {total[award]}" for award, cents, kept in planned
                    if cents + kept != total[award]]  # fmt: skip


def everything():
    """What a replay may not change: counts, and every balance."""
    models = (Posting, Movement, Account, DayTotal, MonthTotal, Award, Instalment, Contribution)
    return {
        **{model.__name__: model.objects.count() for model in models},
        "soldes": hash(tuple(Account.objects.order_by("pk").values_list("pk", "balance_cents"))),
        "états": hash(tuple(Instalment.objects.order_by("pk").values_list("pk", "state", "version"))),
        "attributions": hash(tuple(Award.objects.order_by("pk").values_list("pk", "state", "total_cents"))),
    }


def lost(done, refused):
    """What was told done and is not there, once; what was refused and is there all the same."""
    known = Counter(Posting.objects.values_list("key", flat=True))
    there = set(known) | {key.rsplit(":", 1)[0] for key in known}
    return [f"{key} : dit fait, absent" for key in done if key not in there] + [
        f"{key} : refusé, présent" for key in refused if key in known
    ]
