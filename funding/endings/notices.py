"""Formal notices: a beneficiary is asked in writing to do what her aid wants, within a time, before anything follows.

They use what the hearing uses: its letter, its mail, its notification, its page. The time runs from the notification
alone; nothing follows a notice before that time is past (CRPA L121-1, L242-2).
"""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import NBSP, long_date, plural
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from accounts.permissions import require
from documents import notifying
from documents.answer_facts import FormalNoticeFacts
from documents.detection import ACCEPTED
from documents.frozen import to_json
from documents.models import Document
from documents.uploads import examine, keep
from documents.wording import previewing
from documents.wording.versions import blocks_in_force
from funding.conventions import standing
from funding.endings import hearings
from funding.models import Award, FormalNotice
from funding.models.formal_notice import CONDUCT
from programme.letter_scopes import scopes_of_dossier

LEAST_DAYS, USUAL_DAYS, MOST_DAYS = hearings.LEAST_DAYS, hearings.USUAL_DAYS, 365
KIND = Document.Kind.FORMAL_NOTICE
Ground, State = FormalNotice.Ground, FormalNotice.State


def send(*, award, ground, facts, asked, days, by, version=None):
    """Write to the structure what is found, what she must do, and within how many days of the notification.

    Args:
        ground: a `FormalNotice.Ground`. facts, asked: as the letter says them.
        days: at least fifteen.

    Returns:
        The `FormalNotice`; its letter is asked for and handed over.

    Raises:
        Refusal: a part is missing, the time is too short, or one for this ground is under way.
        StalePage, NotAllowed.
    """
    require(by, CONDUCT)
    with transaction.atomic():
        award = standing.lock(award, version)
        refuse_incomplete(award, ground, facts, asked, days)
        notice = FormalNotice.objects.create(
            award=award, ground=ground, facts=facts.strip(), asked=asked.strip(), days=days,
            opened_on=timezone.localdate(), opened_by=by,
        )  # fmt: skip
        JournalEntry.write(
            action="send_formal_notice", subject=notice, actor=by, details={"ground": ground, "days": days}
        )
        hearings.tell(
            award, Event.REQUEST, f"formal-notice:{notice.pk}",
            f"Mise en demeure{NBSP}: {plural(days, 'jour')} pour tenir les conditions de votre aide",
            "Une lettre du service est sur votre page « Versements ». Elle dit ce qui est demandé et avant quand.",
            letter=True,
        )  # fmt: skip
        notice.written = to_json(facts_of(notice))
        notice.document = hearings.ask_letter(notice, KIND, notice.written, by)
        notice.save(update_fields=["document", "written"])
    return notice


def refuse_incomplete(award, ground, facts, asked, days):
    hearings.refuse_nobody(award)
    if award.committed_on is None:
        raise Refusal("L’aide n’est pas engagée : rien ne peut encore être demandé à la structure.")
    if ground not in Ground.values:
        raise Refusal("Choisissez le manquement.", field="ground")
    if not (facts or "").strip():
        raise Refusal("Dites ce que vous constatez : la lettre le dit mot pour mot.", field="facts")
    if not (asked or "").strip():
        raise Refusal("Dites ce que la structure doit faire.", field="asked")
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise Refusal(
            f"Laissez entre {LEAST_DAYS} et {MOST_DAYS} jours : le délai part de la notification.", field="days"
        )
    if award.formal_notices.filter(ground=ground, state__in=FormalNotice.OPEN).exists():
        raise Refusal("Une mise en demeure pour ce manquement est déjà en cours.", field="ground")


def facts_of(notice):
    award = notice.award
    facts = hearings.common_facts(award) | {"issued_on": notice.opened_on}
    return FormalNoticeFacts(
        **facts, ground=notice.get_ground_display(), facts=notice.facts, asked=notice.asked, days=notice.days,
        granted_cents=award.total_cents, paid_cents=hearings.paid_cents(award), decided_on=award.committed_on,
    )  # fmt: skip


def preview(*, award, ground, facts, asked, days):
    """The letter as it would be sent now: the context of `documents/_letter.html`.

    Raises:
        Refusal: as `send`.
    """
    refuse_incomplete(award, ground, facts, asked, days)
    notice = FormalNotice(
        award=award, ground=ground, facts=facts.strip(), asked=asked.strip(), days=days, opened_on=timezone.localdate()
    )
    blocks = blocks_in_force(KIND, scopes_of_dossier(award.application))
    return previewing.on_screen(KIND, blocks, facts_of(notice))


def lock(notice, version=None):
    """The award, then its notice: the same order everywhere."""
    award = standing.lock(Award(pk=notice.award_id), None)
    locked = FormalNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    locked.expect_version(version)
    locked.award = award
    return locked


# --- Its notification ----------------------------------------------------------------------------------------------


def follow_notification(notification, by):
    """The days of the letter run from the day it is notified."""
    notice = lock(FormalNotice.objects.get(pk=notification.subject_id))
    notice.due_on = notification.notified_on + datetime.timedelta(days=notice.days)
    notice.save()
    details = {"notified_on": notification.notified_on.isoformat(), "due_on": notice.due_on.isoformat()}
    JournalEntry.write(action="notify_formal_notice", subject=notice, actor=by, details=details)


def open_letter(*, notice, by):
    """A member of the structure opens the letter; with her consent, the first opening notifies it.

    Raises:
        NotAllowed: it is not addressed to `by`. Refusal: it is not made yet.
    """
    if not Award.objects.announced_to(by).filter(pk=notice.award_id).exists():
        raise NotAllowed
    document = notice.document
    if document is None or not document.is_ready:
        raise Refusal("Ce courrier n’est pas encore prêt. Revenez dans quelques minutes.")
    notifying.open_act(notification=notifying.of_document(document), by=by)
    return document


# --- The structure -------------------------------------------------------------------------------------------------


def reply(*, notice, by, text, uploaded=None, version=None):
    """The structure says, once, what was done, or why it cannot be.

    Args:
        by: a member who writes for the structure. uploaded: a file, or None.

    Raises:
        NotAllowed: `by` does not write for it. Refusal: nothing is said. StalePage: it is over, or answered already.
    """
    if not (text or "").strip():
        raise Refusal("Dites ce qui est fait, ou ce qui l’empêche.", field="text")
    examined = examine(uploaded=uploaded, allowed=ACCEPTED, field="uploaded") if uploaded else None
    with transaction.atomic():
        notice = lock(notice, version)
        if not hearings.may_answer(notice.award, by):
            raise NotAllowed
        if not notice.is_open or notice.replied_at:
            raise StalePage("Cette mise en demeure a déjà votre réponse, ou elle est close.")
        notice.reply, notice.replied_at, notice.replied_by = text.strip(), timezone.now(), by
        notice.reply_file = keep(examined=examined, by=by) if examined else None
        notice.save()
        JournalEntry.write(action="reply_formal_notice", subject=notice, actor=by)
        tell_officer(notice)
    return notice


def tell_officer(notice):
    officer = notice.award.application.officer
    if officer is not None and officer.is_active:
        notify(
            Event.PROGRESS,
            key=f"formal-notice-reply:{notice.pk}",
            recipient=officer,
            subject=f"Réponse à une mise en demeure : {notice.award.fabrique}",
            body="La structure dit ce qui est fait, ou ce qui l’empêche. Lisez sa réponse, puis concluez.\n",
            url=notice.get_absolute_url(),
        )


# --- Its end -------------------------------------------------------------------------------------------------------


def meet(*, notice, note, by, version=None):
    """Say that what was asked is done. Raises `Refusal` when nothing is said, `StalePage` when it is closed."""
    return end(
        notice, "meet", note, by, version, "note", "Dites ce qui a été fait : la structure le lira.",
        "La mise en demeure est satisfaite",
    )  # fmt: skip


def drop(*, notice, note, by, version=None):
    """Give it up: a mistake, or a fact that explains all. Raises as `meet`."""
    return end(
        notice, "drop", note, by, version, "note", "Dites pourquoi : la structure lira ce motif.",
        "La mise en demeure est abandonnée",
    )  # fmt: skip


def end(notice, how, note, by, version, field, sentence, subject):
    if not (note or "").strip():
        raise Refusal(sentence, field=field)
    with transaction.atomic():
        notice = lock(notice, version)
        notice.move(how, by=by, on=timezone.localdate(), note=note.strip())
        hearings.tell(
            notice.award, Event.DECISION, f"formal-notice:{notice.pk}:{how}", subject,
            f"{subject}{NBSP}: {note.strip()}",
        )  # fmt: skip
    return notice


def begin_what_follows(notice, award, by):
    """Close a notice left without effect, in the transaction that opens the hearing which follows it.

    Raises:
        StalePage: it is closed, or of another award. Refusal: its time is not past.
    """
    notice = lock(notice)
    if notice.award_id != award.pk or not notice.is_open:
        raise StalePage("Cette mise en demeure est close : une procédure l’a suivie, ou elle est satisfaite.")
    on = timezone.localdate()
    if not notice.is_over(on):
        raise Refusal(not_over(notice))
    notice.move("follow", by=by, on=on)
    return notice


def not_over(notice):
    if notice.due_on is None:
        return (
            "La mise en demeure n’est pas notifiée : son délai n’a pas commencé. Suivez sa notification, ou envoyez "
            "un recommandé."
        )
    return f"La structure a jusqu’au {long_date(notice.due_on)} pour faire ce qui est demandé : rien ne suit avant."
