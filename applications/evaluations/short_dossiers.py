"""Dossiers as a ranking needs them, without their models: hundreds are read at each edit of a funding line."""

import datetime
import uuid
from dataclasses import dataclass

from applications.models import ApplicationState
from programme.models import CallVersion, Segment

COLUMNS = (
    "pk", "public_id", "reference", "state", "segment", "requested_cents", "submitted_at", "call_version",
    "fabrique__name", "fabrique__region", "fabrique__commune__name", "fabrique__commune__departement",
)  # fmt: skip
# What a ranking asks of the version of the call.
OF_VERSION = ("number", "reviews_per_application", "threshold_hundredths", "tie_break")


@dataclass(slots=True)
class ShortPlace:
    """A place: its name, its region, and its commune as it is shown."""

    name: str
    region: str
    commune: str


@dataclass(slots=True, eq=False)
class ShortDossier:
    """What a list shows of an `Application`, under the same names. Cents."""

    pk: int
    public_id: uuid.UUID
    reference: str
    state: str
    segment: str
    requested_cents: int
    submitted_at: datetime.datetime
    call_version: CallVersion
    fabrique: ShortPlace

    @property
    def call_version_id(self):
        return self.call_version.pk

    def get_segment_display(self):
        return Segment(self.segment).label

    def get_state_display(self):
        return ApplicationState(self.state).label


def short_dossiers(dossiers):
    """The `ShortDossier`s of a queryset of `Application`s, in its order; two queries."""
    rows = list(dossiers.values_list(*COLUMNS))
    versions = CallVersion.objects.order_by().only(*OF_VERSION).in_bulk({row[7] for row in rows})
    return [short(*row, versions) for row in rows]


def short(pk, public_id, reference, state, segment, cents, sent, version, name, region, commune, code, versions):
    where = None if commune is None else f"{commune} ({code})"
    place = ShortPlace(name, region, where)
    return ShortDossier(pk, public_id, reference, state, segment, cents, sent, versions[version], place)
