"""Our own call for expressions of interest, as a draft ready to be read, dated and published."""

from django.db import transaction

from accounts.models import JournalEntry
from programme.ami_content import CRITERIA, ELIGIBILITY, SECTIONS, SUMMARY
from programme.models import (
    Call,
    CallVersion,
    Criterion,
    CriterionLevel,
    FormSection,
    Question,
    Segment,
    SegmentBounds,
)

YEARS = 3
MIN_CENTS = 75_000_00
MAX_CENTS = 150_000_00
YEAR_CAP_CENTS = 50_000_00


def create_ami(*, programme, slug, title, origin, by=None) -> Call:
    """Create a call in draft with its whole content: bounds for each segment, criteria with levels, questions.

    The bounds are those that were published: 75 000 to 150 000 € over three years, at most 50 000 € a year. A wave is
    to be planned (`waves.plan_wave`) before it can be published.

    Args:
        origin: a value of `Origin`; says on every page whether the call is real.
    """
    with transaction.atomic():
        call = Call.objects.create(programme=programme, slug=slug, title=title, kind=Call.Kind.AMI, origin=origin)
        version = CallVersion.objects.create(
            call=call, number=1, summary=SUMMARY, eligibility=ELIGIBILITY, years=YEARS
        )
        add_bounds(version, min_cents=MIN_CENTS, max_cents=MAX_CENTS, year_cap_cents=YEAR_CAP_CENTS)
        add_criteria(version)
        add_form(version)
        JournalEntry.write(action="create_call", subject=call, actor=by)
    return call


def add_bounds(version, **cents):
    """The same bounds for every segment, "not known" included: the segment never decides of a sum by accident."""
    SegmentBounds.objects.bulk_create(SegmentBounds(version=version, segment=segment, **cents) for segment in Segment)


def add_criteria(version):
    criteria = Criterion.objects.bulk_create(
        Criterion(
            version=version, position=position, label=text.label, description=text.description, weight=text.weight
        )
        for position, text in enumerate(CRITERIA, start=1)
    )
    CriterionLevel.objects.bulk_create(
        CriterionLevel(criterion=criterion, points=points, label=level.label, description=level.description)
        for criterion, text in zip(criteria, CRITERIA, strict=True)
        for points, level in enumerate(text.levels)
    )


def add_form(version):
    sections = FormSection.objects.bulk_create(
        FormSection(
            version=version, position=position, slug=text.slug, title=text.title, introduction=text.introduction
        )
        for position, text in enumerate(SECTIONS, start=1)
    )
    Question.objects.bulk_create(
        Question(section=section, position=rank, **{**ask._asdict(), "options": list(ask.options)})
        for section, text in zip(sections, SECTIONS, strict=True)
        for rank, ask in enumerate(text.questions, start=1)
    )
