"""Invented reviews: two a dossier, with a severity of each reviewer and a quality of each dossier."""

import datetime

from applications.models import (
    Application,
    Assignment,
    InterestDeclaration,
    Review,
    ReviewScore,
    Revision,
)
from applications.sheets import criteria_of, score_hundredths
from monitoring.generation import words

S, A = Application.State, Assignment.State
BATCH = 2000
REVIEWS = 2
GIVEN = (S.REVIEWED, S.AWARDED, S.WAITLISTED, S.REFUSED)
READING_DAYS = datetime.timedelta(days=30)


def create_reviews(random, applications, version, people, *, in_turn=False):
    """Sheets of the dossiers that reached review; those in review have some of them missing.

    Args:
        in_turn: deal the dossiers evenly, each reviewer with many colleagues, as an assignment would; else at random.
    """
    severity = {user.pk: random.gauss(0, 0.4) for user in people["reviewer"]}
    assignments = []
    for place, application in enumerate(applications):
        if application.state == S.IN_REVIEW or application.state in GIVEN:
            asked = dealt(place, people["reviewer"]) if in_turn else random.sample(people["reviewer"], REVIEWS)
            assignments += pair_of(random, application, asked)
    assignments = Assignment.objects.bulk_create(assignments, batch_size=BATCH)
    opened = [a for a in assignments if a.state in Assignment.OPEN]
    InterestDeclaration.objects.bulk_create(
        [InterestDeclaration(assignment=a, has_interest=False) for a in opened], batch_size=BATCH
    )
    write_sheets(random, opened, criteria_of(version), severity)


def dealt(place, reviewers):
    """The pair of a place in the wave: all are asked as often, and never twice with the same colleague in a row."""
    turn, first = divmod(place, len(reviewers))
    return [reviewers[first], reviewers[(first + 1 + turn) % len(reviewers)]]


def pair_of(random, application, asked):
    """In review, one sheet at least is still to come: the last one would have closed the review."""
    given = [True] * REVIEWS if application.state in GIVEN else [random.random() < 0.6, False]
    return [assign(random, application, *one) for one in zip(asked, given, strict=True)]


def assign(random, application, reviewer, given):
    state = A.SUBMITTED if given else random.choice((A.PROPOSED, A.ACCEPTED))
    return Assignment(
        application=application,
        reviewer=reviewer,
        state=state,
        due_on=application.wave.reviews_due_on,
        closed_at=application.submitted_at + READING_DAYS if given else None,
    )


def write_sheets(random, assignments, criteria, severity):
    """A sheet is opened when the dossier is accepted; a given one has its scores."""
    revisions = dict(
        Revision.objects.filter(application__in={a.application_id for a in assignments}).values_list(
            "application_id", "pk"
        )
    )
    quality = {application: random.gauss(2.6, 0.7) for application in sorted(revisions)}
    points = {
        a.pk: {c.pk: draw(random, quality[a.application_id] + severity[a.reviewer_id], c) for c in criteria}
        for a in assignments
        if a.state == A.SUBMITTED
    }
    reviews = Review.objects.bulk_create(
        [sheet_of(random, a, revisions[a.application_id], criteria, points.get(a.pk)) for a in assignments],
        batch_size=BATCH,
    )
    ReviewScore.objects.bulk_create(
        [
            ReviewScore(review=review, criterion_id=pk, points=value, reason=random.choice(words.REASONS))
            for review in reviews
            for pk, value in points.get(review.assignment_id, {}).items()
        ],
        batch_size=BATCH,
    )


def sheet_of(random, assignment, revision_id, criteria, points):
    if points is None:
        return Review(assignment=assignment, revision_id=revision_id)
    return Review(
        assignment=assignment,
        revision_id=revision_id,
        comment=words.paragraph(random, 1),
        score_hundredths=score_hundredths(criteria, points),
        submitted_at=assignment.closed_at,
    )


def draw(random, centre, criterion):
    return max(0, min(criterion.max_points, round(random.gauss(centre, 0.8))))
