"""A wave read into the arrays of the optimiser: what each pair costs and why, who may not meet, what is kept."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field, fields

import numpy as np

from applications.evaluations import conflicts
from applications.evaluations.optimiser import Prices, Problem
from applications.models import Application, ApplicationState, Assignment, KeptApart, PlaceKind
from applications.roster import seats_of

# Points for a sheet that nobody gives.
MISSING = 300
KINDS = dict(PlaceKind.Kind.choices)


@dataclass(frozen=True)
class Settings:
    """What an officer asks of a calculation; every price in points.

    Attributes:
        least: dossiers that each reviewer has at least in the wave.
        partial: give what can be given when the rules cannot all be kept.
        outside: a pair without a field in common. same_region: a reviewer of the dossier's region.
        alert: a pair that an alert concerns. change: a proposal of before that is not kept.
        lock: a locked choice, or one made by hand, that is not kept; by default dearer than all the rest.
        expert, regions, overlap, load: see `optimiser.Prices`.
    """

    least: int = 0
    partial: bool = False
    outside: int = 6
    same_region: int = 2
    alert: int = 8
    change: int = 3
    lock: int = 1_000
    expert: int = 20
    regions: int = 10
    overlap: int = 30
    load: int = 1

    @classmethod
    def read(cls, kept):
        """The settings that a calculation was asked with, from its JSON; names that are gone are left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def as_json(self):
        return asdict(self)

    def prices(self, dossiers):
        """Without a dossier that two people read, nobody can be compared: the rule of overlap is left out."""
        shared = any(dossier.call_version.reviews_per_application > 1 for dossier in dossiers)
        return Prices(
            expert=self.expert,
            regions=self.regions,
            overlap=self.overlap if shared else 0,
            load=self.load,
            missing=MISSING if self.partial else None,
        )


@dataclass
class WaveRead:
    """A wave as the optimiser needs it, and as its words need it.

    Attributes:
        dossiers: the admissible `Application`s, in rows. seats: the `roster.Seat`s, in columns.
        kinds: {dossier id: set of `PlaceKind.Kind`}.
        excluded, alerts: {(dossier id, user id): [`conflicts.Reason`]}.
        current: {(dossier id, user id): `Assignment`} proposed and not sent. lapsed: those that a calculation dropped.
        barred: pairs asked about already: taken back by hand, declined, recused.
        together: groups of user ids that share a dossier already sent.
        apart: [(user id, user id)].
    """

    settings: Settings
    dossiers: list
    seats: list
    kinds: dict = field(default_factory=dict)
    excluded: dict = field(default_factory=dict)
    alerts: dict = field(default_factory=dict)
    current: dict = field(default_factory=dict)
    lapsed: dict = field(default_factory=dict)
    barred: set = field(default_factory=set)
    together: list = field(default_factory=list)
    apart: list = field(default_factory=list)

    def __post_init__(self):
        self.row = {dossier.pk: index for index, dossier in enumerate(self.dossiers)}
        self.column = {seat.pk: index for index, seat in enumerate(self.seats)}

    def shared(self, dossier, seat):
        """The fields that they have in common."""
        return self.kinds.get(dossier.pk, set()) & set(seat.fields)

    def costs_of(self, dossier, seat):
        """[(points, what for)] of one pair: "outside", "same_region", "alert"; what the price is made of."""
        asked, found = self.settings, []
        if self.kinds.get(dossier.pk) and not self.shared(dossier, seat):
            found.append((asked.outside, "outside"))
        if seat.region and seat.region == dossier.fabrique.region:
            found.append((asked.same_region, "same_region"))
        if self.alerts.get((dossier.pk, seat.pk)):
            found.append((asked.alert, "alert"))
        return found


def read_wave(wave, dossiers, settings=None):
    """Read a wave; as many queries whatever the numbers.

    Args:
        dossiers: its admissible dossiers, with call_version and fabrique, locked by the verb.
    """
    seats = list(seats_of(wave).values())
    read = WaveRead(settings or Settings(), list(dossiers), seats)
    read.kinds = kinds_of(dossiers)
    read.excluded, read.alerts = conflicts.exclusions(wave), conflicts.alerts(wave)
    sort_out(read, Assignment.objects.filter(application__in=dossiers).select_related("reviewer").order_by("pk"))
    read.together = shared_already(wave, read.column)
    pairs = KeptApart.objects.order_by("pk").values_list("first", "second")
    read.apart = [(one, other) for one, other in pairs if one in read.column and other in read.column]
    return read


def sort_out(read, assignments):
    """What stands, what a calculation dropped and may take up again, what must not be proposed again."""
    for assignment in assignments:
        pair = (assignment.application_id, assignment.reviewer_id)
        if assignment.state == Assignment.State.PROPOSED:
            read.current[pair] = assignment
        elif assignment.state == Assignment.State.LAPSED and not assignment.locked:
            read.lapsed[pair] = assignment
        else:
            read.barred.add(pair)


def kinds_of(dossiers):
    """{dossier id: set of what the place is}; one query."""
    found = defaultdict(set)
    for dossier, kind in PlaceKind.objects.filter(application__in=dossiers).values_list("application", "kind"):
        found[dossier].add(kind)
    return found


def shared_already(wave, column):
    """Groups of people who review one dossier of the wave that is sent; one query."""
    groups = defaultdict(list)
    sent = Assignment.objects.expected().filter(application__wave=wave)
    sent = sent.exclude(application__state=ApplicationState.ADMISSIBLE)
    for dossier, user in sent.order_by("pk").values_list("application", "reviewer"):
        if user in column:
            groups[dossier].append(user)
    return [group for _, group in sorted(groups.items())]


def problem_of(read):
    """The arrays of a `WaveRead`."""
    shape = (len(read.dossiers), len(read.seats))
    described, shared = fields_met(read)
    kept, locked = kept_of(read, shape)
    allowed, carried = allowed_of(read, shape), carried_of(read)
    most = np.array([seat.capacity for seat in read.seats], int)
    wanted = np.array([dossier.call_version.reviews_per_application for dossier in read.dossiers], int)
    return Problem(
        costs=costs_met(read, described & ~shared),
        allowed=allowed,
        experts=~described | shared,
        kept=kept,
        carried=carried,
        # What was chosen by hand is kept, even when it is more than the rule says.
        wanted=np.maximum(wanted, (locked & allowed).sum(axis=1)),
        most=np.maximum(most, carried + (locked & allowed).sum(axis=0)),
        least=np.array([0 if seat.away else min(read.settings.least, seat.capacity) for seat in read.seats], int),
        regions=regions_of(read.seats),
        apart=tuple((read.column[one], read.column[other]) for one, other in read.apart),
        together=tuple([read.column[user] for user in group] for group in read.together),
        prices=read.settings.prices(read.dossiers),
    )


def fields_met(read):
    """((D, 1) dossiers whose fields are known, (D, R) pairs with a field in common)."""
    codes = list(KINDS)
    kinds = np.array([[code in read.kinds.get(dossier.pk, ()) for code in codes] for dossier in read.dossiers], int)
    known = np.array([[code in seat.fields for code in codes] for seat in read.seats], int)
    kinds, known = kinds.reshape(-1, len(codes)), known.reshape(-1, len(codes))
    return kinds.any(axis=1)[:, None], kinds @ known.T > 0


def costs_met(read, outside):
    """`WaveRead.costs_of` of every pair at once, in points."""
    theirs = np.array([dossier.fabrique.region for dossier in read.dossiers], object)
    hers = np.array([seat.region for seat in read.seats], object)
    same = (theirs[:, None] == hers[None, :]) & (hers != "")[None, :]
    costs = read.settings.outside * outside + read.settings.same_region * same
    for dossier, user in read.alerts:
        if dossier in read.row and user in read.column:
            costs[read.row[dossier], read.column[user]] += read.settings.alert
    return costs


def allowed_of(read, shape):
    """No tie, no answer no, nothing decided by hand against it; who is away keeps what she has."""
    allowed = np.ones(shape, bool)
    allowed[:, [seat.away for seat in read.seats]] = False
    for dossier, user in read.current:
        if user in read.column:
            allowed[read.row[dossier], read.column[user]] = True
    for dossier, user in [*read.excluded, *read.barred]:
        if dossier in read.row and user in read.column:
            allowed[read.row[dossier], read.column[user]] = False
    return allowed


def kept_of(read, shape):
    """(points lost when a pair of before is not chosen again, which of them are locked)."""
    kept, locked = np.zeros(shape, int), np.zeros(shape, bool)
    for (dossier, user), assignment in read.current.items():
        if user in read.column:
            place = read.row[dossier], read.column[user]
            locked[place] = assignment.locked
            kept[place] = read.settings.lock if assignment.locked else read.settings.change
    return kept, locked


def carried_of(read):
    """What each reviewer has in the wave beside the proposals that may change."""
    carried = np.array([seat.load for seat in read.seats], int)
    for _, user in read.current:
        if user in read.column:
            carried[read.column[user]] -= 1
    return carried


def regions_of(seats):
    """The number of each reviewer's region; -1 when it is not known."""
    names = sorted({seat.region for seat in seats if seat.region})
    return np.array([names.index(seat.region) if seat.region else -1 for seat in seats], int)


def admissible_rows(wave):
    """The dossiers of a wave that are not sent yet, as `read_wave` wants them."""
    rows = Application.objects.filter(wave=wave, state=ApplicationState.ADMISSIBLE)
    return rows.select_related("call_version", "organisation", "fabrique").order_by("pk")
