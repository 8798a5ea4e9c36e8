"""Who may review what in a wave, and what each one carries. Reads and pure rules; the verbs are in `assignments`."""

from collections import Counter
from dataclasses import dataclass, field

from accounts.models import Membership, Role, User
from applications.evaluations.doors import but
from applications.models import Assignment, ReviewerProfile

DEFAULT_CAPACITY = ReviewerProfile._meta.get_field("capacity").default


@dataclass
class Seat:
    """One reviewer in one wave.

    Attributes:
        load: sheets asked for or given in the wave. capacity: how many at most.
        fields: values of `PlaceKind.Kind` that she knows.
        away: not there the day that sheets are expected: she keeps what she has, and takes nothing more.
        employer_siren: nine digits or "". organisations: keys of the structures the person is a member of.
    """

    reviewer: User
    load: int = 0
    capacity: int = DEFAULT_CAPACITY
    employer: str = ""
    employer_siren: str = ""
    region: str = ""
    organisations: set = field(default_factory=set)
    away: bool = False
    fields: tuple = ()

    @property
    def pk(self):
        return self.reviewer.pk

    @property
    def room(self):
        return max(self.capacity - self.load, 0)


def seats_of(wave, reviewers=None, *, closed=()):
    """The `Seat`s of a wave by reviewer key, in alphabetical order; four queries whatever their number.

    Args:
        reviewers: the users wanted; None for everyone who reviews today.
        closed: keys of the dossiers that are closed to whoever reads the loads; verbs count them all.
    """
    people = User.objects.holding(Role.REVIEWER)
    if reviewers is not None:
        people = people.filter(pk__in=[reviewer.pk for reviewer in reviewers])
    seats = {person.pk: Seat(person) for person in people.order_by("search_text", "pk")}
    for profile in ReviewerProfile.objects.filter(user__in=seats):
        seat = seats[profile.user_id]
        seat.capacity, seat.region = profile.capacity, profile.region
        seat.employer, seat.employer_siren = profile.employer, profile.employer_siren
        seat.fields = tuple(profile.fields)
        seat.away = profile.is_away(wave.reviews_due_on)
    for user_id, organisation_id in Membership.objects.filter(user__in=seats).values_list("user", "organisation"):
        seats[user_id].organisations.add(organisation_id)
    for reviewer_id, load in loads_of(wave, closed).items():
        if reviewer_id in seats:
            seats[reviewer_id].load = load
    for seat in seats.values():
        if seat.away:
            seat.capacity = seat.load
    return seats


def loads_of(wave, closed=()):
    """{reviewer id: sheets asked for or given in the wave}; one query."""
    asked = but(Assignment.objects.expected().filter(application__wave=wave), closed, "application")
    return Counter(asked.values_list("reviewer", flat=True).order_by())
