"""How a decision reaches its addressee: opened on line, or presumed after fifteen days, or proved otherwise."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from documents import notifying
from documents.models import Document
from documents.notifying import OPENED_WITHIN
from funding import awards
from selection.models import Decision

State = Decision.State


def open_letter(*, decision, by):
    """The addressee opens the letter; the first opening notifies the decision (CRPA R112-17 to R112-20).

    Args:
        by: a member of the structure it is addressed to.

    Returns:
        The letter, a `Document` ready to be handed to the browser.

    Raises:
        NotAllowed: it is not addressed to `by`, or not announced.
        Refusal: it is not made yet.
    """
    with transaction.atomic():
        decision = Decision.objects.select_for_update(of=("self",)).select_related("award").get(pk=decision.pk)
        if not Decision.objects.addressed_to(by).filter(pk=decision.pk).exists():
            raise NotAllowed
        letter = Document.objects.about(decision).released().first()
        if letter is None or not letter.is_ready:
            raise Refusal("Ce courrier n’est pas encore prêt. Revenez dans quelques minutes.")
        if decision.state == State.ISSUED:
            record_first_opening(decision, by)
    return letter


def record_first_opening(decision, by):
    made_available = timezone.localdate(decision.issued_at)
    notify_on(decision, notifying.notified_day(made_available, timezone.localdate()), by)


def notify_on(decision, on, by):
    decision.move("notify", by=by, on=on)
    if decision.award_id:
        awards.mark_notified(award=decision.award, on=on)


def record_notification(*, decision, by, on=None, evidence=""):
    """An officer records a notification that did not come from an opening.

    Args:
        on: Paris date on the evidence (registered letter); None applies the fifteen days of CRPA R112-20: notified
            from the day it was made available.
        evidence: what proves the date; wanted with `on`.

    Raises:
        Refusal: the fifteen days are not over, or the date is not proved or not possible.
        StalePage: it is notified already.
    """
    require(by, "selection.follow_letters")
    with transaction.atomic():
        decision = Decision.objects.select_for_update(of=("self",)).select_related("award").get(pk=decision.pk)
        if decision.state != State.ISSUED:
            raise StalePage(decision.refused_transition_message())
        day = presumed_day(decision) if on is None else proved_day(decision, on, evidence)
        notify_on(decision, day, by)
        details = {"on": day.isoformat(), "evidence": evidence}
        JournalEntry.write(action="record_notification", subject=decision, actor=by, details=details)
    return decision


def presumed_from(decision):
    """First day on which the notification may be presumed."""
    return notifying.presumed_from(timezone.localdate(decision.issued_at))


def presumed_day(decision):
    made_available = timezone.localdate(decision.issued_at)
    if timezone.localdate() < presumed_from(decision):
        raise Refusal(
            f"Le courrier est à disposition depuis le {long_date(made_available)} : la structure a quinze jours pour "
            f"l’ouvrir, jusqu’au {long_date(made_available + OPENED_WITHIN)} compris."
        )
    return made_available


def proved_day(decision, on, evidence):
    if not evidence.strip():
        raise Refusal("Indiquez la preuve (numéro du recommandé, accusé de réception).", field="evidence")
    if not timezone.localdate(decision.issued_at) <= on <= timezone.localdate():
        raise Refusal(
            "La notification a lieu après la mise à disposition et au plus tard aujourd’hui : corrigez la date.",
            field="on",
        )
    return on
