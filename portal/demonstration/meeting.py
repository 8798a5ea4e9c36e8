"""The panels: that of the first wave as it happens, from its call to its minutes; that of the second, next week."""

import datetime

from django.utils import timezone

from applications.evaluations import profiles
from applications.models import Interest
from documents import production
from selection import attendance, meetings, outcomes, sittings, votes, whole_list

SOON = datetime.timedelta(seconds=30)
# One more than the notice that the call gives.
NEXT_WEEK, DAY = datetime.timedelta(days=6), datetime.timedelta(days=1)
SATURDAY = 5


# --- To come ---------------------------------------------------------------------------------------------------------


def call_members(wave, dossier, people):
    """The members are called, with an agenda; one of them sits on the board of the structure of `dossier`."""
    officer, member = people["instruction"], people["comite"]
    profiles.declare_interest(
        user=member,
        by=member,
        kind=Interest.Kind.BOARD,
        body=dossier.organisation.name,
        siren=dossier.organisation.siret[:9],
        note="Trésorière depuis deux ans (exemple).",
    )
    meeting = meetings.plan(
        wave=wave,
        meets_at=next_week(),
        place="Salle du conseil, et visioconférence (exemple)",
        chair=people["presidence"],
        members=[member],
        by=officer,
    )
    return meetings.convene(meeting=meeting, by=officer)


def next_week():
    """Two in the afternoon, on a day when people work."""
    day = timezone.localdate() + NEXT_WEEK
    while day.weekday() >= SATURDAY:
        day += DAY
    return meetings.in_hours(day, datetime.time(14))


# --- Held ------------------------------------------------------------------------------------------------------------


def hold(wave, dossiers, people, prepare, *, reread=True):
    """From the call to the minutes, all in a minute.

    Args:
        prepare: writes the prepared outcomes, once the meeting is open.
        reread: the last dossier is examined alone, and not retained.
    """
    officer, chair = people["instruction"], people["presidence"]
    meeting = open_meeting(wave, people, officer)
    if reread:
        examine_last(meeting, dossiers[-1], chair)
    prepare()
    vote_together(meeting, chair)
    outcomes.adopt(wave=wave, by=chair)
    document = meetings.close_meeting(meeting=meeting, by=chair)
    production.produce(document.pk)


def open_meeting(wave, people, officer):
    meeting = meetings.plan(
        wave=wave,
        meets_at=timezone.now() + SOON,
        place="Salle du conseil (exemple)",
        chair=people["presidence"],
        members=[people["comite"]],
        by=officer,
    )
    meeting = meetings.convene(
        meeting=meeting, by=officer, urgency_reason="Démonstration : la séance se tient le jour où elle est préparée."
    )
    for member in meeting.members.all():
        attendance.sit(member=member, how="present", by=officer)
    return meetings.open_meeting(meeting=meeting, by=officer)


def examine_last(meeting, dossier, chair):
    """The last of the ranking is read again: its score is moderated, it stays last."""
    item = sittings.open_item(item=meeting.items.get(application=dossier), by=chair)
    sittings.moderate(
        item=item,
        score_hundredths=4_000,
        reason="Le besoin du territoire est mieux décrit dans l’annexe que dans le formulaire.",
        by=chair,
    )
    put = votes.put(item=item, outcome="not_retained", by=chair)
    vote(put, meeting, chair)
    sittings.close_item(item=item, by=chair)


def vote_together(meeting, chair):
    item = sittings.open_item(item=meeting.items.get(application=None), by=chair)
    vote(whole_list.put_together(item=item, by=chair), meeting, chair)
    sittings.close_item(item=item, by=chair)


def vote(motion, meeting, chair):
    votes.cast(motion=motion, ballots={member.pk: "for" for member in meeting.members.all()}, by=chair)
    votes.close_vote(motion=motion, by=chair)
