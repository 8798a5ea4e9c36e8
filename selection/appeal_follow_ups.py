"""What an upheld appeal asks for: somebody, before a date, until it is done. It decides nothing by itself.

A new examination, the withdrawal of the decision and a new one, a corrected act: each is made by its own verbs and
signed by whoever holds a delegation. Here is kept who owes it and before when: an admitted appeal is not forgotten.
"""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import long_date
from accounts.models import Event, JournalEntry, Role, User
from accounts.notify import notify
from accounts.permissions import require
from applications.models import Application
from selection.models import FOLLOW_APPEALS, Appeal, AppealFollowUp, Decision

What = AppealFollowUp.What
UPHELD = (Appeal.State.UPHELD, Appeal.State.PARTLY_UPHELD)
BATCH = 500


def owners():
    """Who may be entrusted with a follow-up."""
    return User.objects.holding(Role.OFFICER, Role.DECISION_MAKER).order_by("last_name", "first_name", "pk")


def ask(*, appeal, what, owner, due_on, by, note=""):
    """Entrust somebody with what an upheld appeal asks for; she is told.

    Args:
        what: an `AppealFollowUp.What`; with OTHER, `note` says what.
        owner: the `User` who sees to it. due_on: Paris date, today or later.

    Raises:
        Refusal: the appeal is not upheld, or a part is missing or not possible.
        NotAllowed: `by` has a tie with the dossier.
    """
    require(by, FOLLOW_APPEALS)
    with transaction.atomic():
        appeal = (
            Appeal.objects.select_for_update(of=("self",)).select_related("decision__application").get(pk=appeal.pk)
        )
        refuse_tied(appeal, by)
        if appeal.state not in UPHELD:
            raise StalePage("Ce recours n’est pas accueilli : il n’a pas de suite à donner.")
        return write(appeal, by=by, what=what, owner=owner, due_on=due_on, note=note)


def write(appeal, *, what, owner, due_on, by, note=""):
    """Keep a follow-up, in the caller's transaction."""
    refuse_incomplete(appeal, what, owner, due_on, note or "")
    row = AppealFollowUp.objects.create(
        appeal=appeal, what=what, owner=owner, due_on=due_on, note=(note or "").strip(), created_by=by
    )
    details = {"what": what, "owner": str(owner), "due_on": due_on.isoformat()}
    JournalEntry.write(action="ask_follow_up", subject=appeal, actor=by, details=details)
    tell(row, "asked", f"La suite d’un recours vous est confiée, avant le {long_date(due_on)}")
    return row


def refuse_incomplete(appeal, what, owner, due_on, note):
    note = note or ""
    if what not in What.values:
        raise Refusal(
            "Un recours accueilli a une suite : dites laquelle, qui s’en charge et avant quand.", field="what"
        )
    if owner is None:
        raise Refusal("Dites à qui la suite est confiée.", field="owner")
    if not Application.objects.visible_to(owner).filter(pk=appeal.decision.application_id).exists():
        raise Refusal(f"{owner} ne peut pas suivre ce dossier : choisissez une autre personne.", field="owner")
    if due_on is None or due_on < timezone.localdate():
        raise Refusal("Donnez une date, aujourd’hui ou plus tard.", field="due_on")
    if what == What.OTHER and not note.strip():
        raise Refusal("Dites quelle suite est à donner.", field="note")


def refuse_tied(appeal, by):
    if by is not None and not Appeal.objects.visible_to(by).filter(pk=appeal.pk).exists():
        raise NotAllowed


def settle(*, follow_up, done_note, by, version=None):
    """Say what was done: the follow-up is closed, with the decision that came out of it when there is one.

    Raises:
        Refusal: nothing is said (field "done_note"). StalePage: it is closed already. NotAllowed: a tie.
    """
    require(by, FOLLOW_APPEALS)
    if not done_note.strip():
        raise Refusal("Dites ce qui a été fait.", field="done_note")
    with transaction.atomic():
        row = (
            AppealFollowUp.objects.select_for_update(of=("self",))
            .select_related("appeal__decision")
            .get(pk=follow_up.pk)
        )
        row.expect_version(version)
        refuse_tied(row.appeal, by)
        if not row.is_open:
            raise StalePage("Cette suite est déjà close.")
        row.done_on, row.done_by, row.done_note = timezone.localdate(), by, done_note.strip()
        row.decision = later_decision(row.appeal)
        row.save()
        JournalEntry.write(action="settle_follow_up", subject=row.appeal, actor=by, details={"follow_up": row.pk})
    return row


def close_with(decision):
    """Close what a decision that was just handed over answers: the withdrawal and the new decision that were owed.

    Args:
        decision: signed and handed over, in the caller's transaction; it replaces the one that was contested.
    """
    owed = AppealFollowUp.objects.select_for_update(of=("self",)).select_related("appeal")
    for row in owed.filter(appeal__decision=decision.replaces_id, what=What.DECIDE, done_on__isnull=True):
        row.done_on, row.done_by, row.decision = timezone.localdate(), decision.signed_by, decision
        row.done_note = (
            f"{decision.get_act_display()} signée le {long_date(decision.signed_at)}, remise à la structure."
        )
        row.save()
        JournalEntry.write(action="settle_follow_up", subject=row.appeal, actor=None, details={"follow_up": row.pk})


def later_decision(appeal):
    """The latest decision on the dossier signed since the appeal, if any."""
    rows = Decision.objects.filter(application=appeal.decision.application_id, signed_at__isnull=False)
    return rows.filter(signed_at__date__gte=appeal.lodged_on).exclude(pk=appeal.decision_id).order_by("-pk").first()


def tell(row, moment, subject):
    application = row.appeal.decision.application
    notify(
        Event.PROGRESS,
        key=f"follow-up:{row.pk}:{moment}",
        recipient=row.owner,
        url=f"/pilotage/recours/{row.appeal.public_id}/",
        subject=subject,
        body=(
            f"Recours {row.appeal.number}, dossier {application.reference}. {row.get_what_display()}, avant le "
            f"{long_date(row.due_on)}. {row.note}\n"
        ),
    )


def remind(now=None):
    """Remind the owner of each follow-up whose day has come, once; safe at any moment. Returns how many are due."""
    today = timezone.localdate(now)
    due = AppealFollowUp.objects.filter(done_on__isnull=True, due_on__lte=today).order_by("due_on", "pk")
    rows = list(due.select_related("owner", "appeal__decision__application")[:BATCH])
    for row in rows:
        tell(row, "due", f"La suite d’un recours est due depuis le {long_date(row.due_on)}")
    return len(rows)
