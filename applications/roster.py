"""Who may review what in a wave, and what each one carries. Reads and pure rules; the verbs are in `assignments`."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from accounts.models import Membership, Role, User
from applications.models import Assignment, NetworkConsent, ReviewerProfile

DEFAULT_CAPACITY = ReviewerProfile._meta.get_field("capacity").default


@dataclass
class Seat:
    """One reviewer in one wave.

    Attributes:
        load: sheets asked for or given in the wave. capacity: how many at most.
        employer_siren: nine digits or "". organisations: keys of the structures the person is a member of.
    """

    reviewer: User
    load: int = 0
    capacity: int = DEFAULT_CAPACITY
    employer: str = ""
    employer_siren: str = ""
    region: str = ""
    organisations: set = field(default_factory=set)

    @property
    def pk(self):
        return self.reviewer.pk

    @property
    def room(self):
        return max(self.capacity - self.load, 0)

    def tie_with(self, organisation, networks=()):
        """The tie that the system can see between this reviewer and a dossier, as a sentence, or "".

        Args:
            organisation: the applicant. networks: those that the dossier is, or was, open to (`networks_of`).
        """
        if organisation.pk in self.organisations:
            return f"{self.reviewer} est membre de la structure qui demande."
        if self.employer_siren and self.employer_siren == organisation.siren:
            return f"L’organisme de {self.reviewer} est la structure qui demande (même SIREN)."
        for network in networks:
            if network.pk in self.organisations or (self.employer_siren and self.employer_siren == network.siren):
                return f"{self.reviewer} est de « {network} », réseau d’appui à qui la structure a ouvert le dossier."
        return ""


def seats_of(wave, reviewers=None):
    """The `Seat`s of a wave by reviewer key, in alphabetical order; four queries whatever their number.

    Args:
        reviewers: the users wanted; None for everyone who reviews today.
    """
    people = User.objects.holding(Role.REVIEWER)
    if reviewers is not None:
        people = people.filter(pk__in=[reviewer.pk for reviewer in reviewers])
    seats = {person.pk: Seat(person) for person in people.order_by("search_text", "pk")}
    for profile in ReviewerProfile.objects.filter(user__in=seats):
        seat = seats[profile.user_id]
        seat.capacity, seat.region = profile.capacity, profile.region
        seat.employer, seat.employer_siren = profile.employer, profile.employer_siren
    for user_id, organisation_id in Membership.objects.filter(user__in=seats).values_list("user", "organisation"):
        seats[user_id].organisations.add(organisation_id)
    for reviewer_id, load in loads_of(wave).items():
        if reviewer_id in seats:
            seats[reviewer_id].load = load
    return seats


def networks_of(dossiers):
    """{dossier id: the networks it is, or was, open to}: who has read it keeps her tie; one query."""
    found = defaultdict(list)
    consents = NetworkConsent.objects.filter(application__in=dossiers).select_related("network").order_by("pk")
    for given in consents:
        found[given.application_id].append(given.network)
    return found


def loads_of(wave):
    """{reviewer id: sheets asked for or given in the wave}; one query."""
    return Counter(
        Assignment.objects.expected().filter(application__wave=wave).values_list("reviewer", flat=True).order_by()
    )


def balanced(wanted, rooms, barred, loads=None):
    """A balanced proposal: the least loaded reviewers first. Pure and deterministic.

    The dossiers with the fewest possible reviewers are served first. Without ties, and with room for all, loads that
    were level differ by at most one at the end. The optimiser (competence, region) will take this function's place.

    Args:
        wanted: {dossier id: how many reviewers it lacks}.
        rooms: {reviewer id: how many more she can take}.
        barred: set of (dossier id, reviewer id) that must not meet.
        loads: {reviewer id: what she carries already}; nothing when left out.

    Returns:
        list of (dossier id, reviewer id), in order; a dossier that could not be served has fewer.
    """
    rooms, loads = dict(rooms), Counter(loads or {})
    possible = {d: [r for r in sorted(rooms) if (d, r) not in barred] for d in wanted}
    pairs = []
    for dossier in sorted(wanted, key=lambda d: (len(possible[d]), d)):
        free = [r for r in possible[dossier] if rooms[r] > 0]
        for reviewer in sorted(free, key=lambda r: (loads[r], r))[: wanted[dossier]]:
            rooms[reviewer] -= 1
            loads[reviewer] += 1
            pairs.append((dossier, reviewer))
    return sorted(pairs)
