"""Drafts follow the form of their call: moving one to a newer version, telling its people, keeping what is not asked.

Answers go with the slug of their question. The rows of the former version stay as they are: what the new form does not
ask is kept, and can be read (`left_behind`). A sent dossier is never moved.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.french import long_datetime, plural
from accounts.models import Event, JournalEntry
from accounts.permissions import require
from applications import questions
from applications.drafting import kept, locked_for_edit, upsert
from applications.following import newer_version
from applications.models import Answer, Application, SavedSection
from applications.submission import tell, url_of
from programme.models import CallVersion, Question
from programme.models.call import PUBLISH
from programme.revisions import changes_between

Kind = Question.Kind
# What is written the same whatever the settings of the question.
SETTLED = {Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.ADDRESS, Kind.DATE, Kind.AMOUNT, Kind.COMMUNE, Kind.SIRET, Kind.RNA,
           Kind.IBAN, Kind.FILE}  # fmt: skip


def bring_up_to_date(*, application, by, version=None):
    """Move a draft to the version of the call that is in force; one that is there already stays as it is.

    Args:
        version: of the dossier as the page read it, or None.

    Returns:
        The `Application`. `moved_from` names the version it comes from until somebody has read what changed.

    Raises:
        NotAllowed, StalePage.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        application.expect_version(version)
        if newer := newer_version(application):
            move(application, newer, by)
    return application


def move(application, newer, by):
    before = application.call_version
    carry_answers(application, newer)
    application.call_version, application.moved_at = newer, timezone.now()
    application.moved_from = application.moved_from or before
    application.save()
    # A page that shows the former questions must not be saved over the new ones.
    SavedSection.objects.filter(application=application).update(version=F("version") + 1)
    details = {"from": before.number, "to": newer.number}
    JournalEntry.write(action="follow_form", subject=application, actor=by, details=details)


def carry_answers(application, newer):
    """Give the new questions the answers of those of the same slug; files follow theirs."""
    given = answers_by_slug(application, newer)
    names = questions.names_of((one.question, one.text) for one in given.values() if not one.as_typed)
    carried, moved = [], {}
    for question in Question.objects.filter(section__version=newer):
        answer = given.get(question.slug)
        if answer and (values := carried_text(answer, question, names)):
            carried.append(Answer(application=application, question=question, **values))
            if question.kind == Kind.FILE:
                moved[answer.text] = question
    upsert(carried)
    for piece in application.attachments.filter(public_id__in=moved):
        piece.question = moved[str(piece.public_id)]
        piece.save(update_fields=["question"])


def answers_by_slug(application, newer):
    """{slug: Answer}, the one given to the latest version before; blank ones too, since blank was the last word."""
    before = application.answers.exclude(question__section__version=newer).select_related("question")
    return {one.question.slug: one for one in before.order_by("question__section__version__number", "pk")}


def carried_text(answer, question, names):
    """What the new question keeps of the answer to the old one, or None when nothing can be kept."""
    old = answer.question
    if old.kind != question.kind and Kind.FILE in (old.kind, question.kind):
        return None
    if old.kind == question.kind and question.kind in SETTLED:
        return {"text": answer.text, "as_typed": answer.as_typed}
    return kept(question, answer.text if answer.as_typed else questions.typed_of(old, answer.text, names))


def acknowledge(*, application, by):
    """Somebody of the organisation has read what changed: it is not told again.

    Raises:
        NotAllowed, StalePage.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        if application.moved_from_id:
            application.moved_from = None
            application.save()
    return application


def drafts_behind(call):
    """The drafts of a call that answer an older version than the one in force: a queryset."""
    version = call.version_in_force()
    drafts = Application.objects.filter(state=Application.State.DRAFT, call_version__call=call)
    if version is None or version.frozen_at is None:
        return drafts.none()
    return drafts.filter(call_version__number__lt=version.number)


def move_drafts(*, call, by):
    """Move every draft of a call to its version in force, and write to the people of each.

    Returns:
        How many were moved.

    Raises:
        NotAllowed: `by` does not publish calls.
    """
    if by is not None:
        require(by, PUBLISH)
    moved = 0
    for pk in drafts_behind(call).order_by("pk").values_list("pk", flat=True):
        moved += move_one(pk, by)
    return moved


def move_one(pk, by):
    """Move one draft and tell its people; a draft that was sent or moved meanwhile is left."""
    with transaction.atomic():
        related = ("wave__call__programme", "fabrique", "organisation", "call_version")
        application = Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)
        newer = newer_version(application)
        if newer is None:
            return False
        before = application.call_version
        move(application, newer, by)
        tell(
            Event.DEADLINE, application, f"form:{application.pk}:{newer.number}", *mail_of(application, before, newer)
        )
    return True


def mail_of(application, before, newer):
    programme = application.wave.call.programme
    changed = "\n".join(f"- {one}" for one in changes_between(before, newer))
    note = f"\n{newer.change_note}\n" if newer.change_note else ""
    body = f"""Bonjour,

Le formulaire de l’appel « {application.wave.call} » a changé. Votre brouillon « {application.fabrique.name} » suit \
la nouvelle version ({newer.number}) : vos réponses y sont reprises, aucune n’est perdue.
{note}
Ce qui change :
{changed}

Relisez votre dossier avant de l’envoyer : {url_of(application)}

{programme.service_name}
{programme.service_phone}, {programme.service_email}
"""
    return f"Le formulaire a changé : « {application.fabrique.name} »", body


@dataclass
class News:
    """What a draft must be told of its form: a newer version that waits, or one that it follows since not long ago."""

    application: Application
    newer: CallVersion | None = None
    moved_from: CallVersion | None = None
    left: list = field(default_factory=list)

    @property
    def old(self):
        return self.application.call_version if self.newer else self.moved_from

    @property
    def new(self):
        return self.newer or self.application.call_version

    @cached_property
    def changes(self):
        return changes_between(self.old, self.new)

    @property
    def count(self):
        return plural(len(self.changes), "changement")

    @property
    def told_at(self):
        return long_datetime(self.newer.frozen_at if self.newer else self.application.moved_at)


def news_of(application):
    """The `News` of a dossier, or None: one query for a draft that is up to date, none for a sent dossier."""
    newer = newer_version(application)
    if newer is None and not (application.moved_from_id and application.is_editable):
        return None
    return News(application, newer, application.moved_from)


def left_behind(application):
    """[(label, French text)] of the answers that the present form does not ask for, the latest of each."""
    given = answers_by_slug(application, application.call_version)
    asked = set(Question.objects.filter(section__version=application.call_version).values_list("slug", flat=True))
    left = [one for slug, one in given.items() if slug not in asked and one.text]
    names = questions.names_of((one.question, one.text) for one in left if not one.as_typed)
    return [
        (one.question.label, one.text if one.as_typed else questions.shown_value(one.question, one.text, names))
        for one in left
    ]
