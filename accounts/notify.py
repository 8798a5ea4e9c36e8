"""Telling people: a row written with the act; the mail itself leaves by `accounts.delivery`."""

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.utils.crypto import salted_hmac

from accounts.closed import names_closed_to, says_nothing_closed
from accounts.models import (
    ALWAYS_MAILED,
    Delivery,
    Notification,
    NotificationPreference,
    OutboxMessage,
    User,
)
from accounts.queueing import enqueue

KEPT_OF_A_MAIL = ("message_id", "recipient", "subject", "body", "event", "thread")
# « /dossiers/<dossier>/ » of the applicant and of the staff.
DOSSIER = re.compile(r"/dossiers/([0-9a-f-]{36})/")
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
        return queue_mail(key=key, recipient=recipient, subject=subject, body=body, event=event, url=url)
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
        told.mail = queue_mail(
            key=key, recipient=recipient.email, subject=subject, body=body, event=event, url=url
        )  # fmt: skip
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
        new_mail(one, person.email, subject, body, event, url)
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


def queue_mail(*, key, recipient, subject, body, event="", url=""):
    """Put a mail in the outbox, in the caller's transaction; the same key twice is one mail.

    Args:
        event: the `Event` it tells of, "" for several. url: path of the page it is about: makes its thread.
    """
    mail = new_mail(key, recipient, subject, body, event, url)
    told = {name: getattr(mail, name) for name in KEPT_OF_A_MAIL}
    message, created = OutboxMessage.objects.get_or_create(key=key, defaults=told)
    if created:
        transaction.on_commit(lambda: enqueue("accounts.send_message", message.pk))
    return message


def new_mail(key, recipient, subject, body, event="", url=""):
    """A mail of the outbox, not saved; its Message-ID follows from its key, and nobody else can make it up."""
    domain = settings.PUBLIC_URL.split("//")[-1].split(":")[0]
    proof = salted_hmac("accounts.message_id", key).hexdigest()[:16]
    message_id = f"<{key.replace(':', '.').replace(' ', '-')}.{proof}@{domain}>"
    return OutboxMessage(
        key=key, message_id=message_id, recipient=recipient, subject=subject[:250], body=body, event=event,
        thread=thread_of(url),
    )  # fmt: skip


def thread_of(url):
    """What the mails about one page are grouped under: its dossier; "" when it is of none."""
    found = DOSSIER.search(url)
    return f"dossier.{found[1]}" if found else ""
