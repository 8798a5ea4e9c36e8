"""The only module that moves money.

Lock the accounts in key order, then read, then decide, then insert; a trigger applies each movement to both
balances and the database refuses any balance below zero. Amounts are cents; dates are Europe/Paris.
"""

import datetime
import hashlib
import json
from collections import defaultdict
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros, long_date
from funding import ledger_rows
from funding.ledger_rows import Slot, find_accounts, insert_movements
from funding.models import SOURCE_KINDS, Account, ClosedYear, Kind, Line, Movement, Posting

K, P = Kind, Posting.Kind

# Which way money may go in each act (LOLF art. 8; glossary 37–49).
ROUTES = {
    P.OPEN: {(K.AE_SOURCE, K.AE_OPENED), (K.CP_SOURCE, K.CP_AVAILABLE)},
    P.FREEZE: {(K.AE_OPENED, K.AE_FROZEN), (K.CP_AVAILABLE, K.CP_FROZEN)},
    P.UNFREEZE: {(K.AE_FROZEN, K.AE_OPENED), (K.CP_FROZEN, K.CP_AVAILABLE)},
    P.CANCEL: {
        (K.AE_OPENED, K.AE_CANCELLED),
        (K.AE_FROZEN, K.AE_CANCELLED),
        (K.CP_AVAILABLE, K.CP_CANCELLED),
        (K.CP_FROZEN, K.CP_CANCELLED),
    },
    P.CARRY_OVER: {(K.AE_OPENED, K.AE_OPENED), (K.CP_AVAILABLE, K.CP_AVAILABLE)},
    P.RESERVE: {(K.AE_OPENED, K.AE_RESERVED)},
    P.RELEASE: {(K.AE_RESERVED, K.AE_OPENED)},
    P.COMMIT: {(K.AE_RESERVED, K.AE_COMMITTED)},
    P.DECOMMIT: {(K.AE_COMMITTED, K.AE_OPENED)},
    P.LAPSE: {(K.AE_COMMITTED, K.AE_LAPSED)},
    P.RECYCLE: {(K.AE_COMMITTED, K.AE_OPENED)},
    P.ORDER: {(K.CP_AVAILABLE, K.CP_ORDERED)},
    P.CANCEL_ORDER: {(K.CP_ORDERED, K.CP_AVAILABLE)},
    P.PAY: {(K.CP_ORDERED, K.CP_PAID), (K.AE_COMMITTED, K.AE_LIQUIDATED)},
    P.TRANSFER: {(K.AE_OPENED, K.AE_OPENED), (K.CP_AVAILABLE, K.CP_AVAILABLE)},
    P.DELEGATE: {(K.AE_OPENED, K.AE_OPENED), (K.CP_AVAILABLE, K.CP_AVAILABLE)},
    P.WITHDRAW_DELEGATION: {(K.AE_OPENED, K.AE_OPENED), (K.CP_AVAILABLE, K.CP_AVAILABLE)},
    P.REINSTATE: {(K.CP_PAID, K.CP_AVAILABLE)},
    P.REFUND: {(K.CP_AVAILABLE, K.CP_PAID)},
    P.ATTACH: {(K.RECEIVED, K.USED), (K.AE_SOURCE, K.AE_OPENED), (K.CP_SOURCE, K.CP_AVAILABLE)},
    P.PLEDGE: {(K.PLEDGE_SOURCE, K.PLEDGED)},
    P.RECEIVE: {(K.PLEDGED, K.RECEIVED)},
    P.USE: {(K.RECEIVED, K.USED)},
    P.DROP_PLEDGE: {(K.PLEDGED, K.PLEDGE_LOST)},
}

# The acts that take money from one line to another, or from one year to another; the others stay where they are.
BETWEEN_LINES = {P.TRANSFER, P.DELEGATE, P.WITHDRAW_DELEGATION, P.REINSTATE}
BETWEEN_YEARS = {P.CARRY_OVER, P.REINSTATE, P.RECYCLE}

# AE are reserved, committed and made available again within their year; CP are ordered and paid within theirs.
USED_IN_ITS_YEAR = {
    P.RESERVE: {K.AE_OPENED},
    P.COMMIT: {K.AE_RESERVED},
    P.DECOMMIT: {K.AE_COMMITTED},
    P.ORDER: {K.CP_AVAILABLE},
    P.PAY: {K.CP_ORDERED},
    P.REFUND: {K.CP_AVAILABLE},
}

# Acts on the credits of a year are dated in it; a finance act and a carry-over also in the year beside (LOLF art. 15).
DATED_IN_THE_YEAR = {
    P.FREEZE, P.UNFREEZE, P.CANCEL, P.TRANSFER, P.DELEGATE, P.WITHDRAW_DELEGATION, P.ATTACH, P.PLEDGE,
}  # fmt: skip
DATED_BESIDE = {P.OPEN: -1, P.CARRY_OVER: 1}


class Leg(NamedTuple):
    """One movement to make: from a slot to a slot, in cents."""

    origin: Slot
    destination: Slot
    cents: int


class InsufficientFunds(Refusal):
    """The account does not hold what is asked."""

    title = "Il ne reste pas assez d’argent"


class KeyReused(Refusal):
    """The same posting key came with another content."""


def post(*, key, kind, effective_on, actor, act, legs, act_file=None, reason="", reverses=None):
    """Write one act on money.

    Args:
        key: what makes the act unique; the same key with the same content is a success without effect.
        kind: a `Posting.Kind`.
        effective_on: Paris date at which it is true in law; not in the future.
        actor: the `User`, or None for the system.
        act: the legal act or document that founds it, in words.
        act_file: the `Act` itself (number, date, text), where it was recorded.
        legs: the `Leg`s, in any order; no account may both give and receive.
        reason: why, where the act does not say it.
        reverses: the `Posting` that this one corrects.

    Returns:
        The `Posting`, new or already known.

    Raises:
        InsufficientFunds: an account would fall below zero, today or on a past day.
        Refusal: the date is in the future, or outside the fiscal year whose credits are used.
        KeyReused: the key is known with another content.
        ValueError: a leg has no amount or takes a way that the act does not allow (a fault of the caller).
    """
    legs = in_one_order(legs)
    refuse_wrong_legs(kind, legs)
    refuse_wrong_parts(kind, legs)
    refuse_wrong_date(kind, effective_on, legs)
    refuse_wrong_year(kind, effective_on, legs)
    now = timezone.now()
    posting = Posting(
        key=key, fingerprint=fingerprint_of(kind, effective_on, legs), kind=str(kind), effective_on=effective_on,
        booked_at=now, booked_on=timezone.localdate(now), actor=actor, act=act, act_file=act_file, reason=reason,
        reverses=reverses, movement_count=len(legs),
    )  # fmt: skip
    return posting if written_at_once(posting, legs) else written_step_by_step(posting, legs)


def written_at_once(posting, legs):
    """The usual posting, of today and on accounts that are there for good; False when it takes the steps to say why
    not. Without a savepoint: it is one statement, all or nothing."""
    keys = {slot: KNOWN.get(slot) for leg in legs for slot in leg[:2]}
    if not ledger_rows.writes_at_once() or None in keys.values() or posting.effective_on != posting.booked_on:
        return False
    return ledger_rows.write_at_once(posting, legs, keys, limited(outflow_of(legs)))


def written_step_by_step(posting, legs):
    """The same in the same order; the first step that cannot be taken says why."""
    with transaction.atomic():
        accounts = lock_accounts({slot for leg in legs for slot in leg[:2]})
        known = insert_posting(posting)
        if known is not None:
            return known
        refuse_closed_year(posting.effective_on)
        refuse_midnight(posting)
        refuse_overdraft(accounts, legs)
        refuse_past_overdraft(accounts, legs, posting.effective_on)
        insert_movements(posting, accounts, legs)
    return posting


def is_known(key):
    """True when a posting bears this key: its act was done, a replay changes nothing."""
    return Posting.objects.filter(key=key).exists()


def in_one_order(legs):
    """Every posting touches day totals in the same order: two that meet wait for each other, neither dies."""
    return sorted(legs, key=lambda leg: [(*slot[:3], slot.award_id or 0) for slot in leg[:2]])


def refuse_wrong_legs(kind, legs):
    if not legs:
        raise ValueError("a posting has at least one movement")
    if {leg.origin for leg in legs} & {leg.destination for leg in legs}:
        raise ValueError("an account does not give and receive in one posting")
    for origin, destination, cents in legs:
        if cents <= 0:
            raise ValueError(f"a movement is of a positive amount, not {cents}")
        if (origin.kind, destination.kind) not in ROUTES[kind]:
            raise ValueError(f"{kind}: {origin.kind} → {destination.kind} is not a way money goes")
        if kind not in BETWEEN_LINES and origin.line_id != destination.line_id:
            raise ValueError(f"{kind} stays on one line and one fiscal year")
        if kind not in BETWEEN_YEARS and origin.fiscal_year != destination.fiscal_year:
            raise ValueError(f"{kind} stays on one line and one fiscal year")


def refuse_wrong_parts(kind, legs):
    """A delegation goes from a national line to a part of its own, and comes back from it."""
    if kind not in (P.DELEGATE, P.WITHDRAW_DELEGATION):
        return
    ways = {(leg.origin.line_id, leg.destination.line_id) for leg in legs}
    ways = {way if kind == P.DELEGATE else way[::-1] for way in ways}
    parents = dict(Line.objects.filter(pk__in={part for _, part in ways}).values_list("pk", "parent"))
    for whole, part in ways:
        if parents[part] != whole:
            raise ValueError(f"{kind}: line {part} is not a part of line {whole}")


def refuse_wrong_date(kind, effective_on, legs):
    """Credits of a year are used in that year (LOLF art. 15), and paid on the CP of the day's year (art. 28)."""
    today = timezone.localdate()
    if effective_on > today:
        raise Refusal(
            f"La date d’effet, le {long_date(effective_on)}, est dans le futur : "
            f"indiquez une date jusqu’au {long_date(today)}.",
            field="on",
        )
    for slot in {leg.origin for leg in legs}:
        if slot.kind in USED_IN_ITS_YEAR.get(kind, ()) and slot.fiscal_year != effective_on.year:
            raise Refusal(
                f"{slot.kind[:2].upper()} de {slot.fiscal_year} : elles ne s’emploient qu’en {slot.fiscal_year}, "
                f"pas le {long_date(effective_on)}. Choisissez des crédits de {effective_on.year} ou une autre date.",
                field="fiscal_year",
            )


def refuse_wrong_year(kind, effective_on, legs):
    """Credits opened, frozen or moved belong to the year of the act; a carry-over goes to the next year alone, and
    AE recycled come from an earlier year to that of the act (GBCP art. 160)."""
    if kind == P.RECYCLE and any(not o.fiscal_year < d.fiscal_year == effective_on.year for o, d, _ in legs):
        raise ValueError("recycled AE come from an earlier year and open in that of the act")
    if kind in DATED_IN_THE_YEAR or kind in DATED_BESIDE:
        for origin, destination, _ in legs:
            year, beside = origin.fiscal_year, DATED_BESIDE.get(kind, 0)
            if origin.kind == K.RECEIVED:  # money of others keeps the year of its pledge
                continue
            if kind == P.CARRY_OVER and destination.fiscal_year != year + 1:
                raise Refusal(f"Un report de {year} va à {year + 1}, à aucun autre exercice.", field="fiscal_year")
            if effective_on.year not in (year, year + beside):
                raise Refusal(wrong_year_sentence(year, effective_on), field="fiscal_year")


def wrong_year_sentence(year, effective_on):
    state = "est terminé" if year < effective_on.year else "n’est pas commencé"
    return (
        f"L’exercice {year} {state} le {long_date(effective_on)} : ces crédits ne bougent pas à cette date. "
        f"Choisissez l’exercice {effective_on.year} ou une date de {year}. Rien n’a été enregistré."
    )


def refuse_closed_year(effective_on):
    """Once the accounts of a year are closed, nothing may be dated in it: what is true of it stays as it is."""
    if effective_on.year < timezone.localdate().year:
        closed = ClosedYear.objects.filter(year=effective_on.year).select_related("act").first()
        if closed is not None:
            raise Refusal(
                f"L’exercice {closed.year} est clos ({closed.act}) : rien ne peut plus y être daté. "
                f"Choisissez une date à partir du 1er janvier {closed.year + 1}.",
                field="on",
            )


def refuse_midnight(posting):
    """We waited for the lock past midnight: what others booked today would not have been known on `booked_on`."""
    if posting.booked_on != timezone.localdate():
        raise StalePage("Minuit vient de passer pendant l’enregistrement : rien n’a été écrit. Recommencez.")


def fingerprint_of(kind, effective_on, legs):
    content = [str(kind), effective_on.isoformat(), [[list(o), list(d), c] for o, d, c in legs]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def insert_posting(posting):
    """None once it is written; the one that already bears its key, when there is one: a twin waits for our accounts,
    then finds it."""
    if ledger_rows.insert_posting(posting):
        return None
    known = Posting.objects.get(key=posting.key)
    if known.fingerprint != posting.fingerprint:
        raise KeyReused(
            "Cette opération a déjà été enregistrée avec un autre contenu : rien n’a été écrit. "
            "Ouvrez l’écriture existante avant de recommencer."
        )
    return known


# {slot: key of its account} of those that are there for good: they need not be looked for before they are locked.
# Never one that a transaction could still undo: opening an account while others are held would have two postings wait
# for each other.
KNOWN: dict[Slot, int] = {}
MOST_KNOWN = 20_000


def lock_accounts(slots):
    """Open the missing accounts, then lock all of them in key order. Returns {slot: Held}."""
    wanted = sorted(slots, key=lambda slot: (slot.kind, slot.line_id, slot.fiscal_year, slot.award_id or 0))
    if not all(slot in KNOWN for slot in wanted):
        open_missing(wanted)
    held = find_accounts(wanted, lock=True)
    if len(held) < len(wanted):
        # The database is not the one that we knew: only a test empties it.
        KNOWN.clear()
        open_missing(wanted)
        held = find_accounts(wanted, lock=True)
    transaction.on_commit(lambda: remember(held))
    return held


def open_missing(wanted):
    found = find_accounts(wanted)
    missing = [Account(**slot._asdict()) for slot in wanted if slot not in found]
    if missing:
        Account.objects.bulk_create(missing, ignore_conflicts=True)


def remember(held):
    if len(KNOWN) > MOST_KNOWN:
        KNOWN.clear()
    KNOWN.update({slot: account.pk for slot, account in held.items()})


def outflow_of(legs):
    """{slot: cents that leave it}."""
    outflow: dict[Slot, int] = defaultdict(int)
    for origin, _, cents in legs:
        outflow[origin] += cents
    return outflow


def limited(outflow):
    """Without the slots that may fall below zero: where money comes from."""
    return {slot: cents for slot, cents in outflow.items() if slot.kind not in SOURCE_KINDS}


def refuse_overdraft(accounts, legs):
    """Compare what leaves each account with the balance just read under lock."""
    for slot, asked in limited(outflow_of(legs)).items():
        if accounts[slot].balance_cents < asked:
            raise InsufficientFunds(overdraft_sentence(slot, accounts[slot].balance_cents, asked), field="amount")


def overdraft_sentence(slot, left_cents, asked_cents):
    left = max(left_cents, 0)
    return (
        f"{Kind(slot.kind).label}, ligne « {Line.objects.get(pk=slot.line_id)} » {slot.fiscal_year} : "
        f"il manque {euros(asked_cents - left)}. Il reste {euros(left)} et il faut {euros(asked_cents)}. "
        "Rien n’a été enregistré. Réduisez le montant, choisissez une autre ligne ou faites ouvrir des crédits."
    )


def refuse_past_overdraft(accounts, legs, effective_on):
    """No backdating that would make a past balance negative: every end of day since `effective_on` is checked."""
    if effective_on == timezone.localdate():
        return  # no day comes after today
    change = defaultdict(int)
    for origin, destination, cents in legs:
        change[origin] -= cents
        change[destination] += cents
    for slot, delta in change.items():
        if delta < 0 and slot.kind not in SOURCE_KINDS:
            refuse_negative_day(slot, accounts[slot], delta, effective_on)


def refuse_negative_day(slot, account, delta, effective_on):
    balance = account.balance_cents + delta
    for day, net in later_days(account, effective_on):
        balance -= net
        if balance < 0:
            raise InsufficientFunds(
                f"{Kind(slot.kind).label} : à cette date d’effet, le solde d’un jour antérieur au "
                f"{long_date(day)} serait négatif de {euros(-balance)}. "
                "Choisissez une date d’effet plus récente.",
                field="on",
            )


def later_days(account, effective_on) -> list[tuple[datetime.date, int]]:
    """Net change of `account` on each day after `effective_on`, latest day first. Cents."""
    net: dict[datetime.date, int] = defaultdict(int)
    for field, sign in (("to_account", 1), ("from_account", -1)):
        days = (
            Movement.objects.filter(**{field: account.pk}, effective_on__gt=effective_on)
            .values("effective_on")
            .order_by("effective_on")
            .annotate(cents=Sum("amount_cents"))
        )
        for row in days:
            net[row["effective_on"]] += sign * row["cents"]
    return sorted(net.items(), reverse=True)
