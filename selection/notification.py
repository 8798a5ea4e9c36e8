"""What the notification of a decision, or of the answer to an appeal, does; the rule is `documents.notifying`."""

from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.permissions import require
from applications.models import Application
from documents import notifying, registered
from documents.models import Document, FormalNotification
from documents.notifying import About, Kind
from funding import awards
from funding.models import FormalNotice, Hearing, Recovery, Withdrawal
from selection.models import Appeal, Decision

State = Decision.State
FOLLOW = "selection.follow_letters"


# --- Decisions -----------------------------------------------------------------------------------------------------


def notification_of(decision):
    """The `FormalNotification` of a decision, or None before it is handed over."""
    return (
        FormalNotification.objects.about(decision).select_related("document", "opened_by", "consent", "proof").first()
    )


def open_letter(*, decision, by):
    """The addressee opens the letter; with the consent of her structure, the first opening notifies the decision.

    Args:
        by: a member of the structure it is addressed to.

    Returns:
        The letter, a `Document` ready to be handed to the browser.

    Raises:
        NotAllowed: it is not addressed to `by`, or not announced.
        Refusal: it is not made yet.
    """
    with transaction.atomic():
        if not Decision.objects.addressed_to(by).filter(pk=decision.pk).exists():
            raise NotAllowed
        letter = Document.objects.about(decision).released().first()
        if letter is None or not letter.is_ready:
            raise Refusal("Ce courrier n’est pas encore prêt. Revenez dans quelques minutes.")
        notifying.open_act(notification=known(decision, letter), by=by)
    return letter


def known(decision, letter):
    """A letter handed over before notifications were followed is followed from its first opening."""
    found = notification_of(decision)
    if found is None:
        notifying.make_available([letter], at=letter.released_at)
        found = notification_of(decision)
    return found


def was_read(decision):
    """Somebody of the structure opened the letter, whether or not that notified it."""
    found = notification_of(decision)
    return found is not None and found.opened_at is not None


def record_notification(*, decision, by, number, posted_on, presented_on=None, delivered_on=None, proof=None,
    version=None,
):  # fmt: skip
    """An officer records the registered letter of a decision, as `documents.registered.record` says."""
    require(by, FOLLOW)
    found = notification_of(decision)
    if found is None:
        raise StalePage("Cette décision n’est pas annoncée : il n’y a rien à notifier.")
    return registered.record(
        notification=found, number=number, posted_on=posted_on, presented_on=presented_on, delivered_on=delivered_on,
        proof=proof, by=by, version=version,
    )  # fmt: skip


def about_decisions(keys):
    rows = Decision.objects.filter(pk__in=keys).order_by().select_related("application")
    return {row.pk: about(row.application, "decision/") for row in rows}


def about(application, page):
    return About(
        organisation_id=application.organisation_id,
        reference=application.reference or "",
        own_path=f"/dossiers/{application.public_id}/{page}",
        staff_path=f"/pilotage/dossiers/{application.public_id}/decision/",
    )


def follow_decision(notification, by):
    """The decision and its aid are notified that day; one that was withdrawn meanwhile stays as it is."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("award")
    decision = decision.get(pk=notification.subject_id)
    if decision.state == State.ISSUED:
        decision.move("notify", by=by, on=notification.notified_on)
        if decision.award_id:
            awards.mark_notified(award=decision.award, on=notification.notified_on)


# --- Answers to appeals --------------------------------------------------------------------------------------------


def about_appeals(keys):
    rows = Appeal.objects.filter(pk__in=keys).order_by().select_related("decision__application")
    return {row.pk: about_appeal(row) for row in rows}


def about_appeal(appeal):
    application = appeal.decision.application
    return About(
        organisation_id=application.organisation_id,
        reference=application.reference or "",
        own_path=f"/dossiers/{application.public_id}/decision/recours/",
        staff_path=f"/pilotage/recours/{appeal.public_id}/",
    )


def make_answer_available(appeal):
    """An answer written elsewhere to an appeal to the administration is told here too: follow its notification."""
    if appeal.is_administrative:
        notifying.make_act_available(subject=appeal, kind=Kind.APPEAL_ANSWER, at=timezone.now())


def answer_notification_of(appeal):
    """The `FormalNotification` of the answer to an appeal, or None."""
    return FormalNotification.objects.about(appeal).filter(kind=Kind.APPEAL_ANSWER).first()


def follow_appeal(notification, by):
    """The delay before the court runs again from that day (CRPA L411-2)."""
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=notification.subject_id)
    if appeal.answer_notified_on is None:
        appeal.answer_notified_on = notification.notified_on
        appeal.save(update_fields=["answer_notified_on"])


def register():
    notifying.register(Decision._meta.label, about=about_decisions, follow=follow_decision)
    notifying.register(Appeal._meta.label, about=about_appeals, follow=follow_appeal)


# --- What the staff may read ---------------------------------------------------------------------------------------


def visible_to(user):
    """The notifications of the acts on what `user` may read."""
    about_them = [
        Q(subject_type=model._meta.label, subject_id__in=model.objects.visible_to(user).values("pk"))
        for model in (Decision, Application, Appeal, FormalNotice, Hearing, Withdrawal, Recovery)
    ]
    return FormalNotification.objects.filter(reduce(or_, about_them))


def of_wave(rows, wave):
    """Those of the decisions of one wave."""
    decisions = Decision.objects.filter(wave=wave).values("pk")
    return rows.filter(subject_type=Decision._meta.label, subject_id__in=decisions)
