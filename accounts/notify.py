"""Telling people: a row written with the act; mail sent after the commit, at least once, with a stable Message-ID."""

import datetime
import logging
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, Value
from django.utils import timezone

from accounts.closed import names_closed_to, says_nothing_closed
from accounts.models import (
    ALWAYS_MAILED,
    Delivery,
    Notification,
    NotificationPreference,
    OutboxMessage,
    User,
)
from accounts.permissions import require
from accounts.queueing import enqueue

log = logging.getLogger(__name__)
CLAIM = datetime.timedelta(minutes=2)
MAX_ATTEMPTS = 10
told_together: ContextVar[str] = ContextVar("told_together", default="")


def notify(event, *, key, recipient, subject, body, url=""):
    """Tell somebody something, in the caller's transaction; the same key twice is one telling.

    Nothing is told, and None returned, when the text names something that is closed to her (a tie).

    A member of the service's users finds it in the service, and receives it by mail as she prefers: at once, in the
    morning digest, or not. Anybody else is mailed. What rights run from (`ALWAYS_MAILED`) is mailed at once.

    Args:
        event: an `accounts.models.Event`.
        key: what makes it unique, e.g. "receipt:123".
        recipient: a `User`, or an e-mail address.
        subject: one line of French text.
        body: plain French text.
        url: path of the page that it is about.
    """
    subject = " ".join(subject.split())[:250]
    if not isinstance(recipient, User):
        return queue_mail(key=key, recipient=recipient, subject=subject, body=body)
    if not may_be_told(recipient, event, subject, body):
        return None
    group, delivery = told_together.get(), delivery_of(recipient, event)
    held = is_held(event, group, delivery)
    defaults = {
        "user": recipient, "event": event, "subject": subject, "body": body, "url": url, "delivery": delivery,
        "group": group if held else "",
    }  # fmt: skip
    told, created = Notification.objects.get_or_create(key=key, defaults=defaults)
    if created and not held:
        told.mail = queue_mail(key=key, recipient=recipient.email, subject=subject, body=body)
        told.save(update_fields=["mail"])
    return told


def may_be_told(person, event, *texts):
    """The last door: whatever asks for it, nobody is told of what is closed to her."""
    return event in ALWAYS_MAILED or says_nothing_closed(texts, names_closed_to(person))


def notify_each(event, *, recipients, key, subject, body, url=""):
    """Tell several people the same thing, as `notify` does for one: as many statements for one as for twenty, and
    one or two more for each who works for the service, to whom something may be closed.

    Args:
        recipients: `User`s.
        key: what makes it unique ("receipt:123"); each person adds hers. The caller holds what it names locked.
    """
    wanted = {f"{key}:{person.pk}": person for person in recipients if may_be_told(person, event, subject, body)}
    told, mails = told_already(wanted)
    missing = {one: person for one, person in wanted.items() if one not in told}
    subject, group = " ".join(subject.split())[:250], told_together.get()
    chosen = deliveries_of(missing.values(), event)
    held = {one for one, person in missing.items() if is_held(event, group, chosen[person.pk])}
    queued = [
        new_mail(one, person.email, subject, body)
        for one, person in missing.items()
        if one not in held and one not in mails
    ]
    mails |= {mail.key: mail.pk for mail in OutboxMessage.objects.bulk_create(queued)}
    Notification.objects.bulk_create(
        Notification(
            user=person, key=one, event=event, subject=subject, body=body, url=url, delivery=chosen[person.pk],
            group=group if one in held else "", mail_id=None if one in held else mails[one],
        )
        for one, person in missing.items()
    )  # fmt: skip
    for mail in queued:
        transaction.on_commit(partial(enqueue, "accounts.send_message", mail.pk))


def told_already(keys):
    """(keys of notifications, {key of a mail: its pk}) among these keys; one statement."""
    told = Notification.objects.filter(key__in=keys).order_by().values_list("key", Value(0))
    mailed = OutboxMessage.objects.filter(key__in=keys).order_by().values_list("key", "pk")
    rows = list(told.union(mailed, all=True))
    return {key for key, pk in rows if not pk}, {key: pk for key, pk in rows if pk}


def is_held(event, group, delivery):
    """Not mailed now: told with the others of one act, or as the person prefers."""
    return event not in ALWAYS_MAILED and (bool(group) or delivery != Delivery.NOW)


def deliveries_of(users, event):
    """{user's key: how she wants to be told of `event`}."""
    asked = [] if event in ALWAYS_MAILED else [user.pk for user in users]
    chosen = NotificationPreference.objects.filter(user__in=asked, event=event) if asked else ()
    return dict.fromkeys((user.pk for user in users), Delivery.NOW) | {
        one.user_id: Delivery(one.delivery) for one in chosen
    }


def delivery_of(user, event):
    """How `user` wants to be told of `event`."""
    if event in ALWAYS_MAILED:
        return Delivery.NOW
    chosen = NotificationPreference.objects.filter(user=user, event=event).values_list("delivery", flat=True).first()
    return Delivery(chosen) if chosen else Delivery.NOW


@contextmanager
def together(group):
    """What is told within is mailed once to each person, by `mail_group` when the act on many objects is over."""
    token = told_together.set(group)
    try:
        yield
    finally:
        told_together.reset(token)


def queue_mail(*, key, recipient, subject, body):
    """Put a mail in the outbox, in the caller's transaction; the same key twice is one mail."""
    mail = new_mail(key, recipient, subject, body)
    told = {name: getattr(mail, name) for name in ("message_id", "recipient", "subject", "body")}
    message, created = OutboxMessage.objects.get_or_create(key=key, defaults=told)
    if created:
        transaction.on_commit(lambda: enqueue("accounts.send_message", message.pk))
    return message


def new_mail(key, recipient, subject, body):
    """A mail of the outbox, not saved; its Message-ID follows from its key."""
    domain = settings.PUBLIC_URL.split("//")[-1].split(":")[0]
    message_id = f"<{key.replace(':', '.').replace(' ', '-')}@{domain}>"
    return OutboxMessage(key=key, message_id=message_id, recipient=recipient, subject=subject[:250], body=body)


def send(message_id):
    """Send one message unless it is sent or another worker holds it; failures stay on the row."""
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
    claimed = OutboxMessage.objects.filter(free, pk=message_id, sent_at=None).update(
        claimed_at=now, attempts=F("attempts") + 1
    )
    if claimed:
        _deliver(OutboxMessage.objects.get(pk=message_id))


def _deliver(message):
    mail = EmailMessage(
        message.subject, message.body, to=[message.recipient], headers={"Message-ID": message.message_id}
    )
    try:
        mail.send()
    except OSError as error:
        log.warning("mail %s failed: %s", message.pk, error)
        OutboxMessage.objects.filter(pk=message.pk).update(last_error=str(error)[:500])
    else:
        OutboxMessage.objects.filter(pk=message.pk).update(sent_at=timezone.now(), last_error="")


def sweep():
    """Send what the broker forgot; returns how many rows were tried."""
    expired = timezone.now() - CLAIM
    waiting = OutboxMessage.objects.filter(sent_at=None, attempts__lt=MAX_ATTEMPTS).filter(
        Q(claimed_at=None, created_at__lt=timezone.now() - datetime.timedelta(seconds=10)) | Q(claimed_at__lt=expired)
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:200])
    for message_id in ids:
        send(message_id)
    return len(ids)


def retry_stuck(*, by):
    """Let the mails that failed too often start again; returns how many.

    Raises:
        NotAllowed: `by` may not follow the mail.
    """
    require(by, "accounts.retry_mail")
    stuck = OutboxMessage.objects.filter(sent_at=None, attempts__gte=MAX_ATTEMPTS)
    return stuck.update(attempts=0, claimed_at=None)
