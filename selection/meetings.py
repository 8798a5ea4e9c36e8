"""A meeting of the panel, from its call to its end (CRPA R133-3 to R133-15): an opinion, not a decision.

The rules are those of the call (`PanelMeeting.rules`): by default notice of five days (R133-8), quorum of half
(R133-10), second call without quorum (R133-10), a casting vote for the chair (R133-11).
"""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_datetime, plural, weekday_date
from accounts.models import Event, JournalEntry, User
from accounts.notify import notify
from accounts.permissions import require
from applications.evaluations.conflicts import exclusions
from applications.models import ApplicationState
from selection import minutes
from selection.agenda import exits_of, in_blocks
from selection.attendance import locked_meeting, named, quorum_of
from selection.models import AgendaItem, Attendance, MeetingMember, Motion, PanelMeeting, PanelSession
from selection.moderation import ranking
from selection.sessions import lock_deliberation, refuse_adopted, session_of

State = PanelMeeting.State
NOT_HERS = "Point auquel vous ne prenez pas part"
WHOLE_LIST = "Avis d’ensemble sur la proposition"


def plan(*, wave, meets_at, place, chair, members, by):
    """Prepare a meeting on a wave, with the agenda of its dossiers in order.

    Args:
        meets_at: aware instant. place: room, or address of the video call.
        chair: the `User` who presides. members: `User`s who compose the panel; the chair is one of them anyway.

    Raises:
        Refusal: the instant is past, no member but the chair is named, or a meeting is prepared already.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(wave)
        refuse_other_meeting(wave)
        if meets_at <= timezone.now():
            raise Refusal("La réunion est à venir : choisissez un jour et une heure futurs.", field="meets_at")
        people = [chair, *(user for user in members if user.pk != chair.pk)]
        if len(people) < 2:
            raise Refusal("Un comité a plusieurs membres : choisissez-en un avec la présidence.", field="members")
        meeting = PanelMeeting.objects.create(
            wave=wave, meets_at=meets_at, place=place.strip(), chair=chair, created_by=by
        )
        MeetingMember.objects.bulk_create(
            MeetingMember(meeting=meeting, user=user, quality=user.title, position=position)
            for position, user in enumerate(people)
        )
        write_agenda(meeting)
        JournalEntry.write(action="plan_meeting", subject=meeting, actor=by, details={"members": len(people)})
    return meeting


def refuse_other_meeting(wave):
    if PanelMeeting.objects.filter(wave=wave, state__in=PanelMeeting.UNDER_WAY).exists():
        raise Refusal("Une réunion est déjà préparée ou en séance pour cette vague : terminez-la ou annulez-la.")


def write_agenda(meeting):
    """The dossiers that may receive an opinion, then the opinion on the whole list."""
    dossiers = [line.application for line in ranking(meeting.wave) if is_examined(line.application)]
    leaving = leaving_of(meeting)
    order = in_blocks([(dossier.pk, leaving.get(dossier.pk, frozenset())) for dossier in dossiers])
    items = [AgendaItem(meeting=meeting, application_id=key, position=place) for place, key in enumerate(order, 1)]
    items.append(AgendaItem(meeting=meeting, title=WHOLE_LIST, position=len(order) + 1))
    AgendaItem.objects.bulk_create(items)


def add_missing(meeting):
    """Dossiers reviewed since the agenda was written; a second call keeps the agenda of the first (R133-10)."""
    known = set(meeting.items.values_list("application", flat=True))
    dossiers = [line.application for line in ranking(meeting.wave) if is_examined(line.application)]
    missing = [dossier for dossier in dossiers if dossier.pk not in known]
    last = meeting.items.count()
    return AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, application=dossier, position=place)
        for place, dossier in enumerate(missing, last + 1)
    )


def settle_agenda(meeting):
    """The agenda that is sent: dossiers reviewed since, and blocks again as ties are known now.

    Points that were moved by hand stay where they are while nobody leaves more often for it.
    """
    added, leaving = add_missing(meeting), leaving_of(meeting)
    now, blocks = list(meeting.items.all()), blocks_of(meeting, leaving)
    if added or exits_in(now, leaving) > exits_in(blocks, leaving):
        number(blocks)


def exits_in(items, leaving):
    return sum(exits_of([(item.pk, leaving.get(item.application_id, frozenset())) for item in items]).values())


def blocks_of(meeting, leaving):
    """The points still to come: dossiers in blocks by who leaves, each in the ranking’s order, then the others."""
    waiting = list(meeting.items.filter(opened_at=None))
    rank = {line.application.pk: place for place, line in enumerate(ranking(meeting.wave))}
    dossiers = {item.pk: item for item in waiting if item.application_id}
    ranked = sorted(dossiers.values(), key=lambda item: rank.get(item.application_id, len(rank)))
    order = in_blocks([(item.pk, leaving.get(item.application_id, frozenset())) for item in ranked])
    return [dossiers[key] for key in order] + [item for item in waiting if not item.application_id]


def number(items):
    """Give `items` the places that they hold together, in the order given."""
    places = sorted(item.position for item in items)
    for item, place in zip(items, places, strict=True):
        item.position = place
    AgendaItem.objects.bulk_update(items, ["position"])


def is_examined(application):
    return application.state == ApplicationState.REVIEWED


def leaving_of(meeting):
    """{application id: frozenset of the keys of the members who have a tie with it}."""
    member_of = dict(meeting.members.order_by().values_list("user", "pk"))
    found = {}
    for application_id, user_id in exclusions(meeting.wave):
        if user_id in member_of:
            found.setdefault(application_id, set()).add(member_of[user_id])
    return {key: frozenset(members) for key, members in found.items()}


def convene(*, meeting, by, urgency_reason="", version=None):
    """Call the members, by mail, with the agenda (R133-6, R133-8); each reads what she has no tie with.

    Args:
        urgency_reason: wanted when fewer days are left than the call says; minuted.

    Raises:
        Refusal: less notice than the call says, without a reason (field "urgency_reason"), or the hour has passed.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(meeting.pk)
        meeting.expect_version(version)
        if meeting.meets_at <= timezone.now():
            raise Refusal("L’heure de la réunion est passée : annulez-la et préparez-en une autre.")
        if notice_days(meeting) < meeting.rules.notice_days and not urgency_reason.strip():
            raise Refusal(
                f"Les membres sont convoqués {plural(meeting.rules.notice_days, 'jour')} au moins avant la réunion "
                "(R133-8) : il en reste "
                f"{plural(max(notice_days(meeting), 0), 'jour')}. Dites en quoi il y a urgence, ou changez de date.",
                field="urgency_reason",
            )
        if not meeting.is_second_call:
            settle_agenda(meeting)
        meeting.move("convene", by=by, at=timezone.now(), urgency_reason=urgency_reason.strip())
        call_each(meeting)
    return meeting


def notice_days(meeting):
    return (meeting.meets_on - timezone.localdate()).days


def call_each(meeting):
    """The convocation of each member: her agenda leaves out the dossiers with which she has a tie."""
    leaving = leaving_of(meeting)
    items = list(meeting.items.select_related("application__fabrique__commune"))
    for member in meeting.members.select_related("user"):
        notify(
            Event.PANEL,
            key=f"convocation:{meeting.pk}:{member.pk}",
            recipient=member.user,
            subject=f"Convocation au comité du {weekday_date(meeting.meets_at)}",
            body=convocation(meeting, [(item, member.pk in leaving.get(item.application_id, ())) for item in items]),
            url=f"/pilotage/seances/{meeting.public_id}/",
        )


def convocation(meeting, items):
    """The mail: `items` are (item, whether the reader leaves for it)."""
    lines = [f"{item.position}. {NOT_HERS if out else subject_of(item)}" for item, out in items]
    kept = meeting.rules
    rules = [
        "Le comité donne un avis ; l’autorité décide.",
        kept.quorum_sentence()
        if meeting.needs_quorum
        else "Seconde convocation sur le même ordre du jour : aucun quorum ne sera exigé (R133-10).",
        kept.majority_sentence,
        *filter(None, [kept.basis_sentence]),
    ]
    if meeting.urgency_reason:
        rules.append(f"Convocation en urgence : {meeting.urgency_reason}")
    return (
        f"Bonjour,\n\nVous êtes convoqué·e au comité de sélection de la {meeting.wave}, le "
        f"{long_datetime(meeting.meets_at)}, {meeting.place}.\n\n" + "\n".join(rules) + "\n\nOrdre du jour :\n"
        + "\n".join(lines)
        + "\n\nUn lien avec un dossier ? Déclarez-le avant la séance, sur la page de la réunion : vous quitterez la "
        "salle pour ce point. Un employeur ou un mandat se déclare dans « Mes intérêts ».\n"
        "En cas d’empêchement, vous pouvez donner mandat à un autre membre ; nul n’en détient deux.\n"
    )  # fmt: skip


def subject_of(item):
    if item.application is None:
        return item.title
    place = item.application.fabrique
    return f"{place.name}, {place.commune} ({item.application.reference})"


def open_meeting(*, meeting, by, version=None):
    """Open the meeting once enough members sit; the panel's session of the wave becomes this meeting.

    Raises:
        Refusal: the quorum is not reached, or the day has not come.
        StalePage: it is not called, or the proposal of the wave is adopted.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(meeting.wave)
        session = session_of(wave)
        refuse_adopted(session)
        meeting = locked_meeting(meeting.pk, State.CONVENED)
        meeting.expect_version(version)
        refuse_before_the_day(meeting)
        quorum = quorum_of(meeting)
        if not quorum.reached or not quorum.sitting:
            raise Refusal(
                f"Le comité ne peut pas délibérer : {quorum.words}. Notez les présences, ou constatez l’absence de "
                "quorum pour convoquer de nouveau."
            )
        meeting.move("open", by=by, at=timezone.now())
        keep_session(meeting, session)
    return meeting


def refuse_before_the_day(meeting):
    if timezone.localdate() < meeting.meets_on:
        raise Refusal(f"Le comité se réunit le {weekday_date(meeting.meets_at)} : il s’ouvre ce jour-là.")


def keep_session(meeting, session):
    """What `adopt` asks for: the day, and who was there (glossary 20, 21)."""
    session = session or PanelSession(wave=meeting.wave)
    held_on = timezone.localdate(meeting.opened_at)
    session.held_on, session.members_present, session.meeting = held_on, named(meeting), meeting
    session.outside_opinions = ""
    if not session.waitlist_until or session.waitlist_until < held_on:
        session.waitlist_until = held_on.replace(month=12, day=31)
    session.save()
    return session


def adjourn(*, meeting, by, version=None):
    """Find that the quorum is not there: nothing is deliberated, and a second call may follow.

    Raises:
        Refusal: the quorum is there, or the hour has not come.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(meeting.pk, State.CONVENED)
        meeting.expect_version(version)
        refuse_before_the_day(meeting)
        quorum = quorum_of(meeting)
        if quorum.reached:
            raise Refusal(f"Le quorum est là ({quorum.words}) : ouvrez la séance.")
        meeting.move("adjourn", by=by, at=timezone.now())
        minutes.request_minutes(meeting, by=by)
    return meeting


def call_again(*, meeting, meets_at, by, place=""):
    """Prepare the second meeting on the same agenda, for which no quorum is asked (R133-10).

    Raises:
        Refusal: the first one did not miss its quorum, or was called again already.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(meeting.wave)
        first = locked_meeting(meeting.pk, State.NO_QUORUM)
        if PanelMeeting.objects.filter(second_call_of=first).exists():
            raise StalePage("Cette réunion a déjà sa seconde convocation.")
        refuse_other_meeting(wave)
        if meets_at <= timezone.now():
            raise Refusal("La réunion est à venir : choisissez un jour et une heure futurs.", field="meets_at")
        second = PanelMeeting.objects.create(
            wave=wave, meets_at=meets_at, place=place.strip() or first.place, chair=first.chair, created_by=by,
            second_call_of=first,
        )  # fmt: skip
        copy_members_and_agenda(first, second)
        JournalEntry.write(action="plan_meeting", subject=second, actor=by, details={"second_call": True})
    return second


def copy_members_and_agenda(first, second):
    MeetingMember.objects.bulk_create(
        MeetingMember(meeting=second, user=m.user, quality=m.quality, has_vote=m.has_vote, position=m.position)
        for m in first.members.select_related("user")
    )
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=second, application_id=i.application_id, title=i.title, position=i.position)
        for i in first.items.all()
    )


def cancel(*, meeting, by, reason, version=None):
    """Cancel a meeting that is not open, and tell those who were called.

    Raises:
        Refusal: no reason (field "reason").
    """
    require(by, "selection.prepare")
    if not reason.strip():
        raise Refusal("Donnez le motif de l’annulation : les membres le liront.", field="reason")
    with transaction.atomic():
        meeting = locked_meeting(meeting.pk)
        meeting.expect_version(version)
        called = meeting.state == State.CONVENED
        meeting.move("cancel", by=by)
        JournalEntry.write(action="cancel_meeting", subject=meeting, actor=by, details={"reason": reason.strip()})
        for member in meeting.members.select_related("user") if called else ():
            tell_cancelled(meeting, member.user, reason.strip())
    return meeting


def tell_cancelled(meeting, user: User, reason):
    day = weekday_date(meeting.meets_at)
    notify(
        Event.PANEL,
        key=f"meeting-cancelled:{meeting.pk}:{user.pk}",
        recipient=user,
        subject=f"Le comité du {day} est annulé",
        body=f"Bonjour,\n\nLe comité de sélection de la {meeting.wave}, prévu le {day}, n’aura pas lieu : {reason}\n",
        url=f"/pilotage/seances/{meeting.public_id}/",
    )


def close_meeting(*, meeting, by, version=None):
    """End the meeting; its minutes are written from what happened, and asked for in the same transaction.

    Raises:
        Refusal: a point or a vote is under way.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(meeting.pk, State.OPEN)
        meeting.expect_version(version)
        refuse_under_way(meeting)
        now = timezone.now()
        meeting.move("close", by=by, at=now)
        Attendance.objects.filter(member__meeting=meeting, until=None).update(until=now)
        document = minutes.request_minutes(meeting, by=by)
    return document


def refuse_under_way(meeting):
    if item := meeting.items.filter(opened_at__isnull=False, closed_at=None).first():
        if Motion.objects.filter(item=item, closed_at=None).exists():
            raise Refusal(f"Un vote est en cours sur le point {item.position} : clôturez-le d’abord.")
        raise Refusal(f"Le point {item.position} est en cours d’examen : clôturez-le avant de lever la séance.")


def in_hours(day: datetime.date, hour: datetime.time):
    """The instant of a Paris day and hour."""
    return timezone.make_aware(datetime.datetime.combine(day, hour))
