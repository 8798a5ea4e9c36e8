"""The answers of a dossier, all sections together: what is asked, what it is worth, what is wrong in it.

One pass in the order of the form (`programme.questionnaire.reading`): a question that is not asked keeps what was
typed there, and that counts for nothing: not required, not sent, not shown, blank for the conditions that follow.
"""

from dataclasses import dataclass
from functools import cached_property

from applications import questions
from programme.models import Question
from programme.questionnaire import reading

Kind = Question.Kind


@dataclass(frozen=True)
class Entry:
    """One question with its answer."""

    question: Question
    text: str = ""
    as_typed: bool = False

    @property
    def value(self):
        return None if self.as_typed else questions.value_of(self.question, self.text)

    def typed(self, names):
        return self.text if self.as_typed else questions.typed_of(self.question, self.text, names)

    def shown(self, names):
        return self.text if self.as_typed else questions.shown_value(self.question, self.text, names)

    def problems(self):
        """What keeps an asked question from being sent: sentences that name it."""
        label = self.question.label
        if not self.text:
            return [missing(self.question)] if self.question.required else []
        found = questions.faults(self.question, self.text, self.as_typed)
        return [one if label in one else f"« {label} » : {one[0].lower()}{one[1:]}" for one in found]


def missing(question):
    if question.kind == Kind.FILE:
        return f"Joignez le fichier demandé par « {question.label} »."
    return f"Répondez à la question « {question.label} »."


class Sheet:
    """Every question of a call version with its answer, in the order of the form.

    Args:
        sections: its `FormSection`s in order, questions prefetched.
        answers: {question id: anything with `text` and `as_typed`}; answers to other questions are left out.
    """

    def __init__(self, sections, answers):
        self.sections = list(sections)
        asked_of = [question for section in self.sections for question in section.questions.all()]
        self.entries = {question.pk: entry_of(question, answers.get(question.pk)) for question in asked_of}
        given = {entry.question.slug: entry.value for entry in self.entries.values()}
        self.values, asked = reading(asked_of, given)
        self.asked = {question.pk for question in asked}
        self.fill_in_computed(asked)

    def fill_in_computed(self, asked):
        """A calculated answer is not kept: its text is that of its value now."""
        for question in asked:
            if question.kind == Kind.COMPUTED:
                text = questions.text_of(question, self.values[question.slug])
                self.entries[question.pk] = Entry(question, text)

    def of(self, section):
        """The entries of a section that are asked."""
        return [self.entries[one.pk] for one in section.questions.all() if one.pk in self.asked]

    def problems(self, section):
        """[(question, sentence)] of a section."""
        return [
            (entry.question, sentence)
            for entry in self.of(section)
            if entry.question.kind != Kind.COMPUTED
            for sentence in entry.problems()
        ]

    @cached_property
    def names(self):
        """The names of the communes and files of the answers: at most two queries."""
        return questions.names_of((one.question, one.text) for one in self.entries.values() if not one.as_typed)

    def replaced(self, answers):
        """The same form with some answers replaced: {question id: Entry}."""
        return Sheet(self.sections, self.entries | answers)


def entry_of(question, answer):
    return Entry(question, answer.text, answer.as_typed) if answer else Entry(question)


def sections_of(application):
    """The sections of the form that the dossier answers, with their questions: two queries, none when prefetched."""
    version = application.call_version
    if "sections" in getattr(version, "_prefetched_objects_cache", ()):
        return list(version.sections.all())
    return list(version.sections.prefetch_related("questions").order_by("position"))


def sheet_of(application, sections=None):
    """The `Sheet` of a dossier as it stands now; `answers` may be prefetched, `sections` given."""
    answers = {answer.question_id: answer for answer in application.answers.all()}
    return Sheet(sections_of(application) if sections is None else sections, answers)
