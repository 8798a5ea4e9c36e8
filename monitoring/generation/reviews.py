"""Invented reviews: two a dossier, with a severity of each reviewer and a quality of each dossier."""

from applications.models import Application, Assignment, Review, ReviewScore, Revision
from monitoring.generation import words

S = Application.State
BATCH = 2000
REVIEWS = 2
GIVEN = (S.REVIEWED, S.AWARDED, S.WAITLISTED, S.REFUSED)


def create_reviews(random, applications, version, people):
    """Sheets of the dossiers that reached review; the running ones have some of them missing."""
    criteria = list(version.criteria.all())
    severity = {user.pk: random.gauss(0, 0.4) for user in people["reviewer"]}
    assignments = []
    for application in applications:
        if application.state == S.IN_REVIEW or application.state in GIVEN:
            assignments += [
                assign(random, application, reviewer) for reviewer in random.sample(people["reviewer"], REVIEWS)
            ]
    assignments = Assignment.objects.bulk_create(assignments, batch_size=BATCH)
    give(random, [a for a in assignments if a.state == Assignment.State.SUBMITTED], criteria, severity)


def assign(random, application, reviewer):
    given = application.state in GIVEN or random.random() < 0.4
    state = Assignment.State.SUBMITTED if given else random.choice(("proposed", "accepted"))
    due_on = application.wave.reviews_due_on
    return Assignment(application=application, reviewer=reviewer, state=state, due_on=due_on)


def give(random, assignments, criteria, severity):
    revisions = dict(
        Revision.objects.filter(application__in={a.application_id for a in assignments}).values_list(
            "application_id", "pk"
        )
    )
    quality = {application: random.gauss(2.6, 0.7) for application in sorted(revisions)}
    points = {
        a.pk: [draw(random, quality[a.application_id] + severity[a.reviewer_id]) for _ in criteria]
        for a in assignments
    }
    reviews = [
        Review(
            assignment=a,
            revision_id=revisions[a.application_id],
            comment=words.paragraph(random, 1),
            score_hundredths=weighted_score(points[a.pk], criteria),
            submitted_at=a.application.submitted_at,
        )
        for a in assignments
    ]
    reviews = Review.objects.bulk_create(reviews, batch_size=BATCH)
    ReviewScore.objects.bulk_create(
        [
            ReviewScore(review=review, criterion=criterion, points=value, reason=random.choice(words.REASONS))
            for review in reviews
            for criterion, value in zip(criteria, points[review.assignment_id], strict=True)
        ],
        batch_size=BATCH,
    )


def draw(random, centre):
    return max(0, min(4, round(random.gauss(centre, 0.8))))


def weighted_score(points, criteria):
    weights = [criterion.weight for criterion in criteria]
    total = sum(value * weight for value, weight in zip(points, weights, strict=True))
    return 10_000 * total // (4 * sum(weights))
