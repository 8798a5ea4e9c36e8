"""« Suis-je éligible ? » : the rules of a call judged on a few answers. Nothing is read, kept or decided."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.french import euros, plural
from accounts.models import LegalForm
from programme.imports import DENSITY_LEVELS
from programme.models import Segment

LARGE_CENTRES = DENSITY_LEVELS[0]
NATURAL_PERSON = "natural_person"
BEARERS = ((NATURAL_PERSON, "Une personne, en son nom"), *LegalForm.choices)


class Verdict(StrEnum):
    MET = "met"
    TO_CHECK = "to_check"
    NOT_MET = "not_met"


# The worst of the findings is the answer.
GRAVITY = (Verdict.MET, Verdict.TO_CHECK, Verdict.NOT_MET)


class Neighbourhood(StrEnum):
    """Is the place in a priority neighbourhood?"""

    INSIDE = "dedans"
    NEAR = "pres"
    OUTSIDE = "dehors"
    UNKNOWN = "inconnu"


class Place(StrEnum):
    OPEN = "ouvert"
    PLANNED = "projet"
    NONE = "aucun"


@dataclass(frozen=True)
class Profile:
    """What somebody says of a project.

    Args:
        bearer: a value of `LegalForm`, or `NATURAL_PERSON`.
        commune: today's `Commune`.
        zoning: what `programme.zoning.zoning_of` says of it on the day of the test.
        total_cents, year_cents: what would be asked, in all and in the largest year.
    """

    bearer: str
    commune: object
    zoning: dict
    neighbourhood: Neighbourhood
    place: Place
    total_cents: int
    year_cents: int

    @property
    def segment(self):
        """The territorial class to declare; never guessed."""
        if self.neighbourhood in (Neighbourhood.INSIDE, Neighbourhood.NEAR):
            return Segment.QPV
        if self.is_outside_large_centres and self.neighbourhood == Neighbourhood.OUTSIDE:
            return Segment.OUTSIDE_LARGE_CENTRES
        return Segment.UNKNOWN

    @property
    def is_outside_large_centres(self):
        """True, False, or None when no map says."""
        density = self.zoning["density"]
        return None if density is None else density != LARGE_CENTRES


@dataclass(frozen=True)
class Finding:
    """One rule of the call, what was answered, and what follows.

    `anchor` is the part of the call's page that states the rule; `source` names the text or the map.
    """

    rule: str
    answer: str
    verdict: Verdict
    note: str
    source: str
    anchor: str


def judge(version, profile):
    """The rules of a version of a call, one finding each, in the order of the questions.

    Args:
        version: a `CallVersion` with its `bounds`.
        profile: the `Profile`.
    """
    return [
        judge_bearer(version, profile),
        judge_territory(profile),
        judge_place(profile),
        *judge_amounts(version, profile),
    ]


def overall(findings):
    """The gravest verdict."""
    return max((finding.verdict for finding in findings), key=GRAVITY.index)


WHO = ("L’appel, « Qui peut répondre »", "qui")
HOW_MUCH = ("L’appel, « Pour combien »", "montants")


def judge_bearer(version, profile):
    rule, answer = "Une personne morale porte le projet", dict(BEARERS)[profile.bearer]
    if profile.bearer == NATURAL_PERSON:
        note = "Une personne seule ne peut pas recevoir cette aide. Une association en cours de création peut déposer."
        return Finding(rule, answer, Verdict.NOT_MET, note, *WHO)
    admitted = version.eligible_legal_forms
    if admitted and profile.bearer not in admitted:
        names = ", ".join(label for value, label in LegalForm.choices if value in admitted)
        return Finding("La forme juridique est admise", answer, Verdict.NOT_MET, f"Formes admises : {names}.", *WHO)
    if profile.bearer == LegalForm.ASSOCIATION_FORMING:
        when = "à l’envoi du dossier" if version.siret_required_to_submit else "à l’attribution"
        verdict = Verdict.TO_CHECK if version.siret_required_to_submit else Verdict.MET
        return Finding(rule, answer, verdict, f"Il faudra un SIRET au plus tard {when}.", *WHO)
    return Finding(rule, answer, Verdict.MET, "", *WHO)


def judge_territory(profile):
    rule = "Le lieu est dans un quartier prioritaire ou tout près, ou hors des grands centres urbains"
    source, anchor = territory_source(profile.zoning), "qui"
    answer = f"{profile.commune.name}, {NEIGHBOURHOODS[profile.neighbourhood].lower()}"
    outside = profile.is_outside_large_centres
    if profile.neighbourhood in (Neighbourhood.INSIDE, Neighbourhood.NEAR) or outside:
        note = f"{profile.commune.name} n’est pas un grand centre urbain." if outside else ""
        return Finding(rule, answer, Verdict.MET, note, source, anchor)
    if profile.neighbourhood == Neighbourhood.UNKNOWN or outside is None:
        unknown = "si l’adresse est dans un quartier prioritaire"
        if profile.neighbourhood == Neighbourhood.OUTSIDE:
            unknown = "si la commune est un grand centre urbain"
        note = f"Nous ne savons pas {unknown}. Vous pouvez déposer : un agent vérifiera et vous répondra."
        return Finding(rule, answer, Verdict.TO_CHECK, note, source, anchor)
    note = f"{profile.commune.name} est un grand centre urbain, et le lieu n’est pas dans un quartier prioritaire."
    return Finding(rule, answer, Verdict.NOT_MET, note, source, anchor)


NEIGHBOURHOODS = {
    Neighbourhood.INSIDE: "Dans un quartier prioritaire",
    Neighbourhood.NEAR: "Tout près d’un quartier prioritaire",
    Neighbourhood.OUTSIDE: "Hors d’un quartier prioritaire",
    Neighbourhood.UNKNOWN: "« je ne sais pas »",
}
PLACES = {
    Place.OPEN: "Le lieu est ouvert",
    Place.PLANNED: "Le lieu est en projet : on le cherche, ou on l’aménage",
    Place.NONE: "Il n’y a pas de lieu, et il n’en est pas prévu",
}


def territory_source(zoning):
    named = " ; ".join(source["source"] for source in zoning["sources"])
    return named or "L’appel, « Qui peut répondre » (aucun zonage n’est chargé)"


def judge_place(profile):
    missing = profile.place == Place.NONE
    note = "L’aide fait vivre un lieu : sans lieu prévu, le dossier ne peut pas être retenu." if missing else ""
    verdict = Verdict.NOT_MET if missing else Verdict.MET
    return Finding("Un lieu existe ou est prévu", PLACES[profile.place], verdict, note, *WHO)


def judge_amounts(version, profile):
    bounds = bounds_for(version, profile.segment)
    if bounds is None:
        return []
    total, year = euros(profile.total_cents), euros(profile.year_cents)
    enough = bounds.min_cents <= profile.total_cents <= bounds.max_cents
    total_rule = (
        f"L’aide demandée va de {euros(bounds.min_cents)} à {euros(bounds.max_cents)} "
        f"pour {plural(version.years, 'an')}"
    )
    year_rule = f"L’aide demandée ne dépasse pas {euros(bounds.year_cap_cents)} dans une année"
    return [
        Finding(total_rule, total, met(enough), "" if enough else distance(profile.total_cents, bounds), *HOW_MUCH),
        Finding(year_rule, year, met(profile.year_cents <= bounds.year_cap_cents), "", *HOW_MUCH),
    ]


def bounds_for(version, segment):
    """The bounds of that class, else those of a class not known; None when the call gives none."""
    by_segment = {bounds.segment: bounds for bounds in version.bounds.all()}
    return by_segment.get(segment) or by_segment.get(Segment.UNKNOWN) or next(iter(by_segment.values()), None)


def met(condition):
    return Verdict.MET if condition else Verdict.NOT_MET


def distance(cents, bounds):
    if cents < bounds.min_cents:
        return f"Il manque {euros(bounds.min_cents - cents)} pour atteindre le minimum."
    return f"C’est {euros(cents - bounds.max_cents)} de trop."
