"""The acts that a finance officer may record on credits: for each, what is asked and the verb that does it.

A preview does the act and undoes it: what it shows is what the ledger itself says. The recording compares with what
was shown, under lock, and writes nothing when credits have moved in between.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from accounts.french import NBSP, euros
from funding import budgets
from funding.envelopes import moves, outside
from funding.envelopes.acts import record_act
from funding.envelopes.lines import part_of
from funding.envelopes.years import close_year, falling
from funding.ledger import is_known
from funding.models import SOURCE_KINDS, Act, Kind, Movement

STATE, OUTSIDE, PART, WHOLE = "state", "outside", "part", "whole"


@dataclass(frozen=True)
class Operation:
    """One act on credits.

    Args:
        slug: what stands in the URL.
        title: heading, an infinitive.
        help: one sentence: what it does, under which rule.
        fields: names of the fields asked beside the act and its date of effect.
        lines: which lines the field `line` offers; other_lines: those of `to_line`.
        act_kinds: natures of act that may found it; empty: all.
        perform: `perform(data, act, by, key)`; gives the `Posting`, or None when no money moves.
    """

    slug: str
    title: str
    help: str
    fields: tuple[str, ...]
    perform: Callable
    group: str
    lines: str = STATE
    other_lines: str = STATE
    act_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What an act did, or would do: sentences; `digest` names them; `recorded` is False for a preview."""

    sentences: list[str]
    digest: str
    recorded: bool


def attempt_operation(operation, data, *, by, key, keep, seen=""):
    """Do an act on credits, and undo it unless it is kept.

    Args:
        data: cleaned fields of the form.
        keep: record it; otherwise only see.
        seen: digest of the preview that the person confirmed.

    Returns:
        An `Outcome`; not recorded although `keep` when what was seen is no longer what would happen.
    """
    with transaction.atomic():
        replayed = is_known(key)
        act = record_act(
            kind=data["act_kind"], number=data["act_number"], dated_on=data["act_date"], title=data["act_title"],
            uploaded=data.get("act_file") if keep else None, by=by,
        )  # fmt: skip
        sentences = changes(operation.perform(data, act, by, key), data)
        digest = hashlib.sha256("\n".join(sentences).encode()).hexdigest()[:32]
        recorded = keep and (replayed or digest == seen)
        if not recorded:
            transaction.set_rollback(True)
    return Outcome(sentences, digest, recorded)


WORDS = {
    Kind.AE_OPENED: "AE libres",
    Kind.AE_FROZEN: "AE gelées",
    Kind.AE_CANCELLED: "AE annulées",
    Kind.CP_AVAILABLE: "CP libres",
    Kind.CP_FROZEN: "CP gelés",
    Kind.CP_CANCELLED: "CP annulés",
}


def changes(done, data):
    """Sentences of what an act changed: balances just written, so read under lock, and what they were before."""
    if done is None:
        return falling(data["fiscal_year"])
    net: dict = defaultdict(int)
    found = Movement.objects.filter(posting=done).select_related("from_account__line", "to_account__line")
    for movement in found:
        net[movement.to_account] += movement.amount_cents
        net[movement.from_account] -= movement.amount_cents
    return [
        f"{account.line.label}, {WORDS.get(account.kind, account.get_kind_display())} {account.fiscal_year}{NBSP}: "
        f"{euros(account.balance_cents - cents)} → {euros(account.balance_cents)}"
        for account, cents in sorted(net.items(), key=lambda item: item[0].pk)
        if account.kind not in SOURCE_KINDS
    ]


# --- How each form calls its verb --------------------------------------------------------------------------------


def credit(verb, year="fiscal_year"):
    """An act on the credits of one line and year."""

    def perform(data, act, by, key):
        return verb(
            axis=data["axis"], line=data["line"], cents=data["amount"], effective_on=data["on"], act=act, by=by,
            key=key, **{year: data["fiscal_year"]},
        )  # fmt: skip

    return perform


def between(verb):
    def perform(data, act, by, key):
        to_line = data.get("to_line") or part_of(data["line"], data["region"], by=by)
        return verb(
            axis=data["axis"], line=data["line"], to_line=to_line, fiscal_year=data["fiscal_year"],
            cents=data["amount"], effective_on=data["on"], act=act, by=by, key=key,
        )  # fmt: skip

    return perform


def step(verb):
    """A step of the money of others."""

    def perform(data, act, by, key):
        extra = {"what": data["what"]} if "what" in data else {}
        return verb(
            line=data["line"], fiscal_year=data["fiscal_year"], cents=data["amount"], effective_on=data["on"], act=act,
            by=by, key=key, **extra,
        )  # fmt: skip

    return perform


def attach(data, act, by, key):
    return outside.attach(
        outside_line=data["line"], pledge_year=data["pledge_year"], line=data["to_line"],
        fiscal_year=data["fiscal_year"], cents=data["amount"], effective_on=data["on"], act=act, by=by, key=key,
    ).posting  # fmt: skip


def close(data, act, by, key):
    close_year(year=data["fiscal_year"], act=act, by=by)


BY_DECREE, BY_ARRETE = (Act.Kind.DECREE, Act.Kind.FINANCE_ACT), (Act.Kind.ORDER,)
CREDIT = ("axis", "line", "fiscal_year", "amount")
PLEDGE = ("line", "fiscal_year", "amount")
ON_LINE, MOVED, OTHERS, YEAR = "Sur une ligne", "D’une ligne à une autre", "Argent d’un tiers", "Fin d’exercice"
OPERATIONS = {
    operation.slug: operation
    for operation in (
        Operation("ouvrir", "Ouvrir des crédits", "Par une loi de finances ou une délégation (LOLF, article 7).",
                  CREDIT, credit(budgets.open_credits), ON_LINE),
        Operation("geler", "Mettre en réserve (gel)", "Ne touche que ce qui n’est pas employé (LOLF, article 51).",
                  CREDIT, credit(budgets.freeze), ON_LINE),
        Operation("degeler", "Dégeler", "Rend libres des crédits mis en réserve.",
                  CREDIT, credit(budgets.unfreeze), ON_LINE),
        Operation("annuler-gel", "Annuler des crédits gelés", "Par décret (LOLF, article 14).",
                  CREDIT, credit(budgets.cancel), ON_LINE, act_kinds=BY_DECREE),
        Operation("annuler", "Annuler des crédits non employés", "Par décret (LOLF, article 14).",
                  CREDIT, credit(budgets.cancel_unused), ON_LINE, act_kinds=BY_DECREE),
        Operation("virer", "Virer des crédits entre deux lignes",
                  "Crédits non employés, même exercice, même instrument, même objet (LOLF, article 12).",
                  ("axis", "line", "to_line", "fiscal_year", "amount"), between(moves.transfer), MOVED),
        Operation("deleguer", "Déléguer à une région",
                  "Ce qui est délégué quitte la ligne nationale : les parts ne dépassent jamais le tout.",
                  ("axis", "line", "region", "fiscal_year", "amount"), between(moves.delegate), MOVED, lines=WHOLE),
        Operation("retirer-delegation", "Retirer une délégation", "Rend à la ligne nationale ce que la région n’a pas "
                  "employé.", CREDIT, credit(moves.withdraw_delegation), MOVED, lines=PART),
        Operation("reporter", "Reporter sur l’exercice suivant", "Par arrêté (LOLF, article 15).",
                  CREDIT, credit(budgets.carry_over, "from_year"), YEAR, act_kinds=BY_ARRETE),
        Operation("clore", "Clore un exercice", "Plus rien ne pourra y être daté.", ("fiscal_year",), close, YEAR),
        Operation("promesse", "Noter une promesse", "Ce qu’un autre financeur s’engage à apporter.",
                  PLEDGE, step(outside.pledge), OTHERS, lines=OUTSIDE),
        Operation("encaisser", "Noter un encaissement", "Ce qui est arrivé d’une promesse.",
                  PLEDGE, step(outside.receive), OTHERS, lines=OUTSIDE),
        Operation("employer", "Noter un emploi", "Ce qui a été employé hors du budget de l’État.",
                  (*PLEDGE, "what"), step(outside.use), OTHERS, lines=OUTSIDE),
        Operation("promesse-perdue", "Constater une promesse non tenue", "Ce qui ne viendra pas.",
                  PLEDGE, step(outside.drop_pledge), OTHERS, lines=OUTSIDE),
        Operation("rattacher", "Rattacher un fonds de concours",
                  "Ce qu’un tiers a versé à l’État ouvre autant d’AE et de CP, sur une ligne fléchée pour son "
                  "intention (LOLF, article 17 II).",
                  ("line", "pledge_year", "to_line", "fiscal_year", "amount"), attach, OTHERS, lines=OUTSIDE,
                  other_lines="contribution", act_kinds=BY_ARRETE),
    )
}  # fmt: skip
