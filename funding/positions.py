"""Where the money of each line and fiscal year stands, on any day, on both clocks; what each figure is made of."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby

from django.utils import timezone

from funding.balances import balances, balances_of, passages
from funding.models import Instalment, Kind, Line, Posting, Source
from funding.outlook.by_line import needed_by_line

K = Kind
AE, CP = "ae", "cp"


@dataclass(frozen=True)
class Figure:
    """One figure of the budget: the accounts whose balances make it.

    Args:
        key: what stands in the URL.
        label: heading.
        definition: one sentence.
        kinds: kinds of account whose balances add up to it.
    """

    key: str
    label: str
    definition: str
    kinds: tuple[str, ...]


USED_AE = (K.AE_RESERVED, K.AE_COMMITTED, K.AE_LIQUIDATED)
FIGURES = {
    figure.key: figure
    for figure in (
        Figure(
            "ae-ouvert",
            "Ouvert",
            "AE ouvertes, nettes des annulations, reports, virements et délégations compris.",
            (K.AE_OPENED, K.AE_FROZEN, *USED_AE, K.AE_LAPSED),
        ),
        Figure("ae-gele", "Gelé", "AE mises en réserve : ni réservables, ni annulées.", (K.AE_FROZEN,)),
        Figure("ae-reserve", "Réservé (fléché)", "AE retenues après le comité, avant la décision.", (K.AE_RESERVED,)),
        Figure(
            "ae-engage",
            "Engagé",
            "AE engagées par un acte signé, nettes des retraits, payées comprises.",
            (K.AE_COMMITTED, K.AE_LIQUIDATED),
        ),
        Figure("ae-liquide", "dont liquidé", "AE dont le paiement est fait.", (K.AE_LIQUIDATED,)),
        Figure("ae-a-payer", "Reste à payer", "AE engagées que rien n’a encore liquidées.", (K.AE_COMMITTED,)),
        Figure("ae-tombe", "Tombé", "AE perdues : retraits d’engagements antérieurs, reste d’un exercice clos.", ()),
        Figure("ae-restant", "Restant à engager", "AE encore libres de l’exercice.", (K.AE_OPENED,)),
        Figure(
            "cp-ouvert",
            "Ouvert",
            "CP ouverts, nets des annulations, reports, virements et délégations compris.",
            (K.CP_AVAILABLE, K.CP_FROZEN, K.CP_ORDERED, K.CP_PAID),
        ),
        Figure("cp-gele", "Gelé", "CP mis en réserve.", (K.CP_FROZEN,)),
        Figure("cp-ordonne", "Mis en paiement", "CP ordonnés, pas encore payés par le comptable.", (K.CP_ORDERED,)),
        Figure("cp-paye", "Payé", "CP payés, à la date du comptable.", (K.CP_PAID,)),
        Figure("cp-tombe", "Tombé", "CP non employés d’un exercice clos.", ()),
        Figure("cp-disponible", "Disponible", "CP encore libres de l’exercice.", (K.CP_AVAILABLE,)),
    )
}
# What nobody can use any more once the year is over: (figure, kinds that fall for good, kinds that fall at the end).
FALLS = {"ae-tombe": ((K.AE_LAPSED,), (K.AE_OPENED,)), "cp-tombe": ((), (K.CP_AVAILABLE,))}
LEFT = {AE: "ae-restant", CP: "cp-disponible"}
ORDER = {
    AE: ("ae-ouvert", "ae-gele", "ae-reserve", "ae-engage", "ae-liquide", "ae-tombe", "ae-restant"),
    CP: ("cp-ouvert", "cp-gele", "cp-ordonne", "cp-paye", "cp-tombe", "cp-disponible"),
}


def kinds_of(key, *, closed):
    """Kinds of account that make a figure; what is left of a closed year has fallen."""
    if key in FALLS:
        always, at_the_end = FALLS[key]
        return always + at_the_end if closed else always
    if closed and key in LEFT.values():
        return ()
    return FIGURES[key].kinds


@dataclass
class Position:
    """The figures of one line (None: all of them) in one fiscal year. Cents."""

    line: Line | None
    year: int
    amounts: dict[str, int]
    need_cents: int | None = None
    instrument: str = Source.Instrument.GRANT
    # A national line with all its regional parts.
    whole: bool = False

    @property
    def gap_cents(self):
        """What is available less what is needed; None when the need is not known for that day."""
        return None if self.need_cents is None else self.amounts["cp-disponible"] - self.need_cents


@dataclass
class Year:
    year: int
    closed: bool
    positions: list[Position] = field(default_factory=list)

    @property
    def total(self):
        """Of the grants alone: the fund is never in the same total (glossary 37)."""
        return self.total_of(Source.Instrument.GRANT)

    @property
    def fund_total(self):
        """Of the lines of the fund, apart; None when there is none."""
        funds = any(position.instrument == Source.Instrument.FUND for position in self.positions)
        return self.total_of(Source.Instrument.FUND) if funds else None

    def total_of(self, instrument):
        return added(None, self.year, [one for one in self.positions if one.instrument == instrument], instrument)

    @property
    def with_wholes(self):
        """The positions, each national line that has parts followed by them and by their whole."""
        for _, group in groupby(self.positions, key=lambda position: position.line.parent or position.line):
            family = list(group)
            yield from family
            if any(position.line.parent_id for position in family):
                line = family[0].line.parent or family[0].line
                yield added(line, self.year, family, line.source.instrument, whole=True)


def added(line, year, chosen, instrument, *, whole=False):
    """The sum of some positions of one year."""
    amounts: dict[str, int] = defaultdict(int)
    for position in chosen:
        for key, cents in position.amounts.items():
            amounts[key] += cents
    needs = [position.need_cents for position in chosen if position.need_cents is not None]
    return Position(line, year, amounts, sum(needs) if needs else None, instrument, whole)


def years(axis, **scope):
    """The years of one axis, "ae" or "cp" (see `both_axes`)."""
    return both_axes(**scope)[axis]


def both_axes(*, as_of=None, known_on=None, programme=None, left=None):
    """Positions by fiscal year, latest first, then by line: {"ae": [Year], "cp": [Year]}.

    Args:
        as_of: *en date de*, Paris date; None is today.
        known_on: *connu au*, Paris date; None is today.
        programme: a `Programme`, or None for all.
        left: what was left to pay that day (`outlook.by_line.lefts`); None: the CP that are needed are not told.
    """
    day = as_of or timezone.localdate()
    held = balances(as_of=as_of, known_on=known_on, programme=programme)
    scope = Line.objects.filter(pk__in={line for _, line, _ in held})
    lines = {line.pk: line for line in scope.select_related("source", "parent__source", "programme")}
    needed = None if left is None else needed_by_line(left, day.year)
    return {axis: years_of(axis, held, lines, day, needed) for axis in (AE, CP)}


def years_of(axis, held, lines, day, needed):
    found: dict[int, Year] = {}
    for line_id, year in {(line, year) for kind, line, year in held if kind.startswith(axis)}:
        closed = year < day.year
        amounts = amounts_of(axis, held, line_id, year, closed)
        if any(amounts.values()):
            position = Position(lines[line_id], year, amounts, instrument=lines[line_id].source.instrument)
            if axis == CP and needed is not None and year == day.year:
                position.need_cents = needed.get(line_id, 0)
            found.setdefault(year, Year(year, closed)).positions.append(position)
    for one in found.values():
        one.positions.sort(key=lambda position: place_of(position.line))
    return sorted(found.values(), key=lambda one: -one.year)


def place_of(line):
    """Order of the lines: grants before the fund, each national line before its regional parts."""
    whole = line.parent or line
    return (
        line.source.instrument != Source.Instrument.GRANT,
        whole.code,
        whole.pk,
        line.parent_id is not None,
        line.code,
    )


def amounts_of(axis, held, line_id, year, closed):
    return {
        key: sum(held.get((kind, line_id, year), 0) for kind in kinds_of(key, closed=closed)) for key in ORDER[axis]
    }


# --- What is still to be paid ------------------------------------------------------------------------------------

NOT_ORDERED = ("planned", "due", "certified")
ALIVE = ("committed", "in_force", "suspended")


def owed():
    """Instalments of committed awards that are not paid."""
    return Instalment.objects.live().filter(award__state__in=ALIVE).exclude(state__in=["paid", "withheld"])


def grants_committed(day, known_on=None):
    """AE committed by that Paris day, as known on another, net of what was given back, the grants alone. Cents."""
    rows = passages(as_of=day, known_on=known_on)
    held = balances_of([row for row in rows if row.instrument == Source.Instrument.GRANT])
    return sum(cents for (kind, _, _), cents in held.items() if kind in (K.AE_COMMITTED, K.AE_LIQUIDATED))


def booked_late(as_of):
    """How many postings were true by that day and known only later: why the two clocks differ."""
    return Posting.objects.filter(effective_on__lte=as_of, booked_on__gt=as_of).count()
