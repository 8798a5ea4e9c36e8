"""A version of a call copied whole: for a revision of the call, or for another call."""

from programme.models import CallVersion, Criterion, CriterionLevel, FormSection, Question, SegmentBounds

OWN = {"id", "call", "number", "frozen_at", "change_note", "edition"}


def content_of(row, *but):
    """{field: value} of a row, without its key, its parent and the count of its changes."""
    left_out = {"id", "edition", *but}
    return {
        field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in left_out
    }


def copy_version(source, *, call, number):
    """Write the draft `number` of `call` with everything that `source` says. Wants a transaction."""
    version = CallVersion.objects.create(call=call, number=number, **content_of(source, *OWN))
    SegmentBounds.objects.bulk_create(
        SegmentBounds(version=version, **content_of(bound, "version")) for bound in source.bounds.all()
    )
    copy_criteria(source, version)
    copy_form(source, version)
    return version


def copy_criteria(source, version):
    for criterion in source.criteria.prefetch_related("levels"):
        copy = Criterion.objects.create(version=version, **content_of(criterion, "version"))
        CriterionLevel.objects.bulk_create(
            CriterionLevel(criterion=copy, **content_of(level, "criterion")) for level in criterion.levels.all()
        )


def copy_form(source, version):
    for section in source.sections.prefetch_related("questions"):
        copy = FormSection.objects.create(version=version, **content_of(section, "version"))
        Question.objects.bulk_create(
            Question(section=copy, **content_of(question, "section")) for question in section.questions.all()
        )
