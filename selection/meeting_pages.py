"""What the pages of a meeting show one reader: nothing of the dossiers with which she has a tie (glossary 19)."""

from dataclasses import dataclass, replace

from applications.models import Application
from documents.minutes_facts import Point
from selection.agenda import exits_of
from selection.attendance import Attendance
from selection.meetings import leaving_of, subject_of
from selection.models import AgendaItem
from selection.moderation import ranking

HIDDEN = "Point auquel vous ne prenez pas part"


@dataclass
class Line:
    """One point of the agenda, as a reader may know it."""

    item: AgendaItem
    hidden: bool
    leaving: list
    can_move_up: bool = False
    can_move_down: bool = False

    @property
    def subject(self):
        return HIDDEN if self.hidden else subject_of(self.item)

    @property
    def is_dossier(self):
        return not self.hidden and self.item.application_id is not None


def readable(wave, user):
    """Keys of the dossiers of a wave that `user` may read."""
    return set(Application.objects.visible_to(user).filter(wave=wave).values_list("pk", flat=True))


def agenda_of(meeting, user, members):
    """[`Line`] in order; five queries more than those of `leaving_of`, whatever the number of points."""
    known, leaving = readable(meeting.wave, user), leaving_of(meeting)
    by_key = {member.pk: member for member in members}
    lines = []
    for item in meeting.items.select_related("application__fabrique__commune").prefetch_related("recusals"):
        out = leaving.get(item.application_id, frozenset()) | {row.member_id for row in item.recusals.all()}
        hidden = item.application_id is not None and item.application_id not in known
        lines.append(Line(item, hidden, [] if hidden else [by_key[key] for key in sorted(out)]))
    waiting = [line for line in lines if line.item.opened_at is None]
    for place, line in enumerate(waiting):
        line.can_move_up, line.can_move_down = place > 0, place < len(waiting) - 1
    return lines


def points_to_leave(meeting, user):
    """[(identifier, dossier)] of the points that somebody may still say she has a tie with."""
    known = readable(meeting.wave, user)
    items = meeting.items.filter(application__in=known).select_related("application__fabrique__commune")
    return [(item.public_id.hex, subject_of(item)) for item in items]


def exits_in_words(lines):
    """[(member, how many times she leaves)] for the agenda as it stands."""
    members = {member.pk: member for line in lines for member in line.leaving}
    counted = exits_of([(line.item.pk, frozenset(member.pk for member in line.leaving)) for line in lines])
    return [(members[key], count) for key, count in sorted(counted.items())]


def choices_of(member, members):
    """[(value, label, chosen)] of the attendance of a member: absent, present, remote, represented by another."""
    now = member.now
    chosen = "" if now is None else now.how
    if chosen == Attendance.How.MANDATE:
        chosen = f"mandate-{now.holder.public_id.hex}"
    offered = [("", "Absent·e"), ("present", "Présent·e"), ("remote", "À distance")]
    offered += [(f"mandate-{m.public_id.hex}", f"Mandat à {m}") for m in members if m.pk != member.pk and m.has_vote]
    return [(value, label, value == chosen) for value, label in offered]


def for_reader(facts, wave, user):
    """The minutes without what `user` may not read, and whether something was left out.

    Returns:
        (`MinutesFacts`, bool).
    """
    hidden = hidden_references(wave, user)
    kept = replace(
        facts,
        points=tuple(
            Point(position=p.position, subject=HIDDEN, brief=True) if p.reference in hidden else p
            for p in facts.points
        ),
        **{
            name: tuple(one for one in getattr(facts, name) if one.reference not in hidden)
            for name in ("ranking", "ties", "departures", "interests")
        },
    )
    if hidden:
        # What others declared outside any dossier may name the structure of one.
        kept = replace(kept, interests=tuple(one for one in kept.interests if one.reference or one.name == str(user)))
    named = {one.reference for name in ("points", "ranking", "interests") for one in getattr(facts, name)}
    return kept, bool(named & hidden)


def addendum_for_reader(facts, wave, user):
    """An addendum without what `user` may not read, and whether something was left out."""
    hidden = hidden_references(wave, user)
    parts = {
        name: tuple(one for one in getattr(facts, name) if one.reference not in hidden)
        for name in ("settled", "departures")
    }
    named = {one.reference for one in (*facts.settled, *facts.departures)}
    return replace(facts, **parts), bool(named & hidden)


def hidden_references(wave, user):
    """Of dossiers that she may not read, and of those whose scores she must not know yet."""
    known = readable(wave, user)
    every = dict(Application.objects.filter(wave=wave).values_list("pk", "reference"))
    owed = {line.application.reference for line in ranking(wave, reader=user) if line.hidden}
    return {reference for key, reference in every.items() if key not in known} | owed
