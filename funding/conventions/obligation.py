"""Whether an award needs an agreement: the law for private bodies, the call's settings for the rest.

Source: L. 2000-321 art. 10 and D. 2001-495 (23 000 € in a year, private-law bodies).
"""

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import LegalForm
from programme.models import CallVersion, Origin

THRESHOLD_CENTS = 2_300_000
# A grouping may be public (GIP) or private (GIE): it is held to the law of private bodies.
PUBLIC_FORMS = (LegalForm.LOCAL_AUTHORITY, LegalForm.PUBLIC_BODY)


def is_public(organisation):
    return organisation is not None and organisation.legal_form in PUBLIC_FORMS


def is_needed(version, organisation, largest_year_cents):
    """True when an agreement has to be signed.

    Args:
        version: the `CallVersion` that rules the award.
        organisation: the beneficiary, or None when it is not known.
        largest_year_cents: what the beneficiary gets in its largest year.
    """
    if is_public(organisation):
        return version.agreement_required and version.public_body_act == CallVersion.PublicBodyAct.AGREEMENT
    return version.agreement_required or (organisation is not None and largest_year_cents > THRESHOLD_CENTS)


def why(version, organisation, largest_year_cents):
    """One sentence that says which rule asks for an agreement, or dispenses with it."""
    if is_public(organisation):
        if is_needed(version, organisation, largest_year_cents):
            return "L’appel demande une convention, aussi pour une personne publique."
        return "Personne publique : l’arrêté d’attribution suffit, selon l’appel."
    if largest_year_cents > THRESHOLD_CENTS:
        return "Obligatoire : personne privée, plus de 23 000 € dans une année (loi du 12 avril 2000, article 10)."
    if version.agreement_required:
        return "L’appel demande une convention, même sous 23 000 € par an."
    return "Personne privée, au plus 23 000 € par an, et l’appel n’en demande pas : la décision notifiée suffit."


def largest_year(award):
    """What the schedule in force pays in its largest year, in cents; reads `award.schedules` and their years."""
    current = next((one for one in award.schedules.all() if one.state == "current"), None)
    if current is None:
        return min(award.total_cents, award.year_cap_cents)
    return max((year.planned_cents + year.kept_cents for year in current.years.all()), default=0)


def needing(schedule_years):
    """Condition on awards: an agreement has to be signed; the same rule as `is_needed`, in the database.

    Args:
        schedule_years: queryset of `ScheduleYear`.
    """
    version = "application__call_version"
    public = Q(organisation__legal_form__in=PUBLIC_FORMS)
    asked = Q(**{f"{version}__agreement_required": True})
    above = schedule_years.filter(schedule__award=OuterRef("pk"), schedule__state="current").alias(
        paid=F("planned_cents") + F("kept_cents")
    )
    by_law = Q(organisation__isnull=False) & Q(Exists(above.filter(paid__gt=THRESHOLD_CENTS)))
    of_public = asked & Q(**{f"{version}__public_body_act": CallVersion.PublicBodyAct.AGREEMENT})
    return (public & of_public) | (~public & (asked | by_law))


def answers_to(award):
    """A reconstruction was paid under acts that we do not hold."""
    return award.origin != Origin.RECONSTRUCTION
