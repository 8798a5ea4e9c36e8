"""What fills the URLs of the sheets: kept versions, abstention, spreadsheet, worked examples."""

from django.core.files.uploadedfile import SimpleUploadedFile

from applications import reviewing
from applications.evaluations import exercise, offline, workbook
from applications.models import WorkedExample
from applications.sheets import criteria_of
from programme import editing
from tests import factories
from tests.access.rows import Target
from tests.access.targets import REASON, desk_of
from tests.applications import review_steps


def filled(criteria, points=3):
    """The fields of a rubric, filled in."""
    data = {f"points_{one.pk}": points for one in criteria}
    return data | {f"reason_{one.pk}": REASON for one in criteria}


def to_abstain(world):
    return desk_of(world.assignment, reason=REASON)


def kept_version(world):
    """A sheet that was written, then shortened: what stood is kept."""
    for reason in ("Une raison assez longue pour être gardée. " * 9, "Court."):
        sheet = review_steps.full_sheet(world.assignment, reason=reason)
        reviewing.save_review(assignment=world.assignment, by=world.assignment.reviewer, version=None, **sheet)
    where = desk_of(world.assignment)
    return Target({**where.kwargs, "number": 1}, where.data, where.words)


def workbook_in(world):
    """One's own file, as it was taken out."""
    own = {name: workbook.written(offline.writable_of(person)) for name, person in world.people.items()}
    return Target({}, lambda actor: {"file": SimpleUploadedFile("evaluations.xlsx", own.get(actor, b"x"))})


def example(world, *, published):
    version = world.in_review.call_version
    criteria = criteria_of(version)
    row = exercise.write_example(
        version=version, title="Un lieu inventé", text="Ce que dit ce lieu.", by=world.people["officer"],
        points={one.pk: 3 for one in criteria}, reasons={one.pk: REASON for one in criteria},
    )  # fmt: skip
    return exercise.publish_example(example=row, by=None) if published else row


def to_score(world):
    row = example(world, published=True)
    criteria = criteria_of(row.call_version)
    return Target({"public_id": row.public_id}, filled(criteria), (row.title,))


def to_write(world):
    call = world.in_review.call_version.call
    data = filled(criteria_of(world.in_review.call_version)) | {"title": "Un autre lieu", "text": "Ce qu’il dit."}
    return Target({"slug": call.slug}, data)


def to_take_up(world):
    """The call has a newer version in force, which has no example yet."""
    row = example(world, published=True)
    call = row.call_version.call
    version = editing.start_revision(call=factories.fresh(call), by=None)
    editing.save_settings(version=version, by=None, summary="Un autre résumé.")
    editing.publish_revision(version=version, note="Le résumé change.", by=None)
    return Target({"slug": call.slug})


def to_edit(world):
    row = example(world, published=False)
    data = filled(criteria_of(row.call_version)) | {"title": row.title, "text": "Autre chose.", "version": row.version}
    return Target({"public_id": row.public_id}, data)


def to_withdraw(world):
    row = example(world, published=True)
    assert WorkedExample.objects.get().is_open
    return Target({"public_id": row.public_id})


def call_with_examples(world):
    example(world, published=True)
    return Target({"slug": world.in_review.call_version.call.slug})
