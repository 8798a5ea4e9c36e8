"""Counts of places on both clocks, from their dated facts, grouped by the database.

Facts are unique by place and kind: one join a kind, no row of a place ever comes to Python.
"""

import datetime
from collections import Counter
from functools import cached_property

from django.db.models import CharField, Count, DateField, Exists, F, FilteredRelation, OuterRef, Q, Value
from django.db.models.functions import TruncDate, TruncMonth

from accounts.filters import midnight
from applications.models import Fabrique, FabriqueFact
from funding.models import Award
from monitoring.clocks import DAY
from monitoring.prepared import prepared
from programme.models import Segment, Wave

UNKNOWN = "unknown"
KINDS = ("selected", "contracted", "opened", "closed", "left")
# On the joined column: PostgreSQL then knows that these are the rows without a match.
STANDING = Q(is_left__fabrique=None)
OPEN = STANDING & Q(is_opened__isnull=False, is_closed__fabrique=None)
# The furthest of the dated facts of a place, each place in one state.
STATES = {
    "laureate": STANDING & Q(is_closed=None, is_opened=None, is_contracted=None),
    "contracted": STANDING & Q(is_closed=None, is_opened=None, is_contracted__isnull=False),
    "open": OPEN,
    "closed": STANDING & Q(is_closed__isnull=False),
    "left": Q(is_left__isnull=False),
}
COUNTED = {
    "laureates": STANDING,
    "contracted_places": STANDING & Q(is_contracted__isnull=False),
    "open_before_selection": OPEN & Q(is_opened__effective_on__lt=F("is_selected__effective_on")),
}


def fact(kind, clocks, path="facts"):
    """The fact of that kind that was true and known."""
    known = {} if clocks.knows_all else {f"{path}__booked_at__lt": clocks.known_until}
    condition = Q(**{f"{path}__kind": kind, f"{path}__effective_on__lte": clocks.as_of}, **known)
    return FilteredRelation(path, condition=condition)


def selected_places(programme, clocks):
    """Places selected on that day, each with its facts as `is_selected`, `is_contracted`…"""
    facts = {f"is_{kind}": fact(kind, clocks) for kind in KINDS}
    return Fabrique.objects.alias(**facts).filter(programme=programme, is_selected__isnull=False).order_by()


def new_today(condition, kind, clocks):
    """Places counted now by a fact of that kind that was not known the day before."""
    return condition & Q(**{f"is_{kind}__booked_at__gte": clocks.known_before})


def conditions_of(clocks):
    return {
        **{f"state_{name}": condition for name, condition in STATES.items()},
        **COUNTED,
        "new_laureates": new_today(STANDING, "selected", clocks),
        "new_contracted": new_today(COUNTED["contracted_places"], "contracted", clocks),
        "new_open": new_today(OPEN, "opened", clocks),
    }


GROUP_KEYS = ("place", "zone", "area")


@prepared
def counted_places(programme, clocks):
    """(département, segment, region, one count a condition) of the places selected."""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions_of(clocks).items()}
    keys = ("departement", "segment", "region")
    return selected_places(programme, clocks).values_list(*keys).annotate(**counts)


@prepared
def places_by_wave(programme, clocks):
    """(wave number, places) of the laureates, each in the wave of its first award."""
    return first_awards(programme, clocks).values_list("wave__number").annotate(n=Count("pk"))


@prepared
def dated_steps(programme, clocks):
    """("selected", day, places), ("opened", first of the month, places), ("wave", day of announcement, number)."""
    of_programme = FabriqueFact.objects.filter(programme=programme).order_by()
    selected = standing(of_programme, clocks).filter(**when("selected", clocks))
    opened = standing(of_programme, clocks).filter(
        same_place("selected", clocks), ~same_place("closed", clocks), **when("opened", clocks)
    )
    # The day on which it was announced, whatever was planned.
    waves = Wave.objects.filter(call__programme=programme, announced_at__isnull=False).order_by()
    waves = waves.annotate(announced_on=TruncDate("announced_at", output_field=DateField()))
    first = selected.values_list(named("selected"), "effective_on").annotate(n=Count("pk"))
    return first.union(
        opened.values_list(named("opened"), TruncMonth("effective_on")).annotate(n=Count("pk")),
        waves.values_list(named("wave"), "announced_on").annotate(n=F("number")),
        all=True,
    )


def named(text):
    return Value(text, output_field=CharField())


def when(kind, clocks):
    known = {} if clocks.knows_all else {"booked_at__lt": clocks.known_until}
    return {"kind": kind, "effective_on__lte": clocks.as_of, **known}


def same_place(kind, clocks):
    return Exists(FabriqueFact.objects.filter(fabrique=OuterRef("fabrique"), **when(kind, clocks)))


def standing(facts, clocks):
    return facts.filter(~same_place("left", clocks))


class Places:
    """The places of one programme as `clocks` see them: two queries, one more for the candidates."""

    def __init__(self, programme, clocks):
        self.programme, self.clocks = programme, clocks

    @cached_property
    def groups(self):
        """One dict of counts a region, département and segment."""
        names = (*GROUP_KEYS, *conditions_of(self.clocks))
        return [dict(zip(names, row, strict=True)) for row in counted_places(self.programme, self.clocks)]

    def total(self, name):
        return sum(group[name] for group in self.groups)

    def by(self, key, name="laureates"):
        """{value as text: count}, with `unknown` always there."""
        counts: Counter = Counter()
        for group in self.groups:
            counts[group[key] or UNKNOWN] += group[name]
        return {UNKNOWN: counts.pop(UNKNOWN, 0), **{key: counts[key] for key in sorted(counts) if counts[key]}}

    def by_segment(self, name="laureates"):
        return {**dict.fromkeys(Segment.values, 0), **self.by("zone", name)}

    @cached_property
    def steps(self):
        """{"selected": [(day, places)], "opened": [(month, places)], "wave": [(day, number)]}, oldest first."""
        steps: dict[str, list] = {"selected": [], "opened": [], "wave": []}
        for kind, day, number in dated_steps(self.programme, self.clocks):
            steps[kind].append((as_day(day), number))
        return {kind: sorted(rows) for kind, rows in steps.items()}

    @property
    def by_wave(self):
        """Places without any award are unknown."""
        counts = dict(places_by_wave(self.programme, self.clocks))
        waves = {str(number): counts[number] for number in sorted(counts)}
        return {UNKNOWN: self.total("laureates") - sum(waves.values()), **waves}

    def candidates(self):
        """Places known that day and not selected. A reconstructed place is created years after its selection."""
        until = min(self.clocks.known_until, midnight(self.clocks.as_of + DAY))
        known = Fabrique.objects.filter(programme=self.programme, created_at__lt=until).count()
        return max(known - self.total_selected, 0)

    @property
    def total_selected(self):
        return sum(self.total(f"state_{name}") for name in STATES)

    @property
    def by_state(self):
        return {"candidate": self.candidates(), **{name: self.total(f"state_{name}") for name in STATES}}


def as_day(value):
    """A month is truncated to an instant by PostgreSQL, to text by SQLite."""
    if isinstance(value, str):
        return datetime.date.fromisoformat(value[:10])
    return value.date() if hasattr(value, "date") else value


def first_awards(programme, clocks):
    """The first award of each place that is selected and standing."""
    live = Award.objects.exclude(state=Award.State.RELEASED)
    earlier = live.filter(fabrique=OuterRef("fabrique"), pk__lt=OuterRef("pk"))
    return live.filter(
        ~Exists(earlier), same_place("selected", clocks), ~same_place("left", clocks), fabrique__programme=programme
    ).order_by()
