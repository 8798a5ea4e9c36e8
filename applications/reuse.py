"""What a structure wrote before, offered to a new draft: chosen line by line, traced, never over what is written."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.errors import StalePage
from accounts.models import JournalEntry
from applications import questions
from applications.answering import sheet_of
from applications.drafting import locked_for_edit, save_section, upsert
from applications.models import Answer, Application
from programme.models import Question

# Answers that belong to one dossier alone, or that the form works out by itself.
NOT_REUSED = (Question.Kind.FILE, Question.Kind.COMPUTED)


@dataclass(frozen=True)
class Line:
    """One answer that may be taken up: its question in the draft, the text to keep and the same text in French."""

    question: Question
    text: str
    shown: str


@dataclass
class Offer:
    """What one earlier dossier has to offer to a draft.

    Attributes:
        sections: [(section of the draft, its `Line`s)], without the empty ones.
        written: how many answers are left out because the draft has its own.
        misfits: labels of the questions whose earlier answer does not fit the new form.
    """

    source: Application
    sections: list = field(default_factory=list)
    written: int = 0
    misfits: list = field(default_factory=list)

    @property
    def lines(self):
        return [line for _, lines in self.sections for line in lines]


def has_sources(application):
    """Whether the structure has written another dossier; one query."""
    return others_of(application).exists()


def others_of(application):
    others = Application.objects.filter(organisation=application.organisation_id).exclude(pk=application.pk)
    return others.filter(Exists(Answer.objects.filter(application=OuterRef("pk")).exclude(text="")))


def sources_of(application):
    """The other dossiers of the same structure, the last one sent first, then the drafts."""
    others = others_of(application).select_related("wave__call", "fabrique", "call_version")
    return sorted(
        others, key=lambda one: (one.submitted_at is not None, one.submitted_at or one.saved_at), reverse=True
    )


def offer_of(application, source):
    """What `source` has for the questions that `application` has not answered: same question, same kind."""
    here, there = sheet_of(application), sheet_of(source)
    earlier = {entry.question.slug: entry for entry in there.entries.values() if entry.text and not entry.as_typed}
    offer = Offer(source)
    for section in here.sections:
        lines = [line for one in section.questions.all() if (line := line_of(one, here, earlier, there.names, offer))]
        if lines:
            offer.sections.append((section, lines))
    return offer


def line_of(question, here, earlier, names, offer):
    """The `Line` of a question, or None; what is left out is counted in the offer."""
    found = earlier.get(question.slug)
    if question.kind in NOT_REUSED or found is None or found.question.kind != question.kind:
        return None
    if here.entries[question.pk].text:
        offer.written += 1
        return None
    if questions.faults(question, found.text):
        offer.misfits.append(question.label)
        return None
    return Line(question, found.text, questions.shown_value(question, found.text, names))


def reuse(*, application, source, chosen, by):
    """Copy the chosen answers of an earlier dossier into a draft, where nothing is written yet.

    Args:
        source: another dossier of the same structure.
        chosen: ids of questions of the draft.

    Returns:
        the labels of the questions that were filled; those answered meanwhile are left as they are.

    Raises:
        NotAllowed: `by` may only read. StalePage: the draft was sent, or `source` is not the structure's.
    """
    with transaction.atomic():
        application = locked_for_edit(application, by)
        if source.organisation_id != application.organisation_id or source.pk == application.pk:
            raise StalePage
        filled = []
        for section, lines in offer_of(application, source).sections:
            taken = [line for line in lines if line.question.pk in chosen]
            if taken:
                save_section(application, section.slug, by)
                upsert([Answer(application=application, question=one.question, text=one.text) for one in taken])
                filled += [line.question.label for line in taken]
        if filled:
            application.save()
            details = {"source": str(source), "answers": filled}
            JournalEntry.write(action="reuse_answers", subject=application, actor=by, details=details)
    return filled
