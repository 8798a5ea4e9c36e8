"""A reviewer's work: answer, write, give; and what officers may do about it. Nobody else writes on a sheet."""

from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from accounts.permissions import require
from applications.assignments import complete_if_due, locked_application
from applications.evaluations import drafts, exercise, recusals
from applications.evaluations.conflicts import exclusions_of
from applications.evaluations.doors import is_kept_out
from applications.evaluations.filling import bounded, checked, refuse_incomplete
from applications.evaluations.reason import Reason
from applications.evaluations.rubric import weighted_hundredths
from applications.evaluations.terms import refuse_without_terms
from applications.models import (
    ApplicationState,
    Assignment,
    InterestDeclaration,
    Review,
    ReviewDraft,
    ReviewScore,
    TieKind,
)
from applications.models.review import ASSIGN
from applications.sheets import criteria_of

S = ApplicationState
# The fields of a `Review` that writing on the sheet changes.
WRITTEN = ("comment", "confidence", "length", "draft_kept_at", "updated_at")
history.WORDS.update(
    {
        "accept": "a accepté l’évaluation",
        "decline": "a refusé l’évaluation",
        "recuse": "a déclaré un lien et s’est retirée du dossier",
        "give": "a rendu son évaluation",
        "send_back": "a rouvert l’évaluation",
        "complete_review": "a rendu la dernière évaluation attendue",
        "reopen_review": "a rouvert les évaluations du dossier",
        "settle_review": "a clos les évaluations avec celles qui sont rendues",
        "judge_latest": "évalue désormais la dernière version du dossier",
    }
)


class StaleSheet(StalePage):
    """The sheet was saved from elsewhere since the page was read.

    Attributes:
        review: the `Review` as it stands, to show both texts.
    """

    def __init__(self, review):
        super().__init__(
            "Cette évaluation a été enregistrée depuis une autre page entre-temps : rien n’a été écrasé. "
            "Comparez les deux textes ci-dessous, puis choisissez."
        )
        self.review = review


# --- Before the dossier opens --------------------------------------------------------------------------------------


def answer(*, assignment, has_interest, nature="", accept, by):
    """Say whether one has a tie with the project, and whether one takes the dossier; it opens only then.

    Args:
        has_interest: True recuses, whatever `accept` says: the dossier never opens (CRPA R133-12; L. 2013-907 art. 2).
        nature: what the tie is, in a few words; wanted with a tie.
        accept: False declines without a tie.
        by: the reviewer herself.

    Returns:
        the `Assignment`, accepted, declined or recused.

    Raises:
        Refusal: the rules of reviewing are not accepted; a tie without its nature.
        StalePage: already answered, or the dossier has left review.
    """
    with transaction.atomic():
        dossier, locked = locked_assignment(assignment, by)
        refuse_closed(dossier, locked, [Assignment.State.PROPOSED])
        refuse_without_terms(by)
        if has_interest:
            return recuse(dossier, locked, nature, by)
        if accept:
            refuse_seen_tie(dossier, locked)
        InterestDeclaration.objects.create(assignment=locked, has_interest=False)
        locked.move("accept" if accept else "decline", by=by)
        if accept:
            Review.objects.get_or_create(assignment=locked, defaults={"revision": dossier.revisions.latest("number")})
        else:
            tell_officer(dossier, locked, "a refusé une évaluation")
    return locked


def refuse_seen_tie(dossier, locked):
    """The reviewer says that she has no tie, and the system sees one: it was made after the dossier was entrusted."""
    if reasons := exclusions_of(dossier, people=[locked.reviewer]).get(locked.reviewer_id):
        raise Refusal(
            f"{reasons[0].text} Dites que vous avez un lien, et lequel : le dossier sera confié à quelqu’un d’autre."
        )


def declare_interest(*, assignment, nature, by):
    """Find a tie after having opened the dossier: it closes at once; what was written stays, out of sight.

    Raises:
        Refusal: no nature. StalePage: the sheet is given, or the assignment is closed.
    """
    with transaction.atomic():
        dossier, locked = locked_assignment(assignment, by)
        refuse_closed(dossier, locked, Assignment.WRITING)
        recuse(dossier, locked, nature, by)
    return locked


def recuse(dossier, locked, nature, by):
    nature = nature.strip()
    if not nature:
        raise Refusal("Dites en quelques mots quel est le lien.", field="nature")
    InterestDeclaration.objects.create(assignment=locked, has_interest=True, nature=nature[:500])
    locked.move("recuse", by=by)
    tell_officer(dossier, locked, "a déclaré un lien")
    declared = Reason(TieKind.DECLARED, nature[:500])
    recusals.enter(dossier, locked.reviewer, declared, recusals.Origin.DECLARED, by)
    return locked


def locked_assignment(assignment, by):
    """(dossier, assignment of the reviewer `by`), locked in that order."""
    dossier = locked_application(assignment.application_id)
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if by.pk != locked.reviewer_id:
        raise NotAllowed
    return dossier, locked


def refuse_closed(dossier, assignment, states):
    if assignment.state not in states:
        raise StalePage(assignment.refused_transition_message())
    if dossier.state != S.IN_REVIEW:
        raise StalePage(
            f"Ce dossier n’est plus en évaluation : il est « {dossier.get_state_display()} ». "
            "Rien n’a été enregistré ; votre texte est gardé ci-dessous."
        )


def tell_officer(dossier, assignment, what):
    """The officer in charge must find somebody else; not one to whom the dossier is closed too."""
    if dossier.officer is None or is_kept_out(dossier.officer, dossier):
        return
    notify(
        Event.REVIEW,
        key=f"assignment-closed:{assignment.pk}v{assignment.version}",
        recipient=dossier.officer,
        subject=f"{dossier.reference} : {assignment.reviewer} {what}",
        body=(
            f"Bonjour,\n\n{assignment.reviewer} {what} pour le dossier {dossier.reference}, {dossier.fabrique}.\n"
            "Si une évaluation manque, confiez le dossier à une autre personne.\n"
        ),
    )


# --- The sheet -----------------------------------------------------------------------------------------------------


def save_review(
    *, assignment, by, version, points, reasons, comment, page="", not_applicable=(), confidence=None, why=None
):
    """Keep a draft, complete or not.

    Args:
        by: the reviewer herself.
        version: of the `Review`, as the page carried it; None when not from a page.
        points: {criterion id: points of one of its levels, or None}; reasons: {criterion id: text}.
        comment: the overall opinion.
        page: key of the form that saves.
        not_applicable: ids of the criteria that do not apply, where the call lets them; they have no points.
        confidence: a `Review.Confidence`, or None.
        why: keep what stands first, for this reason (`ReviewDraft.Why`); otherwise when it is time to.

    Returns:
        the `Review`.

    Raises:
        StaleSheet: saved from another page since; nothing is overwritten.
        StalePage: the sheet is given or closed, or the dossier has left review.
        Refusal: points that no level is worth, a criterion that must be scored, or the exercise is still to be done.
    """
    with transaction.atomic():
        dossier, review = writable_sheet(assignment, by, version)
        criteria = criteria_of(dossier.call_version)
        if why:
            drafts.keep(review, criteria, why)
        write_sheet(review, criteria, points, reasons, comment, not_applicable, confidence)
        review.page = page
        review.save(update_fields=[*WRITTEN, "page"])
    return review


def submit_review(*, assignment, by, version, points, reasons, comment, page="", not_applicable=(), confidence=None):
    """Give the sheet: same arguments and refusals as `save_review`, every criterion with its level and its reason.

    The score is set (`rubric.weighted_hundredths`), and the last sheet expected moves the dossier to "reviewed".

    Raises:
        IncompleteSheet: what is missing, criterion by criterion; nothing is written.
    """
    with transaction.atomic():
        dossier, review = writable_sheet(assignment, by, version)
        criteria = criteria_of(dossier.call_version)
        refuse_incomplete(criteria, points, reasons, not_applicable)
        write_sheet(review, criteria, points, reasons, comment, not_applicable, confidence)
        review.score_hundredths = weighted_hundredths(points, criteria)
        review.submitted_at = timezone.now()
        review.save(update_fields=[*WRITTEN, "score_hundredths", "submitted_at"])
        review.assignment.move("give", by=by)
        complete_if_due(dossier, by=by)
    return review


def writable_sheet(assignment, by, version):
    """(dossier, review) locked, dossier first, in one query; the sheet open for writing and not stale."""
    rows = Review.objects.select_for_update(of=("assignment__application", "assignment", "self"))
    rows = rows.select_related(
        "assignment__application__call_version", "assignment__application__fabrique", "assignment__reviewer"
    )
    review = rows.filter(assignment=assignment.pk, assignment__reviewer=by).first()
    if review is None:
        raise NotAllowed
    dossier = review.assignment.application
    refuse_closed(dossier, review.assignment, Assignment.WRITING)
    if version is not None and version != review.version:
        raise StaleSheet(review)
    exercise.refuse_undone(dossier.call_version, by)
    return dossier, review


def write_sheet(review, criteria, points, reasons, comment, not_applicable=(), confidence=None):
    """Write every criterion of the sheet in one statement; what stood is kept first when it is time to."""
    rows = [
        ReviewScore(review=review, criterion_id=one.pk, **checked(one, points, reasons, not_applicable))
        for one in criteria
    ]
    comment = bounded(comment)
    drafts.before_writing(review, criteria, sum(len(row.reason) for row in rows) + len(comment))
    ReviewScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["review", "criterion"],
        update_fields=["points", "not_applicable", "reason"],
    )
    review.comment, review.confidence = comment, confidence


def judge_latest(*, assignment, by, version):
    """Bind a sheet in progress to the latest version of the dossier, after having seen that there is one.

    Raises:
        as `save_review`.
    """
    with transaction.atomic():
        dossier, review = writable_sheet(assignment, by, version)
        latest = dossier.revisions.latest("number")
        if latest.pk != review.revision_id:
            review.revision = latest
            review.save(update_fields=["revision", "updated_at"])
            details = {"revision": latest.number}
            JournalEntry.write(action="judge_latest", subject=review.assignment, actor=by, details=details)
    return review


# --- What officers may do ------------------------------------------------------------------------------------------


def reopen(*, assignment, reason, by):
    """Send a given sheet back to its author: it does not count until it is given again.

    Args:
        reason: what to look at again; the reviewer is told.

    Raises:
        Refusal: no reason. StalePage: the sheet is not given, or the outcome of the dossier is published.
    """
    require(by, ASSIGN)
    if not reason.strip():
        raise Refusal("Dites pourquoi : l’évaluateur en est informé.", field="reason")
    with transaction.atomic():
        dossier = locked_application(assignment.application_id)
        locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        if dossier.state not in (S.IN_REVIEW, S.REVIEWED):
            raise StalePage(dossier.refused_transition_message())
        locked.move("send_back", by=by)
        review = locked.review
        if not review.abstention:
            drafts.keep(review, criteria_of(dossier.call_version), ReviewDraft.Why.GIVEN)
        review.submitted_at, review.score_hundredths, review.abstention = None, None, ""
        review.save(update_fields=["submitted_at", "score_hundredths", "abstention", "draft_kept_at", "updated_at"])
        if dossier.state == S.REVIEWED:
            dossier.move("reopen_review", by=by)
        tell_author(dossier, locked, reason.strip())
    return locked


def tell_author(dossier, assignment, reason):
    notify(
        Event.REVIEW,
        key=f"sheet-reopened:{assignment.pk}v{assignment.version}",
        recipient=assignment.reviewer,
        subject=f"Votre évaluation du dossier {dossier.reference} est rouverte",
        body=f"Bonjour {assignment.reviewer},\n\nVotre évaluation est à reprendre :\n{reason}\n",
    )


def settle(*, application, reason, by):
    """Do with the sheets that are given: the others are taken back, and the dossier is reviewed.

    Args:
        reason: why the panel will have fewer sheets than the call says; kept in the journal.

    Raises:
        Refusal: no reason, or no sheet given. StalePage: the dossier is not in review.
    """
    require(by, ASSIGN)
    if not reason.strip():
        raise Refusal("Dites pourquoi le comité aura moins d’évaluations que prévu.", field="reason")
    with transaction.atomic():
        dossier = locked_application(application.pk)
        assignments = list(dossier.assignments.select_for_update(of=("self",)).order_by("pk"))
        if not Review.objects.filter(assignment__in=assignments, score_hundredths__isnull=False).exists():
            raise Refusal("Aucune évaluation n’est rendue avec une note : le comité n’aurait rien pour juger.")
        for assignment in assignments:
            if assignment.state in Assignment.PENDING:
                assignment.move("take_back", by=by)
        dossier.move("complete_review", by=by)
        details = {"reason": reason.strip()[:500]}
        JournalEntry.write(action="settle_review", subject=dossier, actor=by, details=details)
    return dossier
