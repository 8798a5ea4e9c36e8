"""Publishing what was decided: the applicant learns it at one moment, from the floor of selection."""

from django.db import transaction

from accounts.errors import Refusal
from applications.models import Application, ApplicationState

AWARD, WAITLIST, REFUSAL, DEFERRAL = "award", "waitlist", "refusal", "deferral"


def publish(*, application, act, by, at, ground="", until=None, rank=None):
    """Make the outcome of a dossier public.

    Args:
        application: the dossier, reviewed; or waitlisted, for an award or a refusal; or refused, for an award after
            an appeal.
        act: "award", "waitlist", "refusal" or "deferral".
        by: who announces; the permission is `applications.publish_outcome`.
        at: aware instant of the announcement, the same for the whole wave.
        ground: French text told to the applicant; wanted for a refusal and a deferral.
        until: last day of the waitlist's validity (glossary 22); rank: place on it, from 1. Wanted for "waitlist".

    Returns:
        the `Application`, fresh.

    Raises:
        Refusal: something wanted is missing. StalePage: the dossier is not in a state that may be published.
    """
    with transaction.atomic():
        locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if act == AWARD:
            refused = locked.state == ApplicationState.REFUSED
            locked.move("award_after_appeal" if refused else "award", by=by, at=at)
        elif act == WAITLIST:
            refuse_undated_waitlist(until, rank)
            locked.move("waitlist", by=by, at=at, until=until, rank=rank)
        elif act in (REFUSAL, DEFERRAL):
            refuse_silent(ground)
            locked.move("refuse" if act == REFUSAL else "defer", by=by, at=at, ground=ground.strip())
        else:
            raise ValueError(f"unknown act {act!r}")
    return locked


def refuse_undated_waitlist(until, rank):
    if until is None or not rank:
        raise Refusal("Indiquez le rang en liste complémentaire et le dernier jour de sa validité.", field="until")


def refuse_silent(ground):
    # The law does not require grounds for a refusal of a grant; the programme gives them (glossary 24).
    if not ground.strip():
        raise Refusal("Indiquez le motif : il est transmis au porteur du projet.", field="ground")
