"""The notification of acts: one mechanism for every act that decides something, whatever floor it is of.

With the consent of the structure, an act is notified at its first opening; not opened within fifteen days, on the day
it was made available (CRPA R112-20). Without it, by registered letter (`documents.registered`). A floor says what its
acts are about, and what follows from their notification, with `register`.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.french import long_date
from accounts.models import JournalEntry
from documents import notices
from documents.consents import consent_of
from documents.formal import FormalNotification

# CRPA R112-20: not opened within fifteen days, it is notified from the day it was made available.
OPENED_WITHIN = datetime.timedelta(days=15)
Kind, State, Way = FormalNotification.Kind, FormalNotification.State, FormalNotification.Way
SWEPT = 500


def notified_day(made_available, opened_on):
    """The Paris day on which a letter first opened on `opened_on` is notified."""
    return made_available if opened_on > made_available + OPENED_WITHIN else opened_on


def presumed_from(made_available):
    """First Paris day on which a letter that nobody opened is presumed notified, on the day it was made available."""
    return made_available + OPENED_WITHIN + datetime.timedelta(days=1)


# --- What a floor says of its acts ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class About:
    """Whom an act is addressed to, and where it is read."""

    organisation_id: int
    reference: str
    own_path: str
    staff_path: str


@dataclass(frozen=True)
class Subject:
    """What a floor says of the acts on one model.

    Args:
        about: keys → {key: `About`}, in one query; a key that is addressed to nobody is left out.
        follow: `FormalNotification`, by → what its notification does, in the same transaction.
    """

    about: Callable
    follow: Callable


SUBJECTS: dict[str, Subject] = {}


def register(label, *, about, follow):
    SUBJECTS[label] = Subject(about, follow)


# --- Made available ------------------------------------------------------------------------------------------------


def make_available(documents, *, at):
    """Follow the notification of these documents from now on, in the transaction that hands them over.

    Args:
        documents: `Document`s of any kind; those that decide nothing are left aside.
        at: the instant from which their addressee may open them.
    """
    by_label: dict[str, list] = {}
    for one in documents:
        if one.kind in Kind.values and one.subject_type in SUBJECTS:
            by_label.setdefault(one.subject_type, []).append(one)
    for label, group in by_label.items():
        about = SUBJECTS[label].about([one.subject_id for one in group])
        FormalNotification.objects.bulk_create(
            (row_of(one.kind, label, one.subject_id, about[one.subject_id], at, document=one)
             for one in group if one.subject_id in about),
            ignore_conflicts=True,
        )  # fmt: skip


def make_act_available(*, subject, kind, at):
    """The same for an act that is read in the service, without a letter.

    Args:
        subject: the object; its model is registered. kind: a `FormalNotification.Kind`.
    """
    label = subject._meta.label
    about = SUBJECTS[label].about([subject.pk]).get(subject.pk)
    if about is not None:
        row = row_of(kind, label, subject.pk, about, at)
        FormalNotification.objects.bulk_create([row], ignore_conflicts=True)


def row_of(kind, label, key, about, at, document=None):
    return FormalNotification(
        kind=kind, subject_type=label, subject_id=key, document=document, organisation_id=about.organisation_id,
        reference=about.reference, own_path=about.own_path, staff_path=about.staff_path, available_at=at,
        available_on=timezone.localdate(at),
    )  # fmt: skip


# --- On line -------------------------------------------------------------------------------------------------------


def of_document(document):
    """The notification of a letter; one handed over before they were followed is followed from its first opening."""
    rows = FormalNotification.objects.filter(document=document)
    if not rows.exists():
        make_available([document], at=document.released_at)
    return rows.get()


def locked(notification):
    rows = FormalNotification.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=notification.pk)


def open_act(*, notification, by):
    """The addressee opens an act: the first opening is kept, and notifies her if her structure accepted it.

    Without that consent it is an acknowledgement of reading, and no delay runs from it.

    Args:
        by: a member of the structure; the caller has checked it.
    """
    with transaction.atomic():
        row = locked(notification)
        if row.opened_at is None:
            row.opened_at, row.opened_by = timezone.now(), by
            row.save(update_fields=["opened_at", "opened_by"])
            details = {"act": str(row), "available_on": row.available_on.isoformat()}
            JournalEntry.write(action="open_act", subject=row, actor=by, details=details)
        if not row.is_notified and (consent := consent_of(row.organisation)):
            notify_online(row, consent, by)
    return row


def notify_online(row, consent, by):
    today = timezone.localdate()
    # A notice that reached nobody starts no delay: who opens the act late is notified that day.
    late = is_presumable(row, consent, today) and not notices.is_unaware(row)
    way, on = (Way.UNOPENED, row.available_on) if late else (Way.OPENED, today)
    row.move("notify_online", by=by, way=way, on=on, consent=consent)
    follow(row, by)


def is_presumable(row, consent, today):
    """Left unopened for fifteen days by a structure that had accepted the electronic way before it was available."""
    return consent.given_at <= row.available_at and today >= presumed_from(row.available_on)


def follow(row, by):
    SUBJECTS[row.subject_type].follow(row, by)


def sweep():
    """Note what was left unopened for fifteen days; safe at any moment, by several processes at once.

    Not when the mail that announced it came back: somebody looks first (`documents.notices`).

    Returns:
        How many were noted.
    """
    today = timezone.localdate()
    late = FormalNotification.objects.pending().filter(available_on__lt=today - OPENED_WITHIN).with_consent()
    late = late.filter(consented_at__lte=F("available_at")).with_notice().filter(unaware=False).order_by("pk")
    return sum(presume(key, today) for key in late.values_list("pk", flat=True)[:SWEPT])


def presume(key, today):
    with transaction.atomic():
        row = locked(FormalNotification(pk=key))
        consent = consent_of(row.organisation)
        if row.is_notified or consent is None or not is_presumable(row, consent, today) or notices.is_unaware(row):
            return False
        notify_online(row, consent, None)
    return True


# --- In words ------------------------------------------------------------------------------------------------------


def next_act(row, today=None):
    """What is to be done for an act to be notified, in one sentence.

    Args:
        row: a `FormalNotification` read `with_consent`, and `with_notice` in a list.
    """
    if row.is_notified:
        return ""
    if row.state == State.POSTED:
        return f"Recommandé {row.registered_number} parti le {long_date(row.posted_on)} : enregistrez sa présentation."
    if row.consented_at is None:
        read = f"Lu en ligne le {long_date(timezone.localdate(row.opened_at))}, sans accord. " if row.opened_at else ""
        return f"{read}Envoyez un recommandé."
    if notices.is_unaware(row):
        return (
            "Le courriel qui annonce l’acte est revenu : les quinze jours ne courent pas. Prévenez la structure et "
            "dites comment, ou envoyez un recommandé."
        )
    if row.consented_at > row.available_at:
        return (
            "Accord donné après la mise à disposition : seule l’ouverture notifie. Sans elle, envoyez un recommandé."
        )
    if (today or timezone.localdate()) < (presumed := presumed_from(row.available_on)):
        return f"Attendez l’ouverture : sans elle, l’acte est réputé notifié à partir du {long_date(presumed)}."
    return "Quinze jours sans ouverture : le service constate la notification dans l’heure."


def notice_of(organisation, on=None):
    """What the mail of the day an act is made available says of its notification (CRPA R112-19).

    Args:
        on: the Paris day it is made available, today by default.
    """
    on = long_date(on or timezone.localdate())
    if consent_of(organisation) is None:
        return (
            f"Le courrier est à votre disposition depuis le {on}. Votre structure n’a pas accepté la notification "
            "électronique : il vous est aussi envoyé en lettre recommandée, et les délais partent de sa présentation. "
            "Vous pouvez accepter la voie électronique en l’ouvrant."
        )
    return (
        f"Le courrier est à votre disposition depuis le {on}. Ouvrez-le pour en prendre connaissance : c’est ce "
        "jour-là qu’il vous est notifié. Sans ouverture dans les quinze jours, il est réputé notifié le jour où il a "
        "été mis à disposition (code des relations entre le public et l’administration, articles R. 112-17 à "
        "R. 112-20)."
    )
