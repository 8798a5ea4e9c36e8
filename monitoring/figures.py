"""Every figure of the steering board, on any day, on both clocks (glossary, part 3). Cents.

*En date de* (`as_of`): what was true in law that day. *Connu au* (`known_on`): what we knew that day. Both read dated
facts, never a current state.
"""

from collections import Counter, defaultdict

from django.db.models import Case, F, Max, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from applications.models import Fabrique, FabriqueFact
from funding.balances import balances, flows
from funding.models import Award, Draw, Instalment, Kind, Line, Posting
from programme.models import Announcement, Origin, Programme, Segment, Target

K = Kind
UNKNOWN = "unknown"

# How far a place has come: the furthest of its dated facts.
STATE_RANKS = {"selected": 1, "contracted": 2, "opened": 3, "closed": 4, "left": 5}
STATE_NAMES = {1: "laureate", 2: "contracted", 3: "open", 4: "closed", 5: "left"}


def main_programme():
    """The programme the board shows when none is named: a demonstration only when there is nothing else."""
    demonstration_last = Case(When(origin=Origin.DEMONSTRATION, then=Value(1)), default=Value(0))
    return Programme.objects.order_by(demonstration_last, "pk").first()


def compute(*, as_of=None, known_on=None, programme=None):
    """All figures as one JSON-serialisable dict.

    Args:
        as_of: Paris date; None is today.
        known_on: Paris date; None is today.
        programme: a `Programme`; None takes `main_programme()`.

    Returns:
        Amounts in cents: `announced_cents`; AE `opened_cents` (net of cancellations and lapses), `reserved_cents`,
        `committed_cents` (committed + liquidated), `frozen_cents`, `left_cents`, `decommitted_cents`,
        `lapsed_cents`; cumulated `due_cents` (includes paid), `paid_cents`, `remaining_to_pay_cents`; CP
        `cp_opened_cents`, `cp_ordered_cents`, `cp_left_cents`; `lines`, with the same keys by line and fiscal year;
        `fabriques`, the counts.
    """
    programme = programme or main_programme()
    if programme is None:
        return empty_figures(as_of, known_on)
    lines = line_figures(as_of=as_of, known_on=known_on, programme=programme)
    money = {key: sum(line[key] for line in lines) for key in MONEY_KEYS}
    return {
        "as_of": iso(as_of),
        "known_on": iso(known_on),
        "programme": programme.slug,
        "origin": programme.origin,
        "announced_cents": announced_cents(programme, as_of),
        **money,
        "lines": lines,
        "fabriques": fabrique_figures(as_of=as_of, known_on=known_on, programme=programme),
    }


def iso(day):
    return (day or timezone.localdate()).isoformat()


def empty_figures(as_of, known_on):
    return {
        "as_of": iso(as_of),
        "known_on": iso(known_on),
        "programme": None,
        "origin": None,
        "announced_cents": 0,
        **dict.fromkeys(MONEY_KEYS, 0),
        "lines": [],
        "fabriques": {"by_state": {}, "by_region": {}, "by_wave": {}, "by_segment": {}, "target": 0},
    }


def announced_cents(programme, as_of):
    statement = Announcement.objects.in_force(programme=programme, on=as_of or timezone.localdate())
    return statement.amount_cents if statement else 0


# --- Money -------------------------------------------------------------------------------------------------------

MONEY_KEYS = (
    "opened_cents", "reserved_cents", "committed_cents", "frozen_cents", "left_cents", "decommitted_cents",
    "lapsed_cents", "due_cents", "paid_cents", "remaining_to_pay_cents", "cp_opened_cents", "cp_ordered_cents",
    "cp_left_cents",
)  # fmt: skip


def line_figures(*, as_of=None, known_on=None, programme):
    """One dict a line and fiscal year.

    AE, due, paid and remaining figures are those of the AE opened in that year (what of them was liquidated);
    `cp_…` figures are those of the CP of that year.
    """
    clocks = {"as_of": as_of, "known_on": known_on, "programme": programme}
    held, moved = balances(**clocks), flows(**clocks)
    due = due_by_line(as_of=as_of, known_on=known_on, programme=programme)
    labels = dict(Line.objects.filter(programme=programme).values_list("pk", "code"))
    years = sorted({(line, year) for _, line, year in held}, key=lambda key: (labels[key[0]], key[1]))
    return [
        {"line": labels[line], "fiscal_year": year, **amounts(held, moved, due, line, year)} for line, year in years
    ]


def amounts(held, moved, due, line, year):
    def balance(kind):
        return held.get((kind, line, year), 0)

    def flow(origin, destination):
        return moved.get((origin, destination, line, year), 0)

    reserved, frozen, left = balance(K.AE_RESERVED), balance(K.AE_FROZEN), balance(K.AE_OPENED)
    paid = balance(K.AE_LIQUIDATED)
    committed = balance(K.AE_COMMITTED) + paid
    return {
        "opened_cents": left + frozen + reserved + committed,
        "reserved_cents": reserved,
        "committed_cents": committed,
        "frozen_cents": frozen,
        "left_cents": left,
        "decommitted_cents": flow(K.AE_COMMITTED, K.AE_OPENED) + flow(K.AE_COMMITTED, K.AE_LAPSED),
        "lapsed_cents": balance(K.AE_LAPSED),
        "due_cents": due[line, year],
        "paid_cents": paid,
        "remaining_to_pay_cents": committed - paid,
        "cp_opened_cents": -balance(K.CP_SOURCE) - balance(K.CP_CANCELLED),
        "cp_ordered_cents": balance(K.CP_ORDERED),
        "cp_left_cents": balance(K.CP_AVAILABLE),
    }


def due_by_line(*, as_of=None, known_on=None, programme):
    """Cents due so far by (line, AE year), the paid ones included.

    An award that draws on several lines owes each in proportion, filled in the order of its draws, so that the cents
    add up exactly.
    """
    owed = due_instalments(as_of=as_of, known_on=known_on, programme=programme)
    by_award = dict(owed.values_list("award").order_by().annotate(total=Sum("cents")))
    result = defaultdict(int)
    for draw in Draw.objects.filter(award__in=by_award.keys()).order_by("award_id", "pk"):
        part = min(draw.cents, by_award[draw.award_id])
        result[draw.line_id, draw.fiscal_year] += part
        by_award[draw.award_id] -= part
    return result


def due_instalments(*, as_of=None, known_on=None, programme):
    """The instalments that were due on that day, whatever became of them since."""
    owed = Instalment.objects.filter(award__wave__call__programme=programme, due_on__isnull=False)
    if as_of is not None:
        owed = owed.filter(due_on__lte=as_of)
    if known_on is not None:
        owed = owed.annotate(known=TruncDate("due_at")).filter(known__lte=known_on)
    return owed


def last_booking(programme):
    """The last posting of the programme, or None."""
    return Posting.objects.filter(movements__to_account__line__programme=programme).order_by("-pk").first()


# --- Fabriques ---------------------------------------------------------------------------------------------------


def fabrique_figures(*, as_of=None, known_on=None, programme):
    """Counts of places; `by_state` counts every place once, the other breakdowns laureates and beyond."""
    rows = list(laureate_rows(as_of=as_of, known_on=known_on, programme=programme))
    standing = [row for row in rows if row["reached"] != STATE_RANKS["left"]]
    return {
        "by_state": by_state(rows, programme, as_of, known_on),
        "laureates": len(standing),
        "contracted": sum(1 for row in standing if row["is_contracted"]),
        "open": sum(1 for row in standing if row["is_open"] and not row["is_closed"]),
        "open_before_selection": sum(1 for row in standing if row["opened_first"]),
        "by_region": breakdown(standing, "region"),
        "by_wave": breakdown(standing, "wave_number"),
        "by_segment": {**dict.fromkeys(Segment.values, 0), **breakdown(standing, "segment")},
        "by_departement": breakdown(standing, "departement"),
        "target": target_number(programme, as_of),
        "targets_by_segment": targets_by_segment(programme, as_of),
    }


def breakdown(rows, key):
    """{value as text: count}, with `unknown` always there."""
    counts = Counter(str(row[key]) if row[key] not in (None, "") else UNKNOWN for row in rows)
    return {UNKNOWN: 0, **dict(sorted(counts.items()))}


def facts_known(*, as_of=None, known_on=None):
    facts = FabriqueFact.objects.all()
    if as_of is not None:
        facts = facts.filter(effective_on__lte=as_of)
    if known_on is not None:
        facts = facts.annotate(known=TruncDate("booked_at")).filter(known__lte=known_on)
    return facts


def date_of(kind):
    return Max(Case(When(kind=kind, then="effective_on")))


def laureate_rows(*, as_of=None, known_on=None, programme):
    """One dict a place that was selected on that day: how far it came, where, in which wave."""
    facts = facts_known(as_of=as_of, known_on=known_on).filter(fabrique__programme=programme)
    wave = Award.objects.filter(fabrique=OuterRef("fabrique")).exclude(state="released").order_by("pk")
    ranks = Case(*(When(kind=kind, then=Value(rank)) for kind, rank in STATE_RANKS.items()))
    rows = facts.order_by().values("fabrique").annotate(
        reached=Max(ranks),
        selected_on=date_of("selected"),
        contracted_on=date_of("contracted"),
        opened_on=date_of("opened"),
        closed_on=date_of("closed"),
        region=F("fabrique__region"),
        segment=F("fabrique__segment"),
        departement=F("fabrique__commune__departement"),
        wave_number=Subquery(wave.values("wave__number")[:1]),
    )  # fmt: skip
    for row in rows:
        if row["selected_on"] is not None:
            yield row | {
                "is_contracted": row["contracted_on"] is not None,
                "is_open": row["opened_on"] is not None,
                "is_closed": row["closed_on"] is not None,
                "opened_first": row["opened_on"] is not None and row["opened_on"] < row["selected_on"],
            }


def by_state(rows, programme, as_of, known_on):
    counts = Counter(STATE_NAMES[row["reached"]] for row in rows)
    places = Fabrique.objects.filter(programme=programme)
    day = min(day for day in (as_of, known_on, timezone.localdate()) if day is not None)
    known_places = places.annotate(created_on=TruncDate("created_at")).filter(created_on__lte=day).count()
    # A reconstructed place is created by the import, years after the day it was selected.
    candidates = max(known_places - len(rows), 0)
    return {"candidate": candidates, **{name: counts[name] for name in STATE_NAMES.values()}}


def target_number(programme, as_of):
    target = targets_in_force(programme, as_of).filter(segment="").first()
    return target.number if target else 0


def targets_by_segment(programme, as_of):
    return {target.segment: target.number for target in targets_in_force(programme, as_of) if target.segment}


def targets_in_force(programme, as_of):
    """The last stated target of each segment."""
    latest = Target.objects.filter(
        programme=programme, segment=OuterRef("segment"), stated_on__lte=as_of or timezone.localdate()
    ).order_by("-stated_on", "-pk")
    return Target.objects.filter(programme=programme, pk=Subquery(latest.values("pk")[:1]))
