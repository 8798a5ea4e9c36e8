"""The scheme as it was announced: dated and sourced statements, and targets.

Nothing here opens a credit. Statements are never added together; which one the programme is held to on a day is
`Announcement.objects.in_force`. Figures and sources: docs/announcements.md.
"""

from django.db import transaction

from programme.models import Announcement, Origin, Programme, Target
from programme.statements import STATEMENTS, TARGETS

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
