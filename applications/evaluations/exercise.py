"""The calibration exercise: staff write examples with the scores that they deserve, reviewers score them first.

A reviewer sees the reference, and its reasons, once she has given hers. A call may ask for the exercise
(`CallVersion.exercise_required`): no sheet of its dossiers is then written before its published examples are scored.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import history
from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.evaluations.filling import checked, refuse_incomplete
from applications.models import Assignment, ExerciseScore, ExerciseSheet, ReferenceScore, WorkedExample
from applications.sheets import criteria_of
from programme.models.call import EDIT

MOST_SIGNS = 20_000
history.WORDS.update(
    {
        "write_example": "a écrit un exemple de calibrage",
        "publish_example": "a publié un exemple de calibrage",
        "withdraw_example": "a retiré un exemple de calibrage",
        "score_example": "a noté un exemple de calibrage",
    }
)

# --- What staff do ---------------------------------------------------------------------------------------------------


def write_example(*, version, title, text, points, reasons, by, not_applicable=(), example=None, page_version=None):
    """Write a worked example, or write it anew while nobody reads it; levels and reasons may still lack.

    Args:
        version: the published `CallVersion` whose rubric it is scored by.
        points, not_applicable, reasons: the reference, as `reviewing.save_review` takes them.
        example: the one to change; None for a new one. page_version: of that example, as the page carried it.

    Returns:
        the `WorkedExample`.

    Raises:
        NotAllowed: `by` may not edit calls. StalePage: published, or changed since the page.
        Refusal: no title or no text, a title taken, or the version is not published.
    """
    require(by, EDIT)
    with transaction.atomic():
        refuse_bad_example(version, title, text, example)
        row = locked(example, page_version) if example else WorkedExample(call_version=version, created_by=by)
        row.title, row.text = title.strip(), text.replace("\r\n", "\n").strip()
        row.save()
        row.references.all().delete()
        ReferenceScore.objects.bulk_create(
            ReferenceScore(example=row, criterion_id=one.pk, **checked(one, points, reasons, not_applicable))
            for one in criteria_of(version)
        )
        JournalEntry.write(action="write_example", subject=row, actor=by)
    return row


def take_up_examples(*, version, by):
    """Copy the open examples of earlier versions of a call, as drafts of the version in force.

    A reference follows its criterion by name, where a level of the same points is still there; what lacks is to be
    given again before the copy is published.

    Args:
        version: the published `CallVersion`.

    Returns:
        list of the `WorkedExample`s written.

    Raises:
        NotAllowed: `by` may not edit calls. Refusal: there is nothing to take up.
    """
    require(by, EDIT)
    with transaction.atomic():
        written = [
            write_example(version=version, title=row.title, text=row.text, by=by, **carried(row, version))
            for row in to_take_up(version)
        ]
        if not written:
            raise Refusal("Aucun exemple d’une version précédente n’est à reprendre.")
    return written


def to_take_up(version):
    """The open examples of earlier versions whose title the version does not have."""
    here = WorkedExample.objects.filter(call_version=version).values("title")
    earlier = WorkedExample.objects.filter(
        call_version__call=version.call_id, call_version__number__lt=version.number, withdrawn_at=None
    ).exclude(published_at=None)
    latest = {row.title: row for row in earlier.exclude(title__in=here).order_by("call_version__number", "pk")}
    return list(latest.values())


def carried(row, version):
    """The reference of an example, by the criteria of another version."""
    wanted = {score.criterion.label: score for score in row.references.select_related("criterion")}
    sheet = {"points": {}, "reasons": {}, "not_applicable": set()}
    for criterion in criteria_of(version):
        score = wanted.get(criterion.label)
        if score is None:
            continue
        sheet["reasons"][criterion.pk] = score.reason
        if criterion.level(score.points):
            sheet["points"][criterion.pk] = score.points
        elif score.not_applicable and criterion.may_not_apply:
            sheet["not_applicable"].add(criterion.pk)
    return sheet


def refuse_bad_example(version, title, text, example):
    if version.frozen_at is None:
        raise Refusal("Publiez d’abord cet appel : ses critères pourraient encore changer.")
    if not title.strip():
        raise Refusal("Donnez un titre à cet exemple.", field="title")
    if not text.strip():
        raise Refusal("Écrivez ce que dit le dossier.", field="text")
    if len(text) > MOST_SIGNS:
        raise Refusal(f"Ce texte a {len(text)} signes : raccourcissez-le à {MOST_SIGNS} au plus.", field="text")
    others = WorkedExample.objects.filter(call_version=version, title=title.strip())
    if others.exclude(pk=example.pk if example else None).exists():
        raise Refusal("Un autre exemple de cet appel porte ce titre.", field="title")


def locked(example, page_version=None):
    """The example locked, still to be published, as the page read it."""
    row = WorkedExample.objects.select_for_update().get(pk=example.pk)
    if row.published_at:
        raise StalePage("Cet exemple est publié : il ne change plus. Retirez-le, puis écrivez-en un autre.")
    if page_version is not None and page_version != row.version:
        raise StalePage("Cet exemple a changé depuis l’ouverture de la page : rien n’a été enregistré.")
    return row


def publish_example(*, example, by, page_version=None):
    """Open an example to reviewers; it is fixed from now on.

    Raises:
        NotAllowed, StalePage: as `write_example`. IncompleteSheet: a level or a reason of the reference lacks.
    """
    require(by, EDIT)
    with transaction.atomic():
        row = locked(example, page_version)
        references = list(row.references.all())
        refuse_incomplete(criteria_of(row.call_version), *parts_of(references))
        row.published_at = timezone.now()
        row.save(update_fields=["published_at"])
        JournalEntry.write(action="publish_example", subject=row, actor=by)
    return row


def parts_of(scores):
    """(points, reasons, not applicable) of rows of scores."""
    points = {score.criterion_id: score.points for score in scores}
    reasons = {score.criterion_id: score.reason for score in scores}
    return points, reasons, {score.criterion_id for score in scores if score.not_applicable}


def withdraw_example(*, example, by):
    """Ask it of nobody any more; what was answered stays readable.

    Raises:
        NotAllowed: `by` may not edit calls. StalePage: it is not published, or already withdrawn.
    """
    require(by, EDIT)
    with transaction.atomic():
        row = WorkedExample.objects.select_for_update().get(pk=example.pk)
        if not row.is_open:
            raise StalePage("Cet exemple n’est pas proposé aux évaluateurs.")
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        JournalEntry.write(action="withdraw_example", subject=row, actor=by)
    return row


# --- What reviewers do -----------------------------------------------------------------------------------------------


def examples_for(user):
    """The examples that `user` may read: of the calls of the dossiers of her desk, open or already answered."""
    from_desk = Exists(desk_of(user).filter(application__call_version=OuterRef("call_version")))
    answered = Exists(ExerciseSheet.objects.filter(example=OuterRef("pk"), reviewer=user))
    shown = WorkedExample.objects.filter(published_at__isnull=False).annotate(answered=answered)
    return shown.filter(answered=True) | shown.filter(from_desk, withdrawn_at=None)


def desk_of(user):
    return Assignment.objects.on_desk_of(user).exclude(state__in=["declined", "recused", "lapsed"])


def undone(version, user):
    """The open examples of a call version that `user` has not scored."""
    done = ExerciseSheet.objects.filter(example=OuterRef("pk"), reviewer=user)
    opened = WorkedExample.objects.filter(call_version=version, published_at__isnull=False, withdrawn_at=None)
    return opened.filter(~Exists(done))


def is_due(version, user):
    """The call asks for the exercise, and `user` has not finished it; one query, none when the call does not ask."""
    return bool(version.exercise_required and undone(version, user).exists())


def refuse_undone(version, user):
    if is_due(version, user):
        raise Refusal(
            "Cet appel demande l’exercice de calibrage avant toute évaluation : notez d’abord les exemples "
            "(« Exercice de calibrage », sur votre bureau). Votre texte est gardé ci-dessous."
        )


def score_example(*, example, points, reasons, by, not_applicable=()):
    """Give one's scores to an example, once; the reference can be read afterwards.

    Args:
        as `reviewing.submit_review`.

    Returns:
        the `ExerciseSheet`.

    Raises:
        IncompleteSheet: a level or a reason lacks. StalePage: already given, or the example is not asked any more.
    """
    with transaction.atomic():
        row = WorkedExample.objects.select_for_update().select_related("call_version").get(pk=example.pk)
        if not row.is_open or row.sheets.filter(reviewer=by).exists():
            raise StalePage("Vous avez déjà noté cet exemple, ou il n’est plus proposé.")
        criteria = criteria_of(row.call_version)
        refuse_incomplete(criteria, points, reasons, not_applicable)
        sheet = ExerciseSheet.objects.create(example=row, reviewer=by)
        ExerciseScore.objects.bulk_create(
            ExerciseScore(sheet=sheet, criterion_id=one.pk, **checked(one, points, reasons, not_applicable))
            for one in criteria
        )
        JournalEntry.write(action="score_example", subject=row, actor=by)
    return sheet
