"""The versions of a sheet that are kept while it is written, so that its author can come back to one of them.

A version is kept when five minutes of writing have gone by since the last, and always before much text goes, before
another version or a spreadsheet replaces it, and when a given sheet is reopened. What was kept never changes.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from applications.comparison import words_of
from applications.evaluations.texts import label_of, names_of, shown, texts_of
from applications.models import ReviewDraft

INTERVAL = datetime.timedelta(minutes=5)
# Characters that go at once without a version being kept.
MOST_LOST = 200
Why = ReviewDraft.Why


def before_writing(review, criteria, length):
    """Keep what stands of a locked sheet, if it is time to, before texts of `length` characters take its place.

    Sets `review.draft_kept_at` and `review.length`, for the caller to save.
    """
    now = timezone.now()
    if review.length - length > MOST_LOST:
        keep(review, criteria, Why.SHORTENED)
    elif review.draft_kept_at is None:
        # The first writing: nothing stood before, and the five minutes begin.
        review.draft_kept_at = now
    elif now - review.draft_kept_at >= INTERVAL:
        keep(review, criteria, Why.WRITING)
    review.length = length


def keep(review, criteria, why):
    """Keep a sheet as it stands in the database; its row is locked by the caller."""
    last = review.drafts.aggregate(last=Max("number"))["last"] or 0
    review.draft_kept_at = timezone.now()
    saved = type(review).objects.prefetch_related("scores").get(pk=review.pk)
    return ReviewDraft.objects.create(
        review=review, number=last + 1, why=why, revision_id=review.revision_id, kept_at=review.draft_kept_at,
        content=texts_of(saved, criteria),
    )  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One field that differs between a kept version and the sheet as it is: both texts in marked pieces."""

    label: str
    then: list
    now: list


def differences(draft, review, criteria):
    """The `Difference`s between a kept version and the sheet as it stands, in the order of the page."""
    now = texts_of(review, criteria)
    found = []
    for name in names_of(criteria):
        before, after = draft.content.get(name, ""), now[name]
        if before != after:
            parts = words_of(shown(name, before, criteria), shown(name, after, criteria))
            found.append(
                Difference(
                    label_of(name, criteria),
                    [part for part in parts if part.kind != "added"],
                    [part for part in parts if part.kind != "removed"],
                )
            )
    return found
