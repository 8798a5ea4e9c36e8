"""Points of an agenda while the panel sits: opened, left for a tie, moderated, noted, closed; one at a time."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.evaluations.conflicts import exclusions_of
from applications.evaluations.recusals import recuse
from applications.models import Application
from selection.attendance import locked_meeting, members_of, voters
from selection.meetings import blocks_of, leaving_of, number
from selection.models import AgendaItem, ItemRecusal, MeetingNote, ModeratedScore, Motion, PanelMeeting
from selection.moderation import ranking
from selection.sessions import lock_deliberation, refuse_adopted, session_of

State = PanelMeeting.State
UP, DOWN = "up", "down"


def refuse_left(item, by):
    """Who has a tie with the dossier conducts nothing of its point (R133-12)."""
    if item.application_id is None or by is None:
        return
    if not Application.objects.visible_to(by).filter(pk=item.application_id).exists():
        raise NotAllowed("Vous avez un lien avec ce dossier : une autre personne conduit ce point.")


def locked_item(item, by, version=None):
    """The item, its meeting locked and in session, for somebody who may conduct it."""
    meeting = locked_meeting(item.meeting_id, State.OPEN)
    item = AgendaItem.objects.select_related("application__fabrique", "presided_by__user").get(pk=item.pk)
    item.meeting = meeting
    item.expect_version(version)
    refuse_left(item, by)
    return item


def locked_under_way(item, by, version=None):
    item = locked_item(item, by, version)
    if not item.is_under_way:
        raise StalePage("Ce point n’est pas en cours d’examen : rien n’a été enregistré.")
    return item


# --- The agenda -----------------------------------------------------------------------------------------------------


def reorder(*, meeting, by):
    """Put the points still to come in blocks again, as ties are known now."""
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(meeting.pk, State.PLANNED, State.CONVENED, State.OPEN)
        number(blocks_of(meeting, leaving_of(meeting)))
        JournalEntry.write(action="order_agenda", subject=meeting, actor=by)


def shift(*, item, where, by):
    """Move a point that is still to come one place up or down.

    Raises:
        StalePage: it is open, closed, or at the end of those to come.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(item.meeting_id, State.PLANNED, State.CONVENED, State.OPEN)
        waiting = list(meeting.items.filter(opened_at=None))
        place = next((n for n, one in enumerate(waiting) if one.pk == item.pk), -1)
        other = place - 1 if where == UP else place + 1
        if place < 0 or not 0 <= other < len(waiting):
            raise StalePage("Ce point ne peut pas être déplacé ainsi : rechargez la page.")
        waiting[place], waiting[other] = waiting[other], waiting[place]
        number(waiting)
        JournalEntry.write(action="order_agenda", subject=meeting, actor=by, details={"item": item.pk, "to": where})


def open_item(*, item, by, version=None):
    """Begin a point: those who have a tie leave, and somebody who has none presides.

    Raises:
        Refusal: another point is under way, or nobody is left to preside.
        NotAllowed: `by` has a tie with the dossier.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        item = locked_item(item, by, version)
        if item.opened_at:
            raise StalePage("Ce point a déjà été ouvert.")
        if AgendaItem.objects.filter(meeting=item.meeting, opened_at__isnull=False, closed_at=None).exists():
            raise Refusal("Un autre point est en cours d’examen : clôturez-le d’abord.")
        item.opened_at = timezone.now()
        members = members_of(item.meeting)
        write_recusals(item, members)
        item.presided_by = presiding(item, members)
        item.save()
        JournalEntry.write(action="open_item", subject=item.meeting, actor=by, details={"item": item.position})
    return item


def write_recusals(item, members):
    """Keep who leaves for this point, and why, as it is known now."""
    if item.application_id is None:
        return
    found = exclusions_of(item.application, people=[member.user for member in members])
    ItemRecusal.objects.bulk_create(
        ItemRecusal(item=item, member=member, text=found[member.user_id][0].text[:500])
        for member in members
        if found.get(member.user_id)
    )


def presiding(item, members):
    """The chair; while she is away or has left, the first member on the list who sits and votes."""
    left = set(item.recusals.values_list("member", flat=True))
    sitting = [m for m in voters(members, left) if m.now.how != "mandate"]
    if not sitting:
        raise Refusal("Personne ne peut présider ce point : tous les membres présents ont un lien avec le dossier.")
    return next((m for m in sitting if m.user_id == item.meeting.chair_id), sitting[0])


def close_item(*, item, by, version=None):
    """End a point; without an opinion, the minutes say that none was given.

    Raises:
        Refusal: a vote is under way.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        item = locked_under_way(item, by, version)
        if Motion.objects.filter(item=item, closed_at=None).exists():
            raise Refusal("Un vote est en cours : clôturez-le avant le point.")
        item.closed_at = timezone.now()
        item.save()
        JournalEntry.write(action="close_item", subject=item.meeting, actor=by, details={"item": item.position})
    return item


# --- What happens during a point ------------------------------------------------------------------------------------


def leave_for_tie(*, item, member, text, by):
    """A member declares a tie, before the meeting or in session: it is registered and the dossier is closed to her.

    In session she leaves at once, and her ballot on the open vote goes.

    Args:
        by: the member herself, or whoever conducts the meeting and has no tie with the dossier.

    Raises:
        Refusal: no text (field "text"), or the point is about no dossier.
        NotAllowed: `by` is neither. StalePage: the point is closed, or the meeting over.
    """
    with transaction.atomic():
        meeting = locked_meeting(item.meeting_id, State.PLANNED, State.CONVENED, State.OPEN)
        item = AgendaItem.objects.select_related("application").get(pk=item.pk)
        item.meeting = meeting
        if item.application_id is None:
            raise Refusal("Un déport porte sur un dossier : ouvrez le point de ce dossier.")
        if item.closed_at:
            raise StalePage("Ce point est clos : rien n’a été enregistré.")
        if by is not None and by.pk != member.user_id:
            refuse_left(item, by)
        recuse(application=item.application, user=member.user, text=text, by=by, told_to="selection.prepare")
        if item.opened_at:
            ItemRecusal.objects.get_or_create(
                item=item, member=member, defaults={"text": text.strip()[:500], "is_live": True}
            )
            member.votes.filter(motion__item=item, motion__closed_at=None).delete()
            if item.presided_by_id == member.pk:
                item.presided_by = presiding(item, members_of(meeting))
                item.save()


def moderate(*, item, score_hundredths, reason, by):
    """The panel's own score of a dossier: it makes the order from now on, the mean of the sheets stays beside.

    Args:
        score_hundredths: out of 10 000. reason: why, at most 500 characters.

    Raises:
        Refusal: no reason (field "reason"), a score above 100 or nothing to moderate (field "score").
        StalePage: the proposal of the wave is adopted: its ranking is fixed.
    """
    require(by, "selection.prepare")
    if not reason.strip():
        raise Refusal("Donnez le motif de la note modérée : le procès-verbal le dira.", field="reason")
    if not 0 <= score_hundredths <= 10_000:
        raise Refusal("Une note va de 0 à 100.", field="score")
    with transaction.atomic():
        wave = lock_deliberation(item.meeting.wave)
        refuse_adopted(session_of(wave))
        item = locked_under_way(item, by)
        if item.application_id is None:
            raise Refusal("Seul un dossier a une note.", field="score")
        line = next((one for one in ranking(wave) if one.application.pk == item.application_id), None)
        before = line.mean_hundredths if line else None
        if before is None:
            raise Refusal("Ce dossier n’a aucune note : il n’y a rien à modérer.", field="score")
        row = ModeratedScore.objects.create(
            item=item, before_hundredths=before, score_hundredths=score_hundredths, reason=reason.strip()[:500], by=by
        )
        details = {"before": before, "after": score_hundredths, "reason": reason.strip()[:500]}
        JournalEntry.write(action="moderate_score", subject=item.application, actor=by, details=details)
    return row


def note(*, meeting, text, by, item=None, member=None):
    """A note for the minutes; with `member`, the disagreement that she asks to be mentioned (R133-13).

    Raises:
        Refusal: no text (field "text").
    """
    require(by, "selection.prepare")
    if not text.strip():
        raise Refusal("Écrivez la note.", field="text")
    with transaction.atomic():
        meeting = locked_meeting(meeting.pk, State.OPEN)
        if item is not None:
            refuse_left(item, by)
        return MeetingNote.objects.create(meeting=meeting, item=item, member=member, text=text.strip(), by=by)
