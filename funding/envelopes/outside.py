"""Money that is not the State's: pledged, received, used; or paid to the State and attached (fonds de concours).

Nothing here is an AE nor a CP until an arrêté attaches it (LOLF art. 17 II). Cents; a pledge keeps its year.
"""

from django.db import transaction

from accounts.errors import Refusal
from accounts.permissions import require
from funding.envelopes.acts import founded_on
from funding.ledger import Leg, Slot, is_known, post
from funding.models import Act, Contribution, Kind, Posting, Source

PERMISSION = "funding.open_credits"
K, P = Kind, Posting.Kind
STEPS = {
    P.PLEDGE: (K.PLEDGE_SOURCE, K.PLEDGED),
    P.RECEIVE: (K.PLEDGED, K.RECEIVED),
    P.USE: (K.RECEIVED, K.USED),
    P.DROP_PLEDGE: (K.PLEDGED, K.PLEDGE_LOST),
}


def pledge(*, line, fiscal_year, cents, effective_on, act, by, key):
    """Record what a giver undertakes to bring.

    Args:
        line: a line of a source that is not the State's.
        fiscal_year: the year of the pledge; what follows of it keeps it.
        act: the `Act` that binds the giver (letter, agreement).

    Raises:
        Refusal: the line is the State's.
    """
    return _step(P.PLEDGE, line, fiscal_year, cents, effective_on, act, by, key)


def receive(*, line, fiscal_year, cents, effective_on, act, by, key):
    """Record what arrived of a pledge. Raises `InsufficientFunds` beyond what was pledged."""
    return _step(P.RECEIVE, line, fiscal_year, cents, effective_on, act, by, key)


def use(*, line, fiscal_year, cents, effective_on, act, by, key, what):
    """Record what was received and used outside the budget of the State.

    Args:
        what: for what, in a few words.

    Raises:
        InsufficientFunds: more than was received.
    """
    return _step(P.USE, line, fiscal_year, cents, effective_on, act, by, key, reason=what)


def drop_pledge(*, line, fiscal_year, cents, effective_on, act, by, key):
    """Record that a part of a pledge will not come. Raises `InsufficientFunds` beyond what is still awaited."""
    return _step(P.DROP_PLEDGE, line, fiscal_year, cents, effective_on, act, by, key)


def _step(kind, line, fiscal_year, cents, effective_on, act, by, key, reason=""):
    require(by, PERMISSION)
    refuse_state_money(line)
    origin, destination = STEPS[kind]
    leg = Leg(Slot(origin, line.pk, fiscal_year), Slot(destination, line.pk, fiscal_year), cents)
    return post(
        key=key, kind=kind, effective_on=effective_on, actor=by, legs=[leg], reason=reason,
        **founded_on(act, effective_on),
    )  # fmt: skip


def refuse_state_money(line):
    if line.source.owner != Source.Owner.OUTSIDE:
        raise Refusal(
            "Cette ligne tient des crédits de l’État : choisissez la ligne d’un autre financeur.", field="line"
        )


def attach(*, outside_line, pledge_year, line, fiscal_year, cents, effective_on, act, by, key):
    """Attach money received to the budget of the State: AE and CP on a line earmarked for the giver's purpose.

    One posting: what was received is used, and as much is opened on both axes.

    Args:
        outside_line: the giver's line; pledge_year: the year of its pledge.
        line: the earmarked line of the State; fiscal_year: year of the AE and of the CP.
        act: the arrêté, an `Act`.

    Returns:
        The `Contribution`, new or already known.

    Raises:
        InsufficientFunds: more than was received.
        Refusal: the act is no arrêté, or the line is not earmarked for that purpose (LOLF art. 17 II).
    """
    require(by, PERMISSION)
    refuse_wrong_attachment(outside_line, line, act)
    with transaction.atomic():
        known = is_known(key)
        posting = post(
            key=key, kind=P.ATTACH, effective_on=effective_on, actor=by, reason=line.purpose,
            legs=attachment_legs(outside_line, pledge_year, line, fiscal_year, cents),
            **founded_on(act, effective_on),
        )  # fmt: skip
        if known:
            return posting.contribution
        return Contribution.objects.create(
            posting=posting, act=act, outside_line=outside_line, line=line, fiscal_year=fiscal_year, cents=cents,
            purpose=line.purpose,
        )  # fmt: skip


def attachment_legs(outside_line, pledge_year, line, fiscal_year, cents):
    return [
        Leg(Slot(K.RECEIVED, outside_line.pk, pledge_year), Slot(K.USED, outside_line.pk, pledge_year), cents),
        Leg(Slot(K.AE_SOURCE, line.pk, fiscal_year), Slot(K.AE_OPENED, line.pk, fiscal_year), cents),
        Leg(Slot(K.CP_SOURCE, line.pk, fiscal_year), Slot(K.CP_AVAILABLE, line.pk, fiscal_year), cents),
    ]


def refuse_wrong_attachment(outside_line, line, act):
    refuse_state_money(outside_line)
    if not isinstance(act, Act) or act.kind != Act.Kind.ORDER:
        raise Refusal(
            "Un fonds de concours se rattache par arrêté (LOLF, article 17 II) : choisissez « Arrêté ».",
            field="act_kind",
        )
    if line.source.owner != Source.Owner.CONTRIBUTION:
        raise Refusal(
            "Cette ligne n’est pas celle d’un fonds de concours : choisissez une ligne fléchée, ou ouvrez-en une.",
            field="to_line",
        )
    if line.programme_id != outside_line.programme_id or line.purpose != outside_line.purpose:
        raise Refusal(
            f"La partie versante veut « {outside_line.purpose} » et cette ligne sert à « {line.purpose} » : "
            "choisissez une ligne fléchée pour la même intention.",
            field="to_line",
        )
