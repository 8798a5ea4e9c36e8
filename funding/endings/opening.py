"""The letters of the end of an aid reach their addressee, by the one rule of `documents.notifying`.

The time to answer a hearing runs from its notification: what the letter gave, counted again from there.
"""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.french import long_date
from accounts.models import JournalEntry
from documents import notifying
from documents.consents import consent_of
from documents.models import FormalNotification
from documents.notifying import About
from funding.endings import hearings, notices
from funding.models import Award, FormalNotice, Hearing, LetterOpening, Recovery, Withdrawal

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
        if not Award.objects.announced_to(by).filter(pk=hearing.award_id).exists():
            raise NotAllowed
        document = letters_of(hearing).get(kind)
        if document is None or not document.is_ready:
            raise Refusal("Ce courrier n’est pas encore prêt. Revenez dans quelques minutes.")
        if not LetterOpening.objects.filter(document=document).exists():
            notifying.open_act(notification=notifying.of_document(document), by=by)
    return document


# --- What their notification does ----------------------------------------------------------------------------------


def about(model):
    """keys of `model` → {key: `About`}: the structure of the award, and the pages where the letter is read."""

    def found(keys):
        rows = model.objects.filter(pk__in=keys, award__organisation__isnull=False, award__application__isnull=False)
        return {row.pk: about_one(row) for row in rows.order_by().select_related("award__application")}

    return found


def about_one(row):
    application = row.award.application
    subject = hearings.about(row) if isinstance(row, Hearing) else row
    return About(
        organisation_id=row.award.organisation_id,
        reference=application.reference or "",
        own_path=hearings.page_of(row.award),
        staff_path=subject.get_absolute_url() if subject else f"/pilotage/dossiers/{application.public_id}/",
    )


def follow_hearing(notification, by):
    """What the letter gave to answer, from the day of its notification."""
    hearing = hearings.lock(Hearing.objects.get(pk=notification.subject_id))
    hearing.answer_by += notification.notified_on - hearing.opened_on
    hearing.save()
    details = {"letter": notification.document.number, "notified_on": notification.notified_on.isoformat()}
    details |= {"answer_by": hearing.answer_by.isoformat()}
    JournalEntry.write(action="open_ending_letter", subject=hearing, actor=by, details=details)


def follow_decision(notification, by):
    """Nothing else waits for it: the clocks of an appeal read the notification itself."""


def register():
    notifying.register(Hearing._meta.label, about=about(Hearing), follow=follow_hearing)
    notifying.register(FormalNotice._meta.label, about=about(FormalNotice), follow=notices.follow_notification)
    for model in (Withdrawal, Recovery):
        notifying.register(model._meta.label, about=about(model), follow=follow_decision)


# --- What the pages say --------------------------------------------------------------------------------------------


def opened(hearing_list):
    """Keys of the letters of these hearings that were opened, in two queries."""
    documents = [one for hearing in hearing_list for one in letters_of(hearing).values()]
    rows = FormalNotification.objects.filter(document__in=documents, opened_at__isnull=False)
    before = LetterOpening.objects.filter(hearing__in=hearing_list)
    return set(rows.values_list("document", flat=True)) | set(before.values_list("document", flat=True))


def told(hearing, today=None):
    """{word of the address: what the staff reads of the notification of each letter}."""
    today = today or timezone.localdate()
    letters = letters_of(hearing)
    rows = FormalNotification.objects.filter(document__in=letters.values()).select_related("opened_by")
    before = LetterOpening.objects.filter(hearing=hearing).select_related("opened_by")
    known = {one.document_id: one for one in [*before, *rows]}
    consent = consent_of(hearing.award.organisation)
    return {kind: words(document, known.get(document.pk), consent, today) for kind, document in letters.items()}


def words(document, found, consent, today):
    said = "pas encore ouverte"
    if found is not None and found.opened_at:
        said = f"ouverte le {long_date(timezone.localdate(found.opened_at))} par {found.opened_by}"
    if found is not None and found.notified_on:
        return f"{said}, notifiée le {long_date(found.notified_on)}"
    if consent is None:
        return f"{said}, à notifier par lettre recommandée : la structure n’a pas accepté la voie électronique"
    made_available = timezone.localdate(document.released_at)
    if today < (presumed := notifying.presumed_from(made_available)):
        return f"{said} ; sans ouverture, réputée notifiée à partir du {long_date(presumed)}"
    return f"jamais ouverte, réputée notifiée le {long_date(made_available)}"
