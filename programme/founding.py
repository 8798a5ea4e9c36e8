"""The scheme as it was announced: dated and sourced statements, targets, and the calls and waves of the past.

Nothing here opens a credit. Statements are never added together; which one the programme is held to on a day is
`Announcement.objects.in_force`. Figures and sources: docs/announcements.md.
"""

import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from programme import ami, waves
from programme.calls import publish_call
from programme.models import Announcement, Call, CallVersion, Origin, Programme, Target, Wave
from programme.statements import STATEMENTS, TARGETS

PARIS = ZoneInfo("Europe/Paris")
NAME = "Fabriques de territoire"
# Who answers. The sources give neither address nor telephone of the real team: nothing is made up for it.
REAL_SERVICE = {
    "service_name": "Agence nationale de la cohésion des territoires, Nouveaux lieux, nouveaux liens",
    "service_address": "Adresse non donnée par les sources",
    "service_phone": "Non donné par les sources",
    "service_email": "tierslieux@cohesion-territoires.gouv.fr",
}
# Numbers in 01 99 00 are kept for fiction (plan national de numérotation), « .example » is kept by RFC 2606.
DEMONSTRATION_SERVICE = {
    "service_name": "Équipe Fabriques de territoire (démonstration)",
    "service_address": "1 rue de l’Exemple, 75000 Paris",
    "service_phone": "01 99 00 00 00",
    "service_email": "equipe@fabriques.example",
}


class PastCall(NamedTuple):
    slug: str
    title: str
    kind: str
    published_on: datetime.date
    years: int
    min_cents: int
    max_cents: int
    year_cap_cents: int
    announcements: dict[int, datetime.date]
    """Wave number → day it was announced."""
    summary: str


PAST_CALLS = (
    PastCall(
        "ami-2019",
        "AMI Fabriques de territoire (2019–2022)",
        Call.Kind.AMI,
        datetime.date(2019, 7, 11),
        3,
        75_000_00,
        150_000_00,
        50_000_00,
        {
            1: datetime.date(2020, 2, 3),
            2: datetime.date(2020, 6, 30),
            3: datetime.date(2020, 10, 22),
            4: datetime.date(2021, 1, 31),
            5: datetime.date(2021, 3, 30),
            6: datetime.date(2021, 7, 1),
            7: datetime.date(2021, 8, 27),
            8: datetime.date(2022, 2, 28),
        },
        "Appel permanent, analysé par vagues. Aide au fonctionnement de 75 000 à 150 000 € sur trois ans, "
        "50 000 € par an au plus. Reconstruction : le cahier des charges n’a pas été retrouvé.",
    ),
    PastCall(
        "appel-2023",
        "Fabriques de territoire, arrondissements sans fabrique (2023)",
        Call.Kind.AAP,
        datetime.date(2023, 9, 11),
        1,
        50_000_00,
        50_000_00,
        50_000_00,
        {9: datetime.date(2023, 11, 9)},
        "144 arrondissements sans fabrique. Forfait de 50 000 € pour un an. Reconstruction : le texte de l’appel n’a "
        "pas été retrouvé.",
    ),
)


def create_programme(*, slug, origin) -> Programme:
    """Create the scheme with what was publicly said of it; a scheme that already has this slug is left as it is.

    Args:
        origin: a value of `Origin`. A demonstration gets the address of an invented service.
    """
    service = DEMONSTRATION_SERVICE if origin == Origin.DEMONSTRATION else REAL_SERVICE
    with transaction.atomic():
        programme, created = Programme.objects.get_or_create(
            slug=slug, defaults={"name": NAME, "origin": origin, **service}
        )
        if created:
            record_statements(programme)
            Target.objects.bulk_create(Target(programme=programme, **target._asdict()) for target in TARGETS)
    return programme


def record_statements(programme):
    recorded: dict[str, Announcement] = {}
    for statement in STATEMENTS:
        values = statement._asdict()
        key = values.pop("key")
        for link in ("supersedes", "contradicts"):
            values[link] = recorded[values[link]] if values[link] else None
        recorded[key] = Announcement.objects.create(programme=programme, **values)


def create_past_waves(*, programme) -> dict[int, Wave]:
    """Create, or find, the two calls and the nine waves of 2019 to 2023, as reconstructions announced on their dates.

    Returns:
        wave number → `Wave`.
    """
    with transaction.atomic():
        found = {}
        for past in PAST_CALLS:
            call = Call.objects.filter(slug=past.slug).first() or record_past_call(programme, past)
            found |= {wave.number: wave for wave in call.waves.all()}
    return found


def record_past_call(programme, past):
    call = Call.objects.create(
        programme=programme, slug=past.slug, title=past.title, kind=past.kind, origin=Origin.RECONSTRUCTION
    )
    version = CallVersion.objects.create(call=call, number=1, summary=past.summary, years=past.years)
    ami.add_bounds(version, min_cents=past.min_cents, max_cents=past.max_cents, year_cap_cents=past.year_cap_cents)
    for number, day in past.announcements.items():
        wave = waves.plan_wave(call=call, number=number, by=None, announcement_on=day)
        waves.record_past_announcement(wave=wave, announced_at=midday(day))
    call = publish_call(call=call, by=None, at=midday(past.published_on))
    call.move("close", by=None)
    return call


def midday(day):
    """The sources give the day, not the hour."""
    return datetime.datetime.combine(day, datetime.time(12), PARIS)
