"""What a person was told: reading it, and choosing how she is told."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import ALWAYS_MAILED, Delivery, Event, NotificationPreference

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
