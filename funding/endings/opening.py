"""The letters of the end of an aid reach their addressee: the first opening is kept, and notifies.

CRPA R112-17 to R112-20: notified at the first opening; not opened within fifteen days, from the day it was made
available.
The time to answer a hearing runs from its notification: what the letter gave, counted again from there.
"""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.french import long_date
from accounts.models import JournalEntry
from documents import notifying
from funding.endings import hearings
from funding.models import Award, LetterOpening

HEARING = "contradictoire"


def letters_of(hearing):
    """{word of the address: Document} of the letters of a hearing that exist."""
    withdrawal, recovery = getattr(hearing, "withdrawal", None), getattr(hearing, "recovery", None)
    found = {
        HEARING: hearing.document,
        "retrait": withdrawal and withdrawal.document,
        "annulation": withdrawal and withdrawal.undone_document,
        "reversement": recovery and recovery.document,
    }
    return {kind: document for kind, document in found.items() if document}


def open_letter(*, hearing, kind, by):
    """A member of the structure opens a letter; the first opening is kept, later ones change nothing.

    Args:
        kind: key of `letters_of`.

    Returns:
        The `Document`, ready to be handed over.

    Raises:
        NotAllowed: the letter is not addressed to `by`.
        Refusal: it is not made yet, or there is none of this kind.
    """
    with transaction.atomic():
        hearing = hearings.lock(hearing)
        if not Award.objects.announced_to(by).filter(pk=hearing.award_id).exists():
            raise NotAllowed
        document = letters_of(hearing).get(kind)
        if document is None or not document.is_ready:
            raise Refusal("Ce courrier n’est pas encore prêt. Revenez dans quelques minutes.")
        if not LetterOpening.objects.filter(document=document).exists():
            record_first_opening(hearing, kind, document, by)
    return document


def record_first_opening(hearing, kind, document, by):
    made_available = timezone.localdate(document.released_at)
    notified_on = notifying.notified_day(made_available, timezone.localdate())
    LetterOpening.objects.create(document=document, hearing=hearing, opened_by=by, notified_on=notified_on)
    if kind == HEARING:
        # What the letter gave to answer, from the day of its notification.
        hearing.answer_by += notified_on - hearing.opened_on
        hearing.save()
    details = {"letter": document.number, "notified_on": notified_on.isoformat()}
    details |= {"answer_by": hearing.answer_by.isoformat()} if kind == HEARING else {}
    JournalEntry.write(action="open_ending_letter", subject=hearing, actor=by, details=details)


def opened(hearing_list):
    """Keys of the letters of these hearings that were opened, in one query."""
    return set(LetterOpening.objects.filter(hearing__in=hearing_list).values_list("document", flat=True))


def told(hearing, today=None):
    """{word of the address: what the staff reads of the opening of each letter}."""
    today = today or timezone.localdate()
    rows = LetterOpening.objects.filter(hearing=hearing).select_related("opened_by")
    known = {one.document_id: one for one in rows}
    return {kind: words(document, known.get(document.pk), today) for kind, document in letters_of(hearing).items()}


def words(document, opening, today):
    if opening is not None:
        opened_on = timezone.localdate(opening.opened_at)
        said = f"ouverte le {long_date(opened_on)} par {opening.opened_by}"
        return said if opened_on == opening.notified_on else f"{said}, notifiée le {long_date(opening.notified_on)}"
    made_available = timezone.localdate(document.released_at)
    presumed = notifying.presumed_from(made_available)
    if today < presumed:
        return f"pas encore ouverte ; sans ouverture, réputée notifiée à partir du {long_date(presumed)}"
    return f"jamais ouverte, réputée notifiée le {long_date(made_available)}"
