"""The form of a call in preparation: its sections and its questions, added, changed, moved, deleted."""

from django.utils.text import slugify

from accounts.errors import Refusal
from programme.editing import drafted
from programme.models import FormSection, Question
from programme.models.form import RESERVED_SLUGS
from programme.question_rules import checked
from programme.questionnaire import check_formula, slugs_read

QUESTION_FIELDS = ("kind", "label", "help_text", "required", "max_length", "options", "settings", "condition")
# Words of the formulas.
NOT_NAMES = ("sum", "somme")


def free_slug(text, taken, *, fallback):
    """A slug made from `text` that is not in `taken`, and begins with a letter (formulas name questions)."""
    base = slugify(text)[:44].strip("-_") or fallback
    base = base if base[0].isalpha() else f"{fallback[0]}-{base}"
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def named(row):
    return f"la section « {row.title} »" if isinstance(row, FormSection) else f"la question « {row.label} »"


def add_section(*, version, title, by, introduction=""):
    """Add an empty section at the end of the form.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`.
    """
    with drafted(version, by=by, what=f"la section « {title} », ajoutée") as version:
        sections = list(version.sections.all())
        slug = free_slug(title, {*RESERVED_SLUGS, *(section.slug for section in sections)}, fallback="section")
        return FormSection.objects.create(
            version=version, position=next_position(sections), slug=slug, title=title, introduction=introduction
        )


def next_position(rows):
    return max((row.position for row in rows), default=0) + 1


def edit_section(*, section, title, by, introduction="", edition=None):
    """Write the title and the introduction of a section; its address stays.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`; or the section changed since the page.
    """
    with drafted(section.version, by=by, what=named(section)):
        section = still_there(FormSection.objects.filter(pk=section.pk))
        section.expect_edition(edition)
        section.rewrite(title=title, introduction=introduction)
    return section


def still_there(rows):
    row = rows.first()
    if row is None:
        raise Refusal("Entre-temps, cet élément a été supprimé : revenez au formulaire.")
    return row


def move_section(*, section, up, by):
    """Exchange a section with the one before it, or after it; at the end of the road nothing moves."""
    with drafted(section.version, by=by, what=f"{named(section)}, déplacée") as version:
        swap(list(version.sections.order_by("position", "pk")), section, up)
        settle_formulas(version)


def swap(rows, row, up):
    """Exchange neighbours, and number all of them again."""
    at = next((rank for rank, one in enumerate(rows) if one.pk == row.pk), None)
    other = at if at is None else at + (-1 if up else 1)
    if at is None or not 0 <= other < len(rows):
        return False
    rows[at], rows[other] = rows[other], rows[at]
    renumber(rows)
    return True


def renumber(rows):
    for position, one in enumerate(rows, start=1):
        if one.position != position:
            type(one).objects.filter(pk=one.pk).update(position=position)


def delete_section(*, section, by, edition=None):
    """Delete a section with its questions.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`; or the section changed since the page.
        Refusal: a question of another section depends on one of its questions.
    """
    with drafted(section.version, by=by, what=f"{named(section)}, supprimée") as version:
        section = still_there(FormSection.objects.filter(pk=section.pk))
        section.expect_edition(edition)
        refuse_needed(version, list(section.questions.all()))
        section.questions.all().delete()
        section.delete()


def dependants(version, questions):
    """Questions of the version, these aside, whose condition or formula reads one of them."""
    slugs = {question.slug for question in questions}
    others = [question for question in Question.objects.of_version(version) if question.slug not in slugs]
    return [question for question in others if slugs & slugs_read(question)]


def refuse_needed(version, questions):
    if others := dependants(version, questions):
        names = ", ".join(f"« {question.label} »" for question in others)
        raise Refusal(f"D’autres questions en dépendent : {names}. Changez d’abord leur condition ou leur formule.")


def add_question(*, section, by, slug="", **fields):
    """Add a question at the end of a section.

    Args:
        slug: its name in formulas and conditions; made from the label when empty.
        fields: `QUESTION_FIELDS`; options a list, settings and condition as `Question` tells them.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`.
        Refusal: a setting, a condition or a formula that makes no sense, tied to its field.
    """
    with drafted(section.version, by=by, what=f"la question « {fields.get('label', '')} », ajoutée") as version:
        everyone = list(Question.objects.of_version(version))
        earlier = before_the_end_of(still_there(FormSection.objects.filter(pk=section.pk)), everyone)
        fields = checked(fields, earlier)
        slug = name_for(slug, fields["label"], {question.slug for question in everyone})
        mine = [question for question in everyone if question.section_id == section.pk]
        return Question.objects.create(section=section, slug=slug, position=next_position(mine), **fields)


def before_the_end_of(section, questions):
    place = (section.position, section.pk)
    return [question for question in questions if (question.section.position, question.section_id) <= place]


def name_for(slug, label, taken):
    """The name asked for, or one made from the label."""
    if not slug:
        return free_slug(label, {*taken, *NOT_NAMES}, fallback="question")
    if slug in taken or slug in NOT_NAMES:
        raise Refusal(
            f"Le nom court « {slug} » est déjà pris dans ce formulaire : choisissez-en un autre.", field="slug"
        )
    if not slug[0].isalpha():
        raise Refusal("Un nom court commence par une lettre.", field="slug")
    return slug


def edit_question(*, question, by, edition=None, slug="", section=None, **fields):
    """Write a question anew.

    Args:
        edition: that of the question that the page was made from.
        slug: a new name; empty keeps the present one.
        section: the section to put it in, at the end; None leaves it where it is.
        fields: see `add_question`.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`; or the question changed since the page.
        Refusal: see `add_question`; or the name is used by others, or was published.
    """
    with drafted(question.section.version, by=by, what=named(question)) as version:
        question = still_there(Question.objects.filter(pk=question.pk).select_related("section"))
        question.expect_edition(edition)
        everyone = list(Question.objects.of_version(version))
        if section is not None and section.pk != question.section_id:
            section = still_there(FormSection.objects.filter(pk=section.pk, version=version))
            fields |= {"section": section, "position": next_position(section.questions.all())}
        earlier = preceding(question, everyone, fields.get("section"))
        fields = checked(fields, earlier)
        if slug and slug != question.slug:
            fields["slug"] = renamed(question, slug, version, everyone)
        question.rewrite(**fields)
        settle_formulas(version)
    return question


def preceding(question, everyone, section=None):
    """What comes before a question in the form, or before its new place at the end of `section`."""
    others = [one for one in everyone if one.pk != question.pk]
    if section is not None:
        return before_the_end_of(section, others)
    return everyone[: next(rank for rank, one in enumerate(everyone) if one.pk == question.pk)]


def renamed(question, slug, version, everyone):
    published = Question.objects.filter(section__version__call_id=version.call_id, slug=question.slug)
    if published.exclude(section__version=version).exists():
        raise Refusal(
            "Ce nom court relie les réponses déjà écrites à cette question : il ne change plus.", field="slug"
        )
    if others := dependants(version, [question]):
        names = ", ".join(f"« {one.label} »" for one in others)
        raise Refusal(f"Ce nom court sert à {names} : changez-les d’abord.", field="slug")
    return name_for(slug, question.label, {one.slug for one in everyone if one.pk != question.pk})


def move_question(*, question, up, by):
    """Exchange a question with its neighbour; the first of a section goes to the end of the section before."""
    with drafted(question.section.version, by=by, what=f"{named(question)}, déplacée") as version:
        question = still_there(Question.objects.filter(pk=question.pk).select_related("section"))
        mine = list(question.section.questions.order_by("position", "pk"))
        if not swap(mine, question, up):
            change_section(question, list(version.sections.order_by("position", "pk")), up)
        settle_formulas(version)


def change_section(question, sections, up):
    at = next(rank for rank, one in enumerate(sections) if one.pk == question.section_id)
    other = at + (-1 if up else 1)
    if 0 <= other < len(sections):
        target = list(sections[other].questions.order_by("position", "pk"))
        Question.objects.filter(pk=question.pk).update(section=sections[other])
        renumber([*target, question] if up else [question, *target])


def delete_question(*, question, by, edition=None):
    """Delete a question of a draft.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`; or the question changed since the page.
        Refusal: another question depends on it.
    """
    with drafted(question.section.version, by=by, what=f"{named(question)}, supprimée") as version:
        question = still_there(Question.objects.filter(pk=question.pk))
        question.expect_edition(edition)
        refuse_needed(version, [question])
        question.delete()


def settle_formulas(version):
    """Write again which names are money in each formula: a question that one reads may have changed its type.

    A formula that can no longer be read stays as it is: it is listed among what keeps the version from publication.
    """
    earlier = []
    for question in Question.objects.of_version(version):
        if question.kind == Question.Kind.COMPUTED:
            try:
                amounts = check_formula(question.settings.get("formula", ""), earlier)
            except Refusal:
                amounts = question.settings.get("amounts", [])
            if amounts != question.settings.get("amounts", []):
                question.settings["amounts"] = amounts
                Question.objects.filter(pk=question.pk).update(settings=question.settings)
        earlier.append(question)
