"""What an award draws on its lines: what each draw still holds, what each payment takes, the next one of an act."""

from django.db.models import Max, Sum

from funding.ledger import Leg, Slot
from funding.models import Account, Award, Draw, Instalment, Kind

STANDING = (Kind.AE_COMMITTED, Kind.AE_LIQUIDATED)


def net_draws(award):
    """[(Draw, cents)] in their order: what each gave, less what was given back, the last ones first.

    A reservation has given nothing back. Cents.
    """
    draws = list(award.draws.select_related("line").order_by("pk"))
    if award.state == Award.State.RESERVED:
        return [(draw, draw.cents) for draw in draws]
    left = standing_by_account(award)
    net = []
    for draw in reversed(draws):
        others = sum(one.cents for one in draws if one.pk < draw.pk and slot_of(one) == slot_of(draw))
        cents = max(min(draw.cents, left.get(slot_of(draw), 0) - others), 0)
        net.append((draw, cents))
    return net[::-1]


def slot_of(draw):
    return draw.line_id, draw.fiscal_year


def standing_by_account(award):
    """{(line, AE year): cents committed or liquidated}."""
    rows = Account.objects.filter(award=award, kind__in=STANDING).order_by()
    return {
        (row["line_id"], row["fiscal_year"]): row["cents"]
        for row in rows.values("line_id", "fiscal_year").annotate(cents=Sum("balance_cents"))
    }


def standing_cents(award):
    """What the award has committed, net of what was given back, in cents."""
    return sum(standing_by_account(award).values())


def next_draw(*, award, line_id, fiscal_year, cents, category=""):
    """Write one more draw of a locked award, inside the caller's transaction."""
    known = award.draws.filter(line=line_id, fiscal_year=fiscal_year).aggregate(last=Max("rank"))["last"] or 0
    return Draw.objects.create(
        award=award, line_id=line_id, fiscal_year=fiscal_year, cents=cents, rank=known + 1, category=category
    )


def split(instalment):
    """What an instalment takes from each draw of its award: [(Draw, cents)], exact.

    The draws are used up in their order, instalment after instalment, so that nothing depends on who is paid first.
    Less than the instalment where its year is not committed yet (a call that commits year by year).
    """
    return split_part(instalment, 0, instalment.cents)


def split_part(instalment, skipped, cents):
    """What `cents` of an instalment take from each draw, after the `skipped` first cents of it."""
    before = Instalment.objects.live().filter(award=instalment.award_id, number__lt=instalment.number)
    start = (before.aggregate(total=Sum("cents"))["total"] or 0) + skipped
    stop, seen, parts = start + cents, 0, []
    for draw, drawn in net_draws(instalment.award):
        cents = min(stop, seen + drawn) - max(start, seen)
        if cents > 0:
            parts.append((draw, cents))
        seen += drawn
    return parts


def cp_legs(instalment, cp_year, origin, destination, part=None):
    """One leg a line; the line's own account has no award.

    Args:
        part: (skipped, cents) of the instalment, the whole of it when None.
    """
    lines: dict[int, int] = {}
    for draw, cents in split_part(instalment, *(part or (0, instalment.cents))):
        lines[draw.line_id] = lines.get(draw.line_id, 0) + cents

    def slot(kind, line_id):
        award_id = None if kind == Kind.CP_AVAILABLE else instalment.award_id
        return Slot(kind, line_id, cp_year, award_id)

    return [Leg(slot(origin, line), slot(destination, line), cents) for line, cents in lines.items()]


def ae_legs(instalment, part=None):
    return [
        Leg(
            Slot(Kind.AE_COMMITTED, draw.line_id, draw.fiscal_year, draw.award_id),
            Slot(Kind.AE_LIQUIDATED, draw.line_id, draw.fiscal_year, draw.award_id),
            cents,
        )
        for draw, cents in split_part(instalment, *(part or (0, instalment.cents)))
    ]
