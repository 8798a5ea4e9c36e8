"""The clocks of the pool: reminders before a date, then lapse, and somebody else is asked instead of the silent.

An answer is expected within five days of being asked; a sheet on its day, and a week later it lapses. Paris days.
After an outage nothing lapses in the pass that reminds of it: whoever is told late has the same time to react.
"""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.french import long_date
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from applications.assignments import apart_of, complete_if_due, locked_application, tell_reviewers
from applications.clocks import local_day
from applications.evaluations import pool, recusals
from applications.evaluations.conflicts import alerts_of, exclusions_of
from applications.evaluations.doors import is_kept_out
from applications.evaluations.leaving import tell_officer
from applications.models import ApplicationState, Assignment, ReviewerInvitation
from applications.roster import seats_of

DAY = datetime.timedelta(days=1)
ANSWER_REMINDED, ANSWER_WITHIN = 3 * DAY, 5 * DAY
# Days before the date on which the sheet is expected; the last one is the day after it.
SHEET_REMINDED = (7, 2, -1)
SHEET_LAPSES = 7
# A reminder leaves time to answer it, whenever the sweep could send it: that between the third and the fifth day.
HEEDED_WITHIN = ANSWER_WITHIN - ANSWER_REMINDED
# What somebody who is asked late has, at least.
REPLACEMENT = 10 * DAY
INVITATION_REMINDED = 7 * DAY
A = Assignment.State
history.WORDS.update(
    {
        "lapse": "a repris l’évaluation, restée sans réponse à temps",
        "lapse_reviewer_invitation": "a clos l’invitation à évaluer, restée sans réponse",
        "replace_reviewer": "a confié l’évaluation à la place d’une personne restée silencieuse",
    }
)


@dataclass
class Done:
    """What one pass of the sweep did."""

    recused: int = 0
    reminded: int = 0
    lapsed: int = 0
    replaced: int = 0


def sweep(now=None):
    """Keep the register, remind, let lapse and replace. Safe at any moment, any number of times, by several processes.

    Args:
        now: aware instant, the present by default.

    Returns:
        a `Done`.
    """
    now = now or timezone.now()
    done = Done(recused=len(recusals.keep_found()))
    for key in unanswered(now - ANSWER_REMINDED, reminders=0):
        done.reminded += remind_answer(key, now)
    for key in unanswered(now - ANSWER_WITHIN, reminders__gte=1, **told_before(now)):
        lapse(key, now, done)
    for key in due(now):
        done.reminded += remind_sheet(key, now)
    for key in overdue(now):
        lapse(key, now, done)
    done.reminded += remind_invitations(now)
    done.lapsed += lapse_invitations(now)
    return done


def told_before(now):
    """Condition: the last reminder is old enough to have been read; who was never reminded is left alone."""
    return {"reminded_at__lte": now - HEEDED_WITHIN}


def in_review():
    return Assignment.objects.filter(application__state=ApplicationState.IN_REVIEW).order_by("pk")


def unanswered(before, **conditions):
    rows = in_review().filter(state=A.PROPOSED, asked_at__lte=before, **conditions)
    return list(rows.values_list("pk", flat=True))


def due(now):
    """Keys of the sheets for which a reminder's day has come since the last one."""
    soon = local_day(now) + max(SHEET_REMINDED) * DAY
    rows = in_review().filter(state__in=Assignment.WRITING, due_on__lte=soon)
    return [row.pk for row in rows if wants_reminder(row, local_day(now))]


def wants_reminder(assignment, day):
    days = [assignment.due_on - before * DAY for before in SHEET_REMINDED]
    reached = [one for one in days if one <= day]
    told = local_day(assignment.reminded_at) if assignment.reminded_at else None
    return bool(reached) and (told is None or told < max(reached))


def overdue(now):
    late = in_review().filter(state__in=Assignment.WRITING, due_on__lt=local_day(now) - SHEET_LAPSES * DAY)
    return list(late.filter(**told_before(now)).values_list("pk", flat=True))


def taken(key, states):
    """(dossier, assignment) locked in that order, or None when it has moved on."""
    row = Assignment.objects.get(pk=key)
    dossier = locked_application(row.application_id)
    locked = Assignment.objects.select_for_update(of=("self",)).select_related("reviewer").get(pk=key)
    return (dossier, locked) if locked.state in states and dossier.state == ApplicationState.IN_REVIEW else None


def remind_answer(key, now):
    with transaction.atomic():
        found = taken(key, [A.PROPOSED])
        if found is None or found[1].reminders:
            return False
        dossier, assignment = found
        until = long_date(local_day(max(assignment.asked_at + ANSWER_WITHIN, now + HEEDED_WITHIN)))
        return remind(dossier, assignment, now, f"Votre réponse est attendue avant le {until}")


def remind_sheet(key, now):
    with transaction.atomic():
        found = taken(key, Assignment.WRITING)
        if found is None or not wants_reminder(found[1], local_day(now)):
            return False
        dossier, assignment = found
        late = assignment.due_on < local_day(now)
        word = "était attendue" if late else "est attendue"
        told = f"Votre évaluation {word} le {long_date(assignment.due_on)}"
        if late:
            last = max(assignment.due_on + SHEET_LAPSES * DAY, local_day(now + HEEDED_WITHIN))
            told += f". Après le {long_date(last)}, le dossier sera confié à quelqu’un d’autre"
        return remind(dossier, assignment, now, told)


def remind(dossier, assignment, now, told):
    """One mail, and its date; no page that people are reading becomes stale by it."""
    if is_kept_out(assignment.reviewer, dossier):
        return False
    Assignment.objects.filter(pk=assignment.pk).update(reminded_at=now, reminders=assignment.reminders + 1)
    notify(
        Event.REVIEW,
        key=f"review-reminder:{assignment.pk}v{assignment.version}:{assignment.reminders + 1}",
        recipient=assignment.reviewer,
        url=f"/evaluations/{assignment.public_id}/",
        subject=f"Rappel : évaluation du dossier {dossier.reference}",
        body=(
            f"Bonjour {assignment.reviewer},\n\n{told}, pour le dossier {dossier.reference}, {dossier.fabrique}.\n"
            f"{settings.PUBLIC_URL}/evaluations/{assignment.public_id}/\n\n"
            "Si vous ne pouvez plus évaluer ce dossier, dites-le : il sera confié à quelqu’un d’autre.\n"
        ),
    )
    return True


def lapse(key, now, done):
    """Take a dossier off a silent desk, and ask somebody else."""
    with transaction.atomic():
        found = taken(key, Assignment.PENDING)
        if found is None:
            return
        dossier, assignment = found
        assignment.move("lapse", by=None)
        done.lapsed += 1
        if replace(dossier, assignment, now):
            done.replaced += 1
            return
        tell_officer(dossier, assignment, "n’a pas répondu à temps, et personne n’est libre sans lien,")
        complete_if_due(dossier, by=None)


def replace(dossier, assignment, now):
    """Ask somebody who is free, and was not asked before, in her place; None: there is nobody."""
    person = successor(dossier)
    if person is None:
        return None
    first = local_day(now + REPLACEMENT)
    made = Assignment.objects.create(
        application=dossier,
        reviewer=person,
        due_on=max(assignment.due_on or first, first),
        replaces=assignment,
        reasons=[{"text": "À la place d’une personne restée silencieuse", "points": 0}],
    )
    JournalEntry.write(action="replace_reviewer", subject=made, actor=None)
    tell_reviewers([made])
    return made


def successor(dossier):
    """Whoever has room, no tie, and is kept apart from none of its reviewers; or None.

    Without an alert first, then one who knows the field, then the least loaded.
    """
    asked = set(dossier.assignments.values_list("reviewer", flat=True))
    seats = [seat for seat in seats_of(dossier.wave).values() if seat.room and seat.pk not in asked]
    people = [seat.reviewer for seat in seats]
    closed = {*exclusions_of(dossier, people=people), *apart_of(dossier, people)}
    free = [seat for seat in seats if seat.pk not in closed]
    if not free:
        return None
    alerted = alerts_of(dossier, people=[seat.reviewer for seat in free])
    kinds = set(dossier.place_kinds.values_list("kind", flat=True))
    return min(free, key=lambda s: (s.pk in alerted, not kinds & set(s.fields), s.load, s.pk)).reviewer


# --- Invitations --------------------------------------------------------------------------------------------------


def remind_invitations(now):
    rows = ReviewerInvitation.objects.filter(
        answer="", reminded_at=None, sent_at__lte=now - INVITATION_REMINDED, expires_at__gt=now
    )
    count = 0
    for row in rows.select_related("wave__call").order_by("pk"):
        with transaction.atomic():
            # The UPDATE says who was first.
            if rows.filter(pk=row.pk).update(reminded_at=now):
                pool.send(row, "reviewer-invitation-again")
                count += 1
    return count


def lapse_invitations(now):
    count = 0
    for key in list(ReviewerInvitation.objects.filter(answer="", expires_at__lte=now).values_list("pk", flat=True)):
        with transaction.atomic():
            row = ReviewerInvitation.objects.select_for_update(of=("self",)).get(pk=key)
            if row.answer:
                continue
            row.answer, row.answered_at = ReviewerInvitation.Answer.LAPSED, now
            row.save()
            JournalEntry.write(action="lapse_reviewer_invitation", subject=row, actor=None)
            pool.tell_inviter(row, "n’a pas répondu", "Invitez quelqu’un d’autre à sa place depuis la liste.")
            count += 1
    return count
