"""The form tried by staff as an applicant will meet it: answers come in the address, nothing is kept."""

import datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from accounts import french
from accounts.forms import cents_of
from programme.models import Question
from programme.questionnaire import NUMBERS, reading, slugs_read, told_condition

Kind = Question.Kind
TRIED_ROWS = 3


class Tried:
    """One question of the preview, as its template reads it."""

    def __init__(self, question, *, shown, value, typed, condition, read):
        self.question, self.shown, self.condition = question, shown, condition
        self.field_id = f"q-{question.slug}"
        self.typed = typed
        self.value = value
        self.read = read

    @property
    def options(self):
        """[(option, whether it is chosen)]."""
        return [(option, option in self.typed) for option in self.question.options]

    @property
    def text(self):
        return self.typed[0] if self.typed else ""

    @property
    def total(self):
        """What a calculated value shows."""
        if self.value is None:
            return "—"
        if self.question.settings.get("format") == "amount":
            return french.euros(int(self.value))
        return str(self.value).replace(".", ",")

    @property
    def is_tried(self):
        """Whether the page lets one type here: only what a condition or a formula reads changes the page."""
        return self.read and self.question.kind not in (Kind.COMPUTED, Kind.FILE)

    @property
    def columns(self):
        return self.question.settings.get("columns", [])

    @property
    def rows(self):
        """The empty rows shown: [rank]."""
        return range(1, min(TRIED_ROWS, self.question.settings.get("max_rows", TRIED_ROWS)) + 1)


class Trial:
    """Every section of a version with its questions, under the answers of a query string (`q-<slug>=`).

    Args:
        version: the `CallVersion`.
        data: the `QueryDict` of the request.
    """

    def __init__(self, version, data):
        questions = list(Question.objects.of_version(version))
        typed = {
            question.slug: [text for text in data.getlist(f"q-{question.slug}") if text] for question in questions
        }
        answers = {question.slug: value_of(question, typed[question.slug]) for question in questions}
        values, asked = reading(questions, answers)
        shown = {question.slug for question in asked}
        read = set().union(*(slugs_read(question) for question in questions))
        rows = [
            Tried(
                question,
                shown=question.slug in shown,
                value=values.get(question.slug),
                typed=typed[question.slug],
                condition=told_condition(question.condition, questions),
                read=question.slug in read,
            )
            for question in questions
        ]
        self.sections = [
            (section, [row for row in rows if row.question.section_id == section.pk])
            for section in version.sections.order_by("position", "pk")
        ]
        self.is_tried = any(typed.values())
        self.has_conditions = bool(read)
        self.asked_count, self.count = len(asked), len(questions)


def value_of(question, typed):
    """The python value of what was typed; None for what cannot be read."""
    if question.kind == Kind.CHOICES:
        return typed
    if not typed or question.kind == Kind.TABLE:
        return None
    try:
        return parsed(question, typed[0])
    except (ValueError, ValidationError, InvalidOperation):
        return None


def parsed(question, text):
    if question.kind == Kind.AMOUNT:
        return cents_of(text)
    if question.kind in NUMBERS:
        return Decimal("".join(text.split()).replace(",", "."))
    return datetime.date.fromisoformat(text) if question.kind == Kind.DATE else text
