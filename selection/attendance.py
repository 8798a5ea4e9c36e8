"""Who sits: present, at a distance, or represented; and whether the panel may deliberate (CRPA R133-9, R133-10)."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import plural
from accounts.models import JournalEntry
from accounts.permissions import require
from programme.panel_rules import PanelRules
from selection.models import Attendance, PanelMeeting

How = Attendance.How
BY_LAW = PanelRules()
State = PanelMeeting.State


@dataclass(frozen=True)
class Quorum:
    """How many of the members who compose the panel with a vote are wanted, present or represented; half by default.

    Attributes:
        sitting: how many of them sit, or have given a mandate to one who sits.
        composing: how many there are. asked: False on a second call that asks for none.
        rules: `PanelRules` of the call.
    """

    sitting: int
    composing: int
    asked: bool = True
    rules: PanelRules = BY_LAW

    @property
    def needed(self):
        return self.rules.needed(self.composing)

    @property
    def reached(self):
        return not self.asked or self.sitting >= self.needed

    @property
    def words(self):
        there = f"{plural(self.sitting, 'présent ou représenté', 'présents ou représentés')} sur {self.composing}"
        if not self.asked:
            return f"{there}, aucun quorum exigé (seconde convocation)"
        return f"{there}, quorum de {self.needed} {'atteint' if self.reached else 'non atteint'}"


def quorum_of(meeting, *, leaving=frozenset()):
    """The `Quorum` of a meeting now.

    Args:
        leaving: keys of the members who left for the point: they are not counted as sitting.
    """
    composing = [member for member in members_of(meeting) if member.has_vote]
    sitting = voters(composing, leaving)
    return Quorum(len(sitting), len(composing), asked=meeting.needs_quorum, rules=meeting.rules)


def members_of(meeting):
    """The members with their attendance of now, `now` (None: absent); two queries."""
    members = list(meeting.members.select_related("user"))
    rows = Attendance.objects.filter(member__meeting=meeting, until=None).select_related("holder__user")
    now = {row.member_id: row for row in rows}
    for member in members:
        member.now = now.get(member.pk)
    return members


def voters(members, leaving=frozenset()):
    """Those of `members` whose vote counts now: they sit, or the one who holds their mandate does, and none left."""
    here = {m.pk for m in members if m.now and m.now.how != How.MANDATE and m.pk not in leaving}
    represented = {m.pk for m in members if m.now and m.now.holder_id in here and m.pk not in leaving}
    return [m for m in members if m.has_vote and m.pk in here | represented]


def sit(*, member, how, by, holder=None, at=None):
    """Record that a member sits, takes part at a distance, or gave a mandate to another; ends what held before.

    Args:
        how: an `Attendance.How`. holder: the `MeetingMember` who holds the mandate, for `MANDATE` alone.
        at: since when, now by default.

    Raises:
        Refusal: the mandate names nobody who sits, or somebody who holds one already (field "holder").
        StalePage: the meeting is not called, or is over.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(member.meeting_id, State.CONVENED, State.OPEN)
        at = at or timezone.now()
        end_attendance(member, at)
        if how == How.MANDATE:
            refuse_holder(member, holder)
            # Who is represented represents nobody.
            Attendance.objects.filter(holder=member, until=None).update(until=at)
        row = Attendance.objects.create(
            member=member, how=how, holder=holder if how == How.MANDATE else None, since=at
        )
        details = {"member": str(member.user), "how": str(how)}
        JournalEntry.write(action="record_attendance", subject=meeting, actor=by, details=details)
    return row


def refuse_holder(member, holder):
    if holder is None or holder.pk == member.pk or holder.meeting_id != member.meeting_id:
        raise Refusal("Dites à quel autre membre le mandat est donné.", field="holder")
    now = Attendance.objects.filter(member=holder, until=None).exclude(how=How.MANDATE)
    if not holder.has_vote or not now.exists():
        raise Refusal(
            f"{holder} ne siège pas avec voix délibérative : notez sa présence, ou choisissez un autre membre.",
            field="holder",
        )
    if Attendance.objects.filter(holder=holder, until=None).exists():
        raise Refusal(f"{holder} détient déjà un mandat : nul n’en détient deux (R133-9).", field="holder")


def go(*, member, by, at=None):
    """Record that a member left the meeting; the mandate that she held ends with it.

    Raises:
        StalePage: the meeting is not called, or is over.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        meeting = locked_meeting(member.meeting_id, State.CONVENED, State.OPEN)
        at = at or timezone.now()
        if end_attendance(member, at):
            Attendance.objects.filter(holder=member, until=None).update(until=at)
            details = {"member": str(member.user), "how": "gone"}
            JournalEntry.write(action="record_attendance", subject=meeting, actor=by, details=details)


def end_attendance(member, at):
    return Attendance.objects.filter(member=member, until=None).update(until=at)


def locked_meeting(pk, *states):
    """The meeting, locked, in one of `states`: what happens in it happens one act at a time.

    Raises:
        StalePage: it is in another state.
    """
    meeting = PanelMeeting.objects.select_for_update(of=("self",)).select_related("wave__call__programme").get(pk=pk)
    if states and meeting.state not in states:
        raise StalePage(meeting.refused_transition_message())
    return meeting


def named(meeting):
    """Those who sit, with their quality: what the session keeps of a meeting, a line each."""
    return "\n".join(line_of(member) for member in members_of(meeting) if member.now)


def line_of(member):
    who = ", ".join(filter(None, [str(member.user), member.quality]))
    if member.now.how == How.MANDATE:
        return f"{who} (mandat à {member.now.holder})"
    return f"{who} (à distance)" if member.now.how == How.REMOTE else who
