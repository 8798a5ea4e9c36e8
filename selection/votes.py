"""Votes of the panel: put, cast, closed. The majority decides, and who presides between equals (R133-11)."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from selection.attendance import members_of, quorum_of, voters
from selection.models import MeetingMember, Motion, Outcome, Vote
from selection.outcomes import bounds_of
from selection.sittings import locked_under_way
from selection.whole_list import give_each

Ballot = Vote.Ballot
Result = Motion.Result


def put(*, item, by, outcome="", amount_cents=None, text="", version=None):
    """Put an opinion to the vote on the point under way.

    Args:
        outcome: an `Outcome`, for a dossier. amount_cents: with `PROPOSED`, the grant in cents.
        text: the words put to the vote; wanted when the point is about no dossier.

    Raises:
        Refusal: a vote is under way, the amount leaves the bounds of the call or exceeds what was asked (field
            "amount"), or nothing is put (fields "outcome", "text").
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        item = locked_under_way(item, by, version)
        if item.motions.filter(closed_at=None).exists():
            raise Refusal("Un vote est déjà en cours sur ce point : clôturez-le d’abord.")
        refuse_motion(item, outcome, amount_cents, text)
        motion = Motion.objects.create(
            item=item,
            outcome=outcome,
            amount_cents=amount_cents if outcome == Outcome.PROPOSED else None,
            text=text.strip()[:500],
        )
        JournalEntry.write(action="put_to_vote", subject=item.meeting, actor=by, details={"item": item.position})
    return motion


def refuse_motion(item, outcome, amount_cents, text):
    if item.application_id is None:
        if not text.strip():
            raise Refusal("Écrivez ce qui est mis aux voix.", field="text")
        return
    if outcome not in Outcome.values:
        raise Refusal("Choisissez l’avis mis aux voix.", field="outcome")
    if outcome == Outcome.PROPOSED:
        refuse_amount(item.application, amount_cents)


def refuse_amount(application, cents):
    if not cents:
        raise Refusal("Un avis favorable donne un montant.", field="amount")
    if cents > application.requested_cents:
        raise Refusal(f"Le montant dépasse les {euros(application.requested_cents)} demandés.", field="amount")
    bounds = bounds_of(application)
    if not bounds.min_cents <= cents <= bounds.max_cents:
        raise Refusal(
            f"Le montant va de {euros(bounds.min_cents)} à {euros(bounds.max_cents)} pour ce segment.", field="amount"
        )


def cast(*, motion, ballots, by):
    """Keep the ballots of some members, instead of those they gave before.

    Args:
        ballots: {`MeetingMember`'s key: a `Vote.Ballot`}; "" takes a ballot back.
        by: who conducts the meeting; or a member, for herself and for the one whose mandate she holds.

    Raises:
        NotAllowed: `by` votes for somebody else. Refusal: a member does not sit, or left for a tie.
        StalePage: the vote is closed.
    """
    with transaction.atomic():
        item, motion = locked_motion(motion, by)
        able = voters_on(item)
        if not (by is None or by.has_perm("selection.prepare")):
            refuse_for_others(able, ballots, by)
        can = {member.pk for member in able}
        for key, ballot in ballots.items():
            if ballot and key not in can:
                member = MeetingMember.objects.select_related("user").get(pk=key)
                raise Refusal(f"{member} ne siège pas pour ce point : son vote n’est pas reçu.")
        for key, ballot in ballots.items():
            keep(motion, key, ballot, by)
    return motion


def keep(motion, key, ballot, by):
    if not ballot:
        motion.votes.filter(member=key).delete()
        return
    if ballot not in Ballot.values:
        raise Refusal("Un vote est pour, contre, ou une abstention.")
    defaults = {"ballot": ballot, "recorded_by": by, "at": timezone.now()}
    Vote.objects.update_or_create(motion=motion, member_id=key, defaults=defaults)


def refuse_for_others(able, ballots, by):
    mine = {m.pk for m in able if m.user_id == by.pk or (m.now.holder_id and m.now.holder.user_id == by.pk)}
    if not set(ballots) <= mine:
        raise NotAllowed("Vous votez pour vous, et pour qui vous a donné mandat.")


def locked_motion(motion, by):
    item = locked_under_way(motion.item, by)
    motion = item.motions.get(pk=motion.pk)
    if motion.closed_at:
        raise StalePage("Ce vote est clos : rien n’a été enregistré.")
    return item, motion


def voters_on(item):
    """The members whose vote counts on a point: sitting or represented, not gone for a tie."""
    left = set(item.recusals.values_list("member", flat=True))
    return voters(members_of(item.meeting), left)


def close_vote(*, motion, by):
    """Count; a motion that is carried becomes the opinion of the panel on the point.

    Raises:
        Refusal: a member who sits has no ballot, or the quorum is lost.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        item, motion = locked_motion(motion, by)
        able = voters_on(item)
        refuse_silent(motion, able)
        left = set(item.recusals.values_list("member", flat=True))
        quorum = quorum_of(item.meeting, leaving=left)
        if not quorum.reached:
            raise Refusal(f"Le quorum est perdu pour ce point : {quorum.words}. Le vote ne peut pas être compté.")
        ballots = dict(motion.votes.values_list("member", "ballot"))
        casting = item.presided_by_id if item.meeting.rules.casting_vote else None
        motion.result = result_of(ballots, casting)
        motion.closed_at, motion.sitting, motion.composing = timezone.now(), quorum.sitting, quorum.composing
        motion.save()
        if motion.result in Motion.CARRIED:
            keep_opinion(item, motion)
        details = {"item": item.position, "result": motion.result, **Counter(ballots.values())}
        JournalEntry.write(action="close_vote", subject=item.meeting, actor=by, details=details)
    return motion


def keep_opinion(item, motion):
    if motion.covers:
        return give_each(motion, item)
    item.opinion, item.opinion_cents, item.given_with = motion.outcome, motion.amount_cents, motion
    # A departure was from the opinion that this one replaces.
    item.departure_reason, item.departure_by, item.departure_at = "", None, None
    item.save()


def refuse_silent(motion, able):
    given = set(motion.votes.values_list("member", flat=True))
    if silent := [str(member) for member in able if member.pk not in given]:
        raise Refusal(f"Le vote de {', '.join(silent)} n’est pas noté : pour, contre, ou abstention.")


def result_of(ballots, presiding):
    """A `Motion.Result`; pure.

    Args:
        ballots: {member's key: ballot}. presiding: the key of the member whose vote decides between equals, or None.
    """
    count = Counter(ballots.values())
    if count[Ballot.FOR] != count[Ballot.AGAINST]:
        return Result.ADOPTED if count[Ballot.FOR] > count[Ballot.AGAINST] else Result.REJECTED
    casting = {Ballot.FOR: Result.CASTING, Ballot.AGAINST: Result.CASTING_REJECTED}
    return casting.get(ballots.get(presiding), Result.TIED)
