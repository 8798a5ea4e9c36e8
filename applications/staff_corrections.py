"""What an officer corrects in a sent dossier: a new version, with its reason; the one before is the original.

The structure is told each time, and the comparison of versions shows what was changed.
"""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.models import Event, JournalEntry
from accounts.permissions import require
from applications import budget, cells_of_plan, drafting, snapshots
from applications.admissibility import signature
from applications.completeness import PLACE, PLAN, TITLES
from applications.models import Application, Revision
from applications.models.application import INSTRUCT
from applications.submission import freeze, locked, tell, url_of

S = Application.State
# Once reviewers judge it, a dossier does not move under their eyes.
CORRIGIBLE = (S.SUBMITTED, S.ADMISSIBLE)


def correct_answers(*, application, section, answers, reason, by, version=None):
    """Correct answers to the questions of one section.

    Args:
        section: a `FormSection` of the dossier's call version.
        answers: {question id: what is typed}.
        reason: why, as the structure and the auditor will read it.

    Raises:
        Refusal: no reason (field "reason"), nothing changes, or no answer of its kind (field "q<id>").
        NotAllowed, StalePage.

    Returns:
        The new `Revision`.
    """

    def write(application):
        refuse_mistyped(section, answers)
        drafting.write_answers(application, section, answers)

    return correct(application, section.slug, section.title, reason, by, version, write)


def refuse_mistyped(section, answers):
    """An applicant's draft keeps what cannot be read; a correction is only ever an answer."""
    asked = {question.pk: question for question in section.questions.all()}
    for key, typed in answers.items():
        if (question := asked.get(int(key))) and drafting.kept(question, typed)["as_typed"]:
            raise Refusal(f"« {question.label} » : ce n’est pas une réponse de sa sorte.", field=f"q{key}")


def correct_place(*, application, place_name, commune_code, address, declared_segment, reason, by, version=None):
    """Correct the place: name, commune, address, segment. Zoning is read again, at the day of the deposit.

    Raises:
        UnknownCommune, Refusal, NotAllowed, StalePage: see `correct_answers`.
    """

    def write(application):
        name = drafting.clean_place_name(place_name)
        place = drafting.moved_place(application, name, commune_code, address, declared_segment)
        application.fabrique, application.declared_segment = place, declared_segment
        drafting.refuse_second_dossier(application.wave, place, but=application.pk)
        freeze(application, application.submitted_at)

    return correct(application, PLACE, TITLES[PLACE], reason, by, version, write)


def correct_amounts(*, application, cells, reason, by, version=None):
    """Correct amounts of the financing plan, in cents.

    Args:
        cells: {(side, account, year_rank): cents}; those not named stay.

    Raises:
        Refusal, NotAllowed, StalePage: see `correct_answers` and `drafting.save_budget`.
    """

    def write(application):
        for cell, cents in cells.items():
            cells_of_plan.refuse_bad_cell(application.call_version, cell, cents)
        cells_of_plan.write_cells(application, cells)
        application.requested_cents = budget.requested(budget.cells_of(application))

    return correct(application, PLAN, TITLES[PLAN], reason, by, version, write)


def correct(application, slug, title, reason, by, version, write):
    """One correction: written, frozen as a version of the service, journaled, told."""
    require(by, INSTRUCT)
    reason = " ".join((reason or "").split())[:500]
    if not reason:
        raise Refusal("Dites pourquoi vous corrigez : la structure lira cette phrase.", field="reason")
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        refuse_moving(application)
        write(application)
        application.index()
        application.save()
        revision = keep(application, reason, by)
        details = {"section": slug, "title": title, "reason": reason, "revision": revision.number}
        JournalEntry.write(action="correct_by_staff", subject=application, actor=by, details=details)
        tell(Event.REQUEST, application, f"corrected:{revision.pk}", *corrected_mail(application, title, revision))
    return revision


def refuse_moving(application):
    if application.state in CORRIGIBLE:
        return
    if application.state == S.CORRECTION_REQUESTED:
        raise StalePage("Une demande est en cours : la structure corrige elle-même. Attendez sa réponse.")
    raise StalePage(
        f"L’état du dossier est « {application.get_state_display()} » : son contenu ne se corrige plus, "
        "car il est jugé tel quel."
    )


def keep(application, reason, by):
    """The corrected version; no signature of the structure goes with it.

    Raises:
        Refusal: nothing was changed.
    """
    before = application.revisions.order_by("-number").first()
    content = snapshots.snapshot(application)
    if before and snapshots.digest(content) == before.sha256:
        raise Refusal("Rien n’est changé : corrigez une réponse avant d’enregistrer.")
    return Revision.objects.create(
        application=application,
        number=(before.number if before else 0) + 1,
        content=content,
        sha256=snapshots.digest(content),
        sent_at=timezone.now(),
        sent_by=by,
        staff_reason=reason,
    )


def corrected_mail(application, title, revision):
    body = f"""Bonjour,

Le service a corrigé « {title} » dans le dossier {application.reference}, « {application.fabrique.name} ».

Le motif : {revision.staff_reason}

Ce que vous aviez envoyé est gardé. Comparez les deux versions, et dites-nous si vous n’êtes pas d’accord : \
{url_of(application)}envoye/comparaison/

{signature(application)}"""
    return f"Dossier {application.reference} : une correction du service", body
