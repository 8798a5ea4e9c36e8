"""What the public reads of the figures: the promise, what became of it, the money, the map."""

from dataclasses import dataclass

from django.utils import timezone

from monitoring import figures, tiles
from programme.models import Origin, Wave


@dataclass
class Count:
    """One line of the honest count."""

    name: str
    number: int | None
    definition: str
    url: str = ""
    promise: bool = False


@dataclass
class Money:
    name: str
    cents: int
    definition: str
    key: str


def computed(as_of=None):
    """The figures of the programme on a day, or None before there is any programme."""
    numbers = figures.compute(as_of=as_of)
    return numbers if numbers["programme"] else None


def counts(numbers):
    """Laureate, contracted, open, in that order, against what was promised.

    A reconstruction knows who was selected and nothing of what followed: none recorded is then unknown, not zero.
    """
    places = numbers["fabriques"]
    before = places["open_before_selection"]
    known = numbers["origin"] != Origin.RECONSTRUCTION
    return [
        Count(
            "Promises", places["target"], "La cible en vigueur ce jour. Elle n’est jamais additionnée.", promise=True
        ),
        Count(
            "Lauréates",
            places["laureates"],
            "Lieux dont la décision d’attribution est signée et publiée. Un lieu compte une fois.",
            "/fabriques/",
        ),
        Count(
            "Conventionnées",
            places["contracted"] if known or places["contracted"] else None,
            "Convention ou arrêté en vigueur ce jour : l’argent peut être versé.",
            "/fabriques/?etape=contracted",
        ),
        Count(
            "Ouvertes",
            places["open"] if known or places["open"] else None,
            "Ouverture prouvée, aucune fermeture connue."
            + (f" Dont {before} déjà ouvertes avant d’être choisies." if before else ""),
            "/fabriques/?etape=opened",
        ),
    ]


def money(numbers):
    """Paid, committed, opened, announced: each contains the one before."""
    return [
        Money("Versé", numbers["paid_cents"], "Payé aux fabriques par le comptable public.", "paye"),
        Money("Engagé", numbers["committed_cents"], "Promis par une décision signée, versé ou non.", "engage"),
        Money(
            "Ouvert", numbers["opened_cents"], "Inscrit au budget de l’État (autorisations d’engagement).", "ouvert"
        ),
        Money(
            "Annoncé",
            numbers["announced_cents"],
            "L’énoncé public en vigueur : il n’ouvre aucun crédit et comprend un fonds d’investissement.",
            "annonce",
        ),
    ]


def coverage(numbers):
    """The tile map and its four facts."""
    by_departement = {code: n for code, n in numbers["fabriques"]["by_departement"].items() if code != figures.UNKNOWN}
    drawn = tiles.tile_map(by_departement)
    return {
        "map": drawn,
        "regions": sorted(
            ((name, n) for name, n in numbers["fabriques"]["by_region"].items() if name != figures.UNKNOWN),
            key=lambda pair: -pair[1],
        ),
    }


def open_wave(user):
    """The wave that takes dossiers now, the one that closes first; None when there is none."""
    waves = Wave.objects.visible_to(user).accepting_deposit(timezone.now())
    return waves.select_related("call").order_by("closes_at", "pk").first()


def bounds_of(wave):
    """(smallest minimum, largest maximum, years) of what may be asked in the wave, cents; None without bounds."""
    version = wave.call.versions.exclude(frozen_at=None).order_by("-number").prefetch_related("bounds").first()
    bounds = list(version.bounds.all()) if version else []
    if not bounds:
        return None
    return min(one.min_cents for one in bounds), max(one.max_cents for one in bounds), version.years


def days_left(wave):
    return (timezone.localtime(wave.closes_at).date() - timezone.localdate()).days


def last_results(user, numbers, limit=3):
    """[(wave, number of laureates)] of the last announced waves."""
    by_wave = numbers["fabriques"]["by_wave"] if numbers else {}
    announced = Wave.objects.visible_to(user).filter(state=Wave.State.ANNOUNCED).select_related("call")
    return [(wave, by_wave.get(str(wave.number), 0)) for wave in announced.order_by("-announced_at", "-pk")[:limit]]
