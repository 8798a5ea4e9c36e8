"""What a reviewer may do with her sheets beside writing them: come back to a kept version, a spreadsheet, abstain."""

from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.errors import Refusal
from accounts.models import JournalEntry
from applications import reviewing
from applications.assignments import complete_if_due
from applications.evaluations import drafts, offline, workbook
from applications.evaluations.texts import sheet_of
from applications.models import ReviewDraft
from applications.sheets import criteria_of

MAX_REASON = 500
history.WORDS.update(
    {
        "restore_draft": "est revenue à une version précédente de son évaluation",
        "abstain": "s’est abstenue",
        "take_in_sheet": "a repris son évaluation d’un tableur",
    }
)


def restore(*, assignment, number, by, version):
    """Bring back a kept version of the sheet; what stands now is kept first, so that this can be undone.

    Args:
        number: of the `ReviewDraft`.
        by: the reviewer herself. version: of the `Review`, as the page carried it.

    Returns:
        the `Review`.

    Raises:
        Refusal: there is no such version. Otherwise as `reviewing.save_review`.
    """
    with transaction.atomic():
        draft = ReviewDraft.objects.filter(review__assignment=assignment.pk, number=number).first()
        if draft is None:
            raise Refusal("Cette version n’existe pas : choisissez-en une dans la liste.")
        sheet = sheet_of(draft.content, criteria_of(assignment.application.call_version))
        why = ReviewDraft.Why.RESTORED
        review = reviewing.save_review(assignment=assignment, by=by, version=version, why=why, **sheet)
        details = {"number": draft.number}
        JournalEntry.write(action="restore_draft", subject=review.assignment, actor=by, details=details)
    return review


def take_in(*, data, by):
    """Write the sheets that a spreadsheet changes: all of them, or none.

    What stood on each is kept first. Nothing is given: the reviewer reads them again, and gives them on their pages.

    Args:
        data: the bytes of the file (`workbook.written`, filled in). by: the reviewer herself.

    Returns:
        list of `Assignment`s whose sheet changed.

    Raises:
        BadCells: what is wrong, cell by cell. Refusal: the file cannot be read, or as `reviewing.save_review`.
    """
    tables = workbook.read(data)
    with transaction.atomic():
        changes = offline.take_in(tables, by)
        for assignment, texts in changes:
            reviewing.save_review(
                assignment=assignment, by=by, version=assignment.review.version, why=ReviewDraft.Why.IMPORTED,
                **sheet_of(texts, criteria_of(assignment.application.call_version)),
            )  # fmt: skip
            JournalEntry.write(action="take_in_sheet", subject=assignment, actor=by)
    return [assignment for assignment, _ in changes]


def abstain(*, assignment, reason, by, version):
    """Give the sheet without a score: it counts among those given, and in no mean; what was written is kept.

    An abstention is no tie (`reviewing.declare_interest`): the reviewer has read the dossier and cannot judge it. The
    officer in charge is told, and may ask somebody else. A dossier whose every sheet is an abstention stays in review.

    Args:
        reason: why, in a few words; the panel reads it.
        by: the reviewer herself. version: of the `Review`, as the page carried it; None when not from a page.

    Returns:
        the `Review`.

    Raises:
        Refusal: no reason. StaleSheet, StalePage: as `reviewing.save_review`.
    """
    reason = reason.strip()
    if not reason:
        raise Refusal("Dites pourquoi vous vous abstenez : le comité le lira.", field="reason")
    with transaction.atomic():
        dossier, review = reviewing.writable_sheet(assignment, by, version)
        drafts.keep(review, criteria_of(dossier.call_version), ReviewDraft.Why.GIVEN)
        # Kept in the version above: a criterion that counts nowhere must not be read anywhere.
        review.scores.all().delete()
        review.abstention, review.submitted_at = reason[:MAX_REASON], timezone.now()
        review.save(update_fields=["abstention", "submitted_at", "draft_kept_at", "updated_at"])
        review.assignment.move("give", by=by)
        details = {"reason": review.abstention}
        JournalEntry.write(action="abstain", subject=review.assignment, actor=by, details=details)
        reviewing.tell_officer(dossier, review.assignment, "s’est abstenu sur ce dossier")
        complete_if_due(dossier, by=by)
    return review
