"""What a person was told: reading it, and choosing how she is told."""

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.mail_parts import UNSUBSCRIBE, events_of
from accounts.models import (
    ALWAYS_MAILED,
    Delivery,
    Event,
    JournalEntry,
    Notification,
    NotificationPreference,
    OutboxMessage,
    User,
)

CHOSEN = tuple(event for event in Event if event not in ALWAYS_MAILED)


def open_one(*, notification):
    """Note that the person has read it; reading it again changes nothing."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
    return notification


def read_all(*, by):
    """Note everything as read; returns how many were not."""
    return by.notifications.filter(read_at=None).update(read_at=timezone.now())


def preferences_of(user):
    """{event: `Delivery`} of the events that a person may choose for."""
    chosen = dict(NotificationPreference.objects.filter(user=user).values_list("event", "delivery"))
    return {event: Delivery(chosen.get(event, Delivery.NOW)) for event in CHOSEN}


def choose(*, by, deliveries):
    """Keep how a person wants to be told.

    Args:
        deliveries: {event: `Delivery`}; an event that is not named stays as it was.

    Raises:
        Refusal: one of them carries rights, and is always mailed.
    """
    if set(deliveries) - set(CHOSEN):
        raise Refusal("Ces courriels portent des droits : ils sont toujours envoyés.")
    with transaction.atomic():
        for event, delivery in deliveries.items():
            NotificationPreference.objects.update_or_create(
                user=by, event=event, defaults={"delivery": Delivery(delivery)}
            )


def unsubscribe(*, token):
    """Stop the mails of the kind of one mail, by its signed link (RFC 8058): found in the service all the same.

    Args:
        token: what `mail_parts.unsubscribe_url` signed.

    Returns:
        The labels of what is not mailed any more; none when the link is not one of ours.
    """
    mail = mail_of(token)
    events = events_of(mail) if mail else []
    people = Notification.objects.filter(mail=mail).order_by().values_list("user", flat=True).distinct()
    for user in User.objects.filter(pk__in=people if events else ()):
        choose(by=user, deliveries=dict.fromkeys(events, Delivery.HERE))
        JournalEntry.write(action="unsubscribe", subject=user, actor=user, details={"events": events})
    return [Event(event).label for event in events]


def mail_of(token):
    """The mail that a signed link is of, or None."""
    try:
        return OutboxMessage.objects.filter(pk=signing.loads(token, salt=UNSUBSCRIBE)).first()
    except signing.BadSignature:
        return None
