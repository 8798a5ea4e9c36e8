"""Several things told in one mail: the morning digest, and what one act on many objects has to say."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.closed import names_closed_to, says_nothing_closed
from accounts.french import long_date, plural
from accounts.models import Delivery, Notification, User
from accounts.notify import queue_mail

MORNING = datetime.time(7)
# An act on many objects that was cut before its end is told all the same.
LEFT_BEHIND = datetime.timedelta(hours=1)


def send_digests(now=None):
    """Mail to each person what waited for the morning; returns how many mails. Once a day and person.

    Args:
        now: an instant; what was told before the last 7 h (Europe/Paris) goes.
    """
    now = now or timezone.now()
    limit = last_morning(now)
    waiting = Notification.objects.filter(mail=None, delivery=Delivery.DIGEST, group="", created_at__lt=limit)
    day = timezone.localtime(limit).date()
    subject = f"Votre résumé du {long_date(day)}"
    return mail_each(waiting, key=f"digest:{day.isoformat()}", subject=lambda told: subject)


def last_morning(now):
    local = timezone.localtime(now)
    today = local.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    return today if local >= today else today - datetime.timedelta(days=1)


def mail_group(group):
    """Mail to each person what one act on many objects told her; returns how many mails.

    Whoever prefers a digest finds it there; whoever wants no mail has none.
    """
    Notification.objects.filter(group=group, mail=None).exclude(delivery=Delivery.NOW).update(group="")
    waiting = Notification.objects.filter(group=group, mail=None)
    return mail_each(waiting, key=f"group:{group}", subject=grouped_subject)


def grouped_subject(told):
    return told[0].subject if len(told) == 1 else f"{plural(len(told), 'nouvelle')} sur vos dossiers"


def mail_left_behind():
    """Groups whose act never came to its end; returns how many mails."""
    old = Notification.objects.filter(mail=None, created_at__lt=timezone.now() - LEFT_BEHIND).exclude(group="")
    groups = list(old.order_by().values_list("group", flat=True).distinct())
    return sum(mail_group(group) for group in groups)


def mail_each(waiting, *, key, subject):
    people = User.objects.filter(pk__in=waiting.order_by().values("user"), is_active=True).order_by("pk")
    return sum(mail_one(person, waiting, key, subject) for person in people)


def mail_one(person, waiting, key, subject):
    with transaction.atomic():
        told = still_open(person, list(waiting.filter(user=person).select_for_update().order_by("pk")))
        if not told:
            return 0
        mail = queue_mail(
            key=f"{key}:{person.pk}", recipient=person.email, subject=subject(told), body=body_of(person, told),
            event=told[0].event if len(told) == 1 else "", url=told[0].url if len(told) == 1 else "",
        )  # fmt: skip
        Notification.objects.filter(pk__in=[one.pk for one in told]).update(mail=mail)
    return 1


def still_open(person, waiting):
    """Without what names something that has been closed to her since; those are never mailed."""
    names = names_closed_to(person)
    told = [one for one in waiting if says_nothing_closed((one.subject, one.body), names)]
    if len(told) < len(waiting):
        gone = {one.pk for one in waiting} - {one.pk for one in told}
        Notification.objects.filter(pk__in=gone).update(delivery=Delivery.HERE, group="")
    return told


def body_of(person, told):
    if len(told) == 1:
        return told[0].body
    listed = "\n".join(f"- {one.subject}\n  {address_of(one)}" for one in told)
    return (
        f"Bonjour,\n\n{listed}\n\nTout est aussi dans vos notifications : {settings.PUBLIC_URL}/notifications/\n"
        f"Pour choisir ce que vous recevez : {settings.PUBLIC_URL}/compte/notifications/\n"
    )


def address_of(told):
    return f"{settings.PUBLIC_URL}{told.url or '/notifications/'}"


def sweep():
    """Digests that are due and groups that were left behind; returns how many mails."""
    return send_digests() + mail_left_behind()
