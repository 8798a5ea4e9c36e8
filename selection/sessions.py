"""The day the panel met: an opinion, not a decision (glossary 20). What is prepared for a wave waits for its lock."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_datetime
from accounts.models import JournalEntry
from accounts.permissions import require
from programme.models import Wave
from selection.models import PanelSession


def hold_panel(
    *, wave, held_on, members_present, by, outside_opinions="", waitlist_until=None, version=None
):  # fmt: skip
    """Record the day the panel met and who was there (glossary 20, 21; CRPA R133-13).

    Args:
        held_on: Paris date, not in the future.
        members_present: names and quality, free text.
        outside_opinions: of a panel that met out of the service: what it advised and where it is written; wanted
            before the adoption, when no meeting was held here.
        waitlist_until: last day of the waitlist; 31 December of that year by default, when reservations fall.
        version: of the session, when the page showed one.

    Raises:
        Refusal: the wave is not in deliberation, the date is in the future, or the proposal is adopted already.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(wave)
        session = session_of(wave)
        refuse_adopted(session)
        refuse_wrong_day(held_on, members_present)
        if session is None:
            session = PanelSession(wave=wave)
        else:
            session.expect_version(version)
        session.held_on, session.members_present = held_on, members_present
        session.outside_opinions = "" if session.meeting_id else outside_opinions.strip()[:300]
        session.waitlist_until = waitlist_until or held_on.replace(month=12, day=31)
        refuse_early_end(session)
        session.save()
        JournalEntry.write(action="hold_panel", subject=wave, actor=by, details={"on": held_on.isoformat()})
    return session


def refuse_wrong_day(held_on, members_present):
    if held_on > timezone.localdate():
        raise Refusal(
            "Le comité ne peut pas s’être réuni dans le futur : indiquez la date de la réunion.", field="held_on"
        )
    if not members_present.strip():
        raise Refusal("Indiquez qui était présent : le procès-verbal le demande.", field="members_present")


def refuse_early_end(session):
    if session.waitlist_until < session.held_on:
        raise Refusal("La liste complémentaire finit après la réunion du comité.", field="waitlist_until")


def lock_deliberation(wave, version=None):
    """The wave, locked: whatever is prepared for it happens one at a time."""
    wave = Wave.objects.select_for_update(of=("self",)).select_related("call__programme").get(pk=wave.pk)
    wave.expect_version(version)
    if wave.state != Wave.State.DELIBERATION:
        raise StalePage(
            f"{wave} n’est pas en comité : son état est « {wave.get_state_display()} ». Rien n’a été enregistré."
        )
    return wave


def session_of(wave):
    return PanelSession.objects.select_for_update(of=("self",)).filter(wave=wave).first()


def refuse_adopted(session):
    if session and session.is_adopted:
        raise StalePage(
            f"La proposition est adoptée depuis le {long_datetime(session.adopted_at)} : rien n’a été enregistré. "
            "Annulez d’abord l’adoption pour la modifier."
        )


def refuse_no_session(session):
    if session is None:
        raise Refusal("Indiquez d’abord la date du comité et les personnes présentes.", field="held_on")
    return session
