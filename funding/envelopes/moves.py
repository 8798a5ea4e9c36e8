"""Credits that change line: transfer between lines, delegation to a region and back. Cents; each with its act."""

from accounts.errors import Refusal
from accounts.permissions import require
from funding.budgets import AXES
from funding.envelopes.acts import founded_on
from funding.ledger import Leg, Slot, post
from funding.models import Posting, Source

PERMISSION = "funding.open_credits"
P = Posting.Kind


def transfer(*, axis, line, to_line, fiscal_year, cents, effective_on, act, by, key):
    """Move unused credits from one line to another, in one fiscal year (LOLF art. 12).

    Args:
        axis: "ae" or "cp".
        act: an `Act`.

    Raises:
        InsufficientFunds: the line has less than is moved.
        Refusal: the lines do not hold the same kind of money, or a contribution would leave its purpose.
    """
    refuse_mixing(line, to_line)
    return _between(P.TRANSFER, axis, line, to_line, fiscal_year, cents, effective_on, act, by, key)


def delegate(*, axis, line, to_line, fiscal_year, cents, effective_on, act, by, key):
    """Delegate unused credits of a national line to one of its regional parts.

    What is delegated leaves the national line: the parts cannot add up to more than the whole.

    Raises:
        InsufficientFunds: the national line has less than is delegated.
        Refusal: `to_line` is not a part of `line`.
    """
    refuse_no_part(line, to_line)
    return _between(P.DELEGATE, axis, line, to_line, fiscal_year, cents, effective_on, act, by, key)


def withdraw_delegation(*, axis, line, fiscal_year, cents, effective_on, act, by, key):
    """Give unused credits of a regional part back to its national line.

    Raises:
        InsufficientFunds: the part has less than is withdrawn.
        Refusal: `line` is not a regional part.
    """
    if line.parent_id is None:
        raise Refusal("Choisissez la part d’une région : c’est d’elle que les crédits reviennent.", field="line")
    return _between(P.WITHDRAW_DELEGATION, axis, line, line.parent, fiscal_year, cents, effective_on, act, by, key)


def _between(kind, axis, line, to_line, fiscal_year, cents, effective_on, act, by, key):
    require(by, PERMISSION)
    held = AXES[axis]["open"]
    leg = Leg(Slot(held, line.pk, fiscal_year), Slot(held, to_line.pk, fiscal_year), cents)
    return post(key=key, kind=kind, effective_on=effective_on, actor=by, legs=[leg], **founded_on(act, effective_on))


def refuse_mixing(line, to_line):
    """Grants and instruments, credits and money of others, two schemes, two purposes: never one into the other."""
    if line.pk == to_line.pk:
        raise Refusal("Choisissez deux lignes différentes.", field="to_line")
    if line.programme_id != to_line.programme_id:
        raise Refusal("Ces deux lignes sont de dispositifs différents : un virement reste dans l’un.", field="to_line")
    if line.source.instrument != to_line.source.instrument:
        raise Refusal(
            "Les subventions et le fonds d’investissement ne se mélangent pas : choisissez deux lignes du même "
            "instrument.",
            field="to_line",
        )
    if Source.Owner.OUTSIDE in (line.source.owner, to_line.source.owner):
        raise Refusal(
            "L’argent d’un tiers n’est ni une AE ni un CP : rattachez-le par arrêté comme fonds de concours.",
            field="to_line",
        )
    if line.purpose != to_line.purpose:
        raise Refusal(
            f"Ces crédits servent à « {line.purpose or to_line.purpose} » (LOLF, article 17 II) : "
            "choisissez une ligne du même objet.",
            field="to_line",
        )
    if line.parent_id == to_line.pk or to_line.parent_id == line.pk:
        raise Refusal("Entre une ligne et sa part régionale, c’est une délégation.", field="to_line")


def refuse_no_part(line, to_line):
    if to_line.parent_id != line.pk:
        raise Refusal("Cette part n’est pas celle de la ligne nationale choisie.", field="to_line")
