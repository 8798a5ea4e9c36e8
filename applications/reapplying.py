"""Asking again: a late draft goes to the next wave, a request that ended is taken up by a new one, linked to it."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_date
from accounts.models import JournalEntry, Organisation
from accounts.organisations import require_writer
from applications import budget, questions
from applications.drafting import locked_for_edit, refuse_closed_to_drafts, refuse_second_dossier
from applications.models import (
    Answer,
    Application,
    ApplicationState,
    BudgetEntry,
    CoFunding,
    Partner,
    PlaceKind,
    Post,
    Project,
    Site,
)
from applications.versions import carried_text
from applications.windows import window_of
from programme.models import Question, Wave

S = ApplicationState
# What may be taken up again: a request that ended without an award.
ENDED = (S.WITHDRAWN, S.INADMISSIBLE, S.REFUSED, S.DEFERRED, S.NOT_PROCEEDED)
# Answers that belong to one dossier alone, or that the form works out by itself.
NOT_CARRIED = (Question.Kind.FILE, Question.Kind.COMPUTED)
# Declared on a day, or proved by a piece: said again in the new request.
DATED = {"aid_declaration": "", "evidence_id": None}
OF_THE_PLAN = (Partner, PlaceKind, Post, Project, Site)


@dataclass
class TakenUp:
    """The new draft, and the questions whose earlier answer does not fit the new form."""

    application: Application
    left_out: list[str] = field(default_factory=list)


def is_late(application, now):
    """A draft whose deposit is over, whatever was given on top."""
    wave = application.wave
    over = wave.closes_at is not None and wave.closes_at <= now
    return application.state == S.DRAFT and over and not window_of(application).basis(now)


def may_take_up(application, now):
    return application.state in ENDED or is_late(application, now)


def open_waves_for(application, now):
    """The waves that a late draft or an ended request may go to, the first to close first."""
    waves = Wave.objects.accepting_deposit(now).filter(call__programme=application.wave.call.programme_id)
    if application.state != S.WITHDRAWN:
        waves = waves.exclude(pk=application.wave_id)
    return waves.select_related("call__programme").order_by("closes_at", "pk")


def take_up(*, application, wave, by, version=None):
    """Bring a request to a wave that is open: a late draft of the same call is moved, anything else is copied.

    Returns:
        A `TakenUp`.

    Raises:
        DepositClosed: the wave takes no new dossier.
        Refusal: this place has a dossier in that wave already, or this request may not be taken up.
        NotAllowed, StalePage.
    """
    if application.state == S.DRAFT and wave.call_id == application.wave.call_id:
        return TakenUp(move_draft(application=application, wave=wave, by=by, version=version))
    return reapply(application=application, wave=wave, by=by)


def move_draft(*, application, wave, by, version=None):
    """Carry a draft that was not sent in time over to another wave of the same call; its content stays.

    Raises:
        See `take_up`.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        application.expect_version(version)
        refuse_in_time(application)
        wave = Wave.objects.select_related("call__programme").get(pk=wave.pk)
        refuse_closed_to_drafts(wave, application.organisation)
        refuse_second_dossier(wave, application.fabrique, but=application.pk)
        details = {"from": application.wave.number, "to": wave.number}
        application.wave = wave
        application.save()
        JournalEntry.write(action="move_draft", subject=application, actor=by, details=details)
    return application


def refuse_in_time(application):
    if not is_late(application, timezone.now()):
        raise StalePage("Ce dossier peut encore être envoyé dans sa vague : rien n’a été changé.")


def reapply(*, application, wave, by):
    """Start a new draft in an open wave from an earlier request: its place, its answers, its financing plan.

    Answers are carried by the address of their question; those that the new form does not take are named. Pieces are
    joined again, since they may be out of date.

    Raises:
        See `take_up`.
    """
    with transaction.atomic():
        # Two tabs at once: the second one waits here, then finds the first one's dossier.
        organisation = Organisation.objects.select_for_update().get(pk=application.organisation_id)
        require_writer(organisation, by)
        earlier = Application.objects.select_related("fabrique__commune", "wave__call").get(pk=application.pk)
        refuse_running(earlier)
        wave = Wave.objects.select_related("call__programme").get(pk=wave.pk)
        refuse_closed_to_drafts(wave, organisation)
        refuse_second_dossier(wave, earlier.fabrique)
        draft = new_draft(earlier, wave, organisation, by)
        left_out = copy_answers(earlier, draft)
        copy_plan(earlier, draft)
        details = {"previous": earlier.reference or "", "wave": wave.number}
        JournalEntry.write(action="reapply", subject=draft, actor=by, details=details)
    return TakenUp(draft, left_out)


def refuse_running(earlier):
    if not may_take_up(earlier, timezone.now()):
        raise Refusal(
            f"Ce dossier est « {earlier.applicant_label} » : il n’est pas terminé. "
            "Désistez-vous d’abord si vous voulez recommencer."
        )


def new_draft(earlier, wave, organisation, by):
    draft = Application(
        wave=wave,
        call_version=wave.call.version_in_force(),
        organisation=organisation,
        fabrique=earlier.fabrique,
        created_by=by,
        declared_segment=earlier.declared_segment,
        previous=earlier,
    )
    draft.index()
    draft.save()
    return draft


def copy_answers(earlier, draft):
    """Carry the answers by the slug of their question; the labels of those that the new form does not take as is."""
    rows = earlier.answers.exclude(text="").select_related("question")
    given = {one.question.slug: one for one in rows.order_by("question__section__version__number", "pk")}
    names = questions.names_of((one.question, one.text) for one in given.values() if not one.as_typed)
    asked = Question.objects.filter(section__version=draft.call_version).exclude(kind__in=NOT_CARRIED)
    carried, left_out = [], []
    for question in asked.order_by("section__position", "position"):
        if (answer := given.get(question.slug)) is None:
            continue
        values = carried_text(answer, question, names)
        if values:
            carried.append(Answer(application=draft, question=question, **values))
        if not values or (values["as_typed"] and not answer.as_typed):
            left_out.append(question.label)
    Answer.objects.bulk_create(carried)
    return left_out


def copy_plan(earlier, draft):
    """The financing plan in the years that the new call has too, and what was said of the project."""
    for model in OF_THE_PLAN:
        copy_rows(model.objects.filter(application=earlier), draft)
    # A line that only a piece described says nothing without it.
    copy_rows(CoFunding.objects.filter(application=earlier).exclude(funder="", status=""), draft)
    copy_rows(BudgetEntry.objects.filter(application=earlier, year_rank__lte=draft.call_version.years), draft)
    draft.requested_cents = budget.requested(budget.cells_of(draft))
    draft.save(update_fields=["requested_cents"])


def copy_rows(rows, draft):
    """The same rows for another dossier, less what holds for the day on which it was declared."""
    fields = [one.attname for one in rows.model._meta.concrete_fields if one.attname not in ("id", "application_id")]
    kept = [{name: DATED.get(name, getattr(row, name)) for name in fields} for row in rows]
    written = [values for values in kept if any(values.values())]
    rows.model.objects.bulk_create(rows.model(application=draft, **values) for values in written)


def grounds_of(earlier):
    """Why an earlier request ended, as its applicant was told; "" when nothing was said."""
    if earlier.state == S.INADMISSIBLE:
        return earlier.inadmissibility_ground
    return earlier.outcome_ground


def earlier_words(earlier):
    """« Irrecevable, le 12 mars 2026 » : what became of an earlier request."""
    on = earlier.published_at or (earlier.examined_at if earlier.state == S.INADMISSIBLE else None)
    return f"{earlier.applicant_label}, le {long_date(on)}" if on else earlier.applicant_label


def earlier_of(application):
    """The request that this one takes up as {dossier, became, grounds}, or None; at most one query."""
    if application.previous_id is None:
        return None
    earlier = Application.objects.select_related("wave__call", "fabrique").get(pk=application.previous_id)
    return {"dossier": earlier, "became": earlier_words(earlier), "grounds": grounds_of(earlier)}
