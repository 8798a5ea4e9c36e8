"""The steps that tests of reviewing have in common, each made by the verb that real people use."""

from django.utils import timezone

from accounts.models import Role
from applications import assignments, reviewing
from applications.evaluations.assignment_problem import Settings
from applications.models import Assignment
from applications.sheets import criteria_of
from programme import waves
from tests import factories
from tests.factories import fresh

REASON = "Deux engagements écrits, dont un voté."


def wave_under_instruction(dossiers=1, **wave_fields):
    """(wave, admissible dossiers): the window is closed, the dossiers were admitted."""
    wave = factories.wave(**wave_fields)
    admitted = [factories.admissible(wave_=wave) for _ in range(dossiers)]
    return close_window(wave), admitted


def close_window(wave):
    waves.amend_wave(wave=wave, by=None, reason="Clôture pour le test", closes_at=timezone.now())
    return waves.start_instruction(wave=fresh(wave), by=None)


def sent_dossier(*reviewers, dossiers=1, **wave_fields):
    """An admissible dossier handed to `reviewers` (two new ones by default); (dossier, assignments)."""
    _, admitted = wave_under_instruction(dossiers, **wave_fields)
    people = reviewers or (factories.reviewer(), factories.reviewer())
    for dossier in admitted:
        assignments.assign(application=dossier, reviewers=people, by=None)
    assignments.send_to_review(applications=admitted, by=None)
    dossier = fresh(admitted[0])
    return dossier, list(dossier.assignments.select_related("reviewer", "application").order_by("pk"))


def calculation(**changes):
    """The form of a calculation of the assignment, as its page fills it."""
    asked = Settings().as_json() | {"before": "garder", "seed": 1} | changes
    return {f"calcul-{name}": value for name, value in asked.items() if name != "partial" or value}


def accept(assignment):
    reviewing.answer(assignment=assignment, has_interest=False, accept=True, by=assignment.reviewer)
    return reload(assignment)


def recuse(assignment, nature="Ma sœur y travaille."):
    reviewing.answer(assignment=assignment, has_interest=True, nature=nature, accept=True, by=assignment.reviewer)
    return reload(assignment)


def reload(assignment):
    return Assignment.objects.select_related("reviewer", "application__call_version").get(pk=assignment.pk)


def full_sheet(assignment, points=3, reason=REASON, comment=""):
    criteria = criteria_of(assignment.application.call_version)
    return {
        "points": {c.pk: points for c in criteria},
        "reasons": {c.pk: reason for c in criteria},
        "comment": comment,
    }


def give(assignment, points=3, **sheet):
    """Accept if need be, then give a full sheet."""
    if assignment.state == Assignment.State.PROPOSED:
        assignment = accept(assignment)
    return reviewing.submit_review(
        assignment=assignment, by=assignment.reviewer, version=None, **full_sheet(assignment, points, **sheet)
    )


def posted(assignment, key, version=None, points=3, reason=REASON, comment="", **extra):
    """The fields of the sheet as the page posts them."""
    data = {"idempotency_key": key.ljust(32, "0"), "comment": comment}
    for criterion in criteria_of(assignment.application.call_version):
        data[f"points_{criterion.pk}"] = points
        data[f"reason_{criterion.pk}"] = reason
    if version is not None:
        data["version"] = version
    return data | extra


def staff_reviewer():
    """Somebody of the panel who also reviews."""
    return factories.user(Role.PANEL_MEMBER, Role.REVIEWER)
