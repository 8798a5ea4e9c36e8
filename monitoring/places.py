"""Counts of places on both clocks, from their dated facts, grouped by the database.

Facts are unique by place and kind: one join a kind, no row of a place ever comes to Python.
"""

from collections import Counter, defaultdict
from functools import cached_property

from django.db.models import CharField, Count, Exists, F, FilteredRelation, IntegerField, Min, OuterRef, Q, Sum, Value
from django.db.models.functions import TruncMonth

from accounts.filters import midnight
from applications.models import Fabrique
from funding.models import Award
from monitoring.clocks import DAY
from monitoring.prepared import prepared
from programme.models import Segment

UNKNOWN = "unknown"
KINDS = ("selected", "contracted", "opened", "closed", "left")
STANDING = Q(is_left=None)
OPEN = STANDING & Q(is_opened__isnull=False, is_closed=None)
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


@prepared
def counted_places(programme, clocks):
    conditions = {
        **{f"state_{name}": condition for name, condition in STATES.items()},
        **COUNTED,
        "new_laureates": new_today(STANDING, "selected", clocks),
        "new_contracted": new_today(COUNTED["contracted_places"], "contracted", clocks),
        "new_open": new_today(OPEN, "opened", clocks),
    }
    keys = {"place": F("commune__departement"), "zone": F("segment"), "area": F("region")}
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    return selected_places(programme, clocks).values(**keys).annotate(**counts)


@prepared
def dated_steps(programme, clocks):
    """Laureates by wave and day, open places by month of opening."""
    waves = first_awards(programme, clocks).values_list(
        Value("selected", output_field=CharField()), "wave__number", Min("is_selected__effective_on"),
    ).annotate(n=Count("pk"), cents=Sum("total_cents"))  # fmt: skip
    months = selected_places(programme, clocks).filter(OPEN).values_list(
        Value("opened", output_field=CharField()),
        Value(None, output_field=IntegerField()),
        TruncMonth("is_opened__effective_on"),
    ).annotate(n=Count("pk"), cents=Sum(Value(0)))  # fmt: skip
    return waves.union(months, all=True)


class Places:
    """The places of one programme as `clocks` see them: two queries, one more for the candidates."""

    def __init__(self, programme, clocks):
        self.programme, self.clocks = programme, clocks

    @cached_property
    def groups(self):
        """One dict of counts a region, département and segment."""
        return list(counted_places(self.programme, self.clocks))

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
        """[(kind, wave number or None, day, places, cents of awards)]: by wave and day, openings by month."""
        steps = dated_steps(self.programme, self.clocks)
        return [(kind, wave, as_day(day), n, cents) for kind, wave, day, n, cents in steps]

    @property
    def by_wave(self):
        """Each place once, in the wave of its first award; places without any are unknown."""
        counts: dict[int, int] = defaultdict(int)
        for kind, number, _, places, _ in self.steps:
            if kind == "selected":
                counts[number] += places
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
    """PostgreSQL truncates a date to an instant."""
    return value.date() if hasattr(value, "date") else value


def first_awards(programme, clocks):
    """The first award of each place that is selected and standing."""
    live = Award.objects.exclude(state=Award.State.RELEASED)
    earlier = live.filter(fabrique=OuterRef("fabrique"), pk__lt=OuterRef("pk"))
    facts = {
        "is_selected": fact("selected", clocks, "fabrique__facts"),
        "is_left": fact("left", clocks, "fabrique__facts"),
    }
    return (
        live.alias(**facts)
        .filter(STANDING, ~Exists(earlier), fabrique__programme=programme, is_selected__isnull=False)
        .order_by()
    )
