"""The whole ledger as plain text that an independent program checks (`bean-check`, https://beancount.github.io).

AE, CP and the money of others are three commodities: every act must balance in each of them by itself. The balances
that the file asserts are not read from the movements it holds: at the end of each year those of the day totals, today
those of the accounts themselves, with no tolerance.
"""

import datetime
import re
from contextlib import contextmanager
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts.french import folded
from funding.balances import balances
from funding.models import Account, Kind, Movement, Posting

K = Kind
NAMES = {
    K.AE_SOURCE: "Equity:AE:Origine",
    K.AE_OPENED: "Assets:AE:Ouvertes",
    K.AE_FROZEN: "Assets:AE:Gelees",
    K.AE_CANCELLED: "Expenses:AE:Annulees",
    K.AE_RESERVED: "Assets:AE:Reservees",
    K.AE_COMMITTED: "Assets:AE:Engagees",
    K.AE_LIQUIDATED: "Expenses:AE:Liquidees",
    K.AE_LAPSED: "Expenses:AE:Perdues",
    K.CP_SOURCE: "Equity:CP:Origine",
    K.CP_AVAILABLE: "Assets:CP:Ouverts",
    K.CP_FROZEN: "Assets:CP:Geles",
    K.CP_CANCELLED: "Expenses:CP:Annules",
    K.CP_ORDERED: "Assets:CP:EnPaiement",
    K.CP_PAID: "Expenses:CP:Payes",
    K.PLEDGE_SOURCE: "Equity:Tiers:Origine",
    K.PLEDGED: "Assets:Tiers:Promis",
    K.RECEIVED: "Assets:Tiers:Recus",
    K.USED: "Expenses:Tiers:Employes",
    K.PLEDGE_LOST: "Expenses:Tiers:NonTenus",
}
ROWS = (
    "posting_id", "effective_on", "posting__kind", "posting__act", "posting__key", "posting__public_id",
    "posting__booked_on", "posting__reason", "from_account_id", "to_account_id", "amount_cents",
)  # fmt: skip
DAY = datetime.timedelta(days=1)


def export(file):
    """Write the ledger, as it is at one moment, to a file open for binary writing."""
    with one_moment():
        for line in lines():
            file.write(line.encode())


@contextmanager
def one_moment():
    """Everything is read as of one instant, whatever is booked meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def lines():
    """The text, line by line: accounts, acts in order of date, balances."""
    days = Movement.objects.aggregate(first=Min("effective_on"), last=Max("effective_on"))
    today = timezone.localdate()
    yield 'option "title" "Grand livre des crédits"\n'
    yield f"; Au {today.isoformat()}. Les montants sont en euros ; AE, CP et argent des tiers sont trois unités.\n\n"
    if days["first"] is None:
        return
    accounts = list(Account.objects.select_related("line").order_by("pk"))
    yield from openings(accounts, days["first"])
    yield from transactions({account.pk: account for account in accounts})
    for year in range(days["first"].year, today.year):
        yield from year_end(accounts, year)
    yield from standing(accounts, today)


def openings(accounts, first):
    """An account for each of ours; one above those of the awards, whose balance is theirs together.

    No place is named: some dossiers are closed to some readers.
    """
    seen = set()
    for account in accounts:
        above = name_of(account, of_award=False)
        if above not in seen:
            seen.add(above)
            yield f"{first} open {above} {unit(account.kind)}\n  ligne: {text(str(account.line))}\n"
        if account.award_id:
            yield f"{first} open {name_of(account)} {unit(account.kind)}\n"
    yield "\n"


def transactions(accounts):
    labels = dict(Posting.Kind.choices)
    rows = Movement.objects.order_by("effective_on", "posting_id", "rank").values_list(*ROWS)
    for _, movements in groupby(rows.iterator(chunk_size=5_000), key=lambda row: row[0]):
        first, *others = movements
        _, on, kind, act, key, public_id, booked_on, reason, *_ = first
        yield f"{on} * {text(labels[kind])} {text(act)}\n"
        yield f"  cle: {text(key)}\n  ecriture: {text(str(public_id))}\n  connue: {booked_on}\n"
        if reason:
            yield f"  motif: {text(reason)}\n"
        for *_, origin, destination, cents in (first, *others):
            commodity = unit(accounts[origin].kind)
            yield f"  {name_of(accounts[origin])}  {amount(-cents)} {commodity}\n"
            yield f"  {name_of(accounts[destination])}  {amount(cents)} {commodity}\n"
        yield "\n"


def year_end(accounts, year):
    """What the day totals say of 31 December; a balance holds at the start of its day."""
    held = balances(as_of=datetime.date(year, 12, 31))
    names = {(a.kind, a.line_id, a.fiscal_year): name_of(a, of_award=False) for a in accounts}
    for slot, name in names.items():
        yield balance(datetime.date(year + 1, 1, 1), name, held.get(slot, 0), unit(slot[0]))
    yield "\n"


def standing(accounts, today):
    """What each account holds now."""
    for account in accounts:
        yield balance(today + DAY, name_of(account), account.balance_cents, unit(account.kind))


def balance(on, name, cents, commodity):
    return f"{on} balance {name}  {amount(cents)} ~ 0 {commodity}\n"


def name_of(account, *, of_award=True):
    code = re.sub("[^A-Za-z0-9]+", "-", folded(account.line.code).upper()).strip("-")
    parts = [NAMES[Kind(account.kind)], f"L{account.line_id}-{code}".strip("-"), str(account.fiscal_year)]
    if of_award and account.award_id:
        parts.append(f"A{account.award_id}")
    return ":".join(parts)


def unit(kind):
    return kind[:2].upper() if kind.startswith(("ae_", "cp_")) else "EUR"


def amount(cents):
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def text(words):
    """A string of the format: its line breaks would be those of the file."""
    plain = " ".join(words.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
