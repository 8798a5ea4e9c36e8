"""The scheme as it was announced: dated and sourced statements, and targets.

Nothing here opens a credit. Statements are never added together; which one the programme is held to on a day is
`Announcement.objects.in_force`. Figures and sources: docs/announcements.md.
"""

from django.db import transaction

from programme.models import Announcement, AnnouncementPart, Origin, Programme, Target
from programme.statements import PARTS, STATEMENTS, TARGETS

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


def create_programme(*, slug, origin) -> Programme:
    """Create the scheme with what was publicly said of it; one that already has this slug keeps what it has.

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
        else:
            complete_parts(programme)
    return programme


def record_statements(programme):
    recorded: dict[str, Announcement] = {}
    for statement in STATEMENTS:
        values = statement._asdict()
        key = values.pop("key")
        for link in ("supersedes", "contradicts"):
            values[link] = recorded[values[link]] if values[link] else None
        recorded[key] = Announcement.objects.create(programme=programme, **values)
        record_parts(recorded[key], PARTS.get(key, ()))


def record_parts(announcement, parts):
    AnnouncementPart.objects.bulk_create(
        AnnouncementPart(announcement=announcement, rank=rank, **part._asdict())
        for rank, part in enumerate(parts, start=1)
    )


def complete_parts(programme):
    """Give the statements of a scheme that was founded earlier the parts they were said to be made of."""
    texts = {statement.statement: statement.key for statement in STATEMENTS}
    bare = programme.announcements.filter(parts=None)
    for announcement in bare:
        record_parts(announcement, PARTS.get(texts.get(announcement.statement, ""), ()))
