"""A reviewer has a tie: what was asked of her on the dossier is taken off her desk, and the officer is told."""

from accounts.models import Event
from accounts.notify import notify
from applications.evaluations.doors import is_kept_out
from applications.models import Assignment, InterestDeclaration


def leave(dossier, user, nature):
    """Close the sheet that a person owes on a locked dossier; one that was given stays, and the officer is told."""
    asked = Assignment.objects.select_for_update(of=("self",)).select_related("reviewer")
    for assignment in asked.filter(application=dossier, reviewer=user, state__in=Assignment.ACTIVE):
        if assignment.state == Assignment.State.SUBMITTED:
            tell_officer(dossier, assignment, "a évalué, et a un lien avec le dossier : elle ne le lit plus,")
            continue
        InterestDeclaration.objects.create(assignment=assignment, has_interest=True, nature=nature[:500])
        assignment.move("recuse", by=None)
        tell_officer(dossier, assignment, "a un lien avec le dossier et ne l’évalue plus,")


def tell_officer(dossier, assignment, what):
    """The officer in charge must find somebody else; not one to whom the dossier is closed too."""
    officer = dossier.officer
    if officer is None or is_kept_out(officer, dossier):
        return
    notify(
        Event.REVIEW,
        key=f"assignment-closed:{assignment.pk}v{assignment.version}",
        recipient=officer,
        subject=f"{dossier.reference} : {assignment.reviewer} {what.rstrip(',')}",
        body=(
            f"Bonjour,\n\n{assignment.reviewer} {what} pour le dossier {dossier.reference}, {dossier.fabrique}.\n"
            "Si une évaluation manque, confiez le dossier à une autre personne.\n"
        ),
    )
