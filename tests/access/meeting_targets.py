"""Meetings of the panel, each in the state that its act is for."""

import datetime

from django.utils import timezone

from documents import production
from selection import meetings, sittings
from selection.addenda import addenda_of
from selection.outcomes import adopt
from tests import factories
from tests.access.rows import Target
from tests.access.targets import words_of
from tests.access.wave_targets import deliberation
from tests.selection.conftest import propose
from tests.selection.test_meetings import begin, opened, vote


def wave_to_meet(world):
    found = deliberation(world)
    on = timezone.localdate() + datetime.timedelta(days=8)
    data = {
        "act": "plan",
        "on": on.isoformat(),
        "hour": "14:00",
        "place": "Salle 4",
        "chair": world.people["panel_chair"].public_id,
        "members": [world.people["panel_member"].public_id],
    }
    return Target({"public_id": found.wave.public_id}, data)


def meeting(world):
    found = deliberation(world)
    held = opened(found)
    return Target({"public_id": held.public_id}, {"act": "reorder"}, words_of(found.dossiers[0]))


def item(world):
    found = deliberation(world)
    held = opened(found)
    point = held.items.get(application=found.dossiers[0])
    kwargs = {"public_id": held.public_id, "item_id": point.public_id}
    return Target(kwargs, {"act": "open"}, words_of(found.dossiers[0]))


def addendum(world):
    """Adopted after the end of the meeting."""
    found = deliberation(world)
    held = opened(found)
    vote(found, begin(found, held, found.dossiers[0]), ["for"] * 4)
    sittings.close_item(item=held.items.get(application=found.dossiers[0]), by=found.officer)
    meetings.close_meeting(meeting=held, by=found.officer)
    propose(found, found.dossiers[0])
    adopt(wave=found.wave, by=found.officer)
    row = held.addenda.get()
    production._store(addenda_of(held)[0][1].pk, factories.pdf_bytes())
    kwargs = {"public_id": held.public_id, "addendum_id": row.public_id}
    return Target(kwargs, words=words_of(found.dossiers[0]))


def minutes(world):
    """Ended, with its minutes made."""
    found = deliberation(world)
    held = opened(found)
    document = meetings.close_meeting(meeting=held, by=found.officer)
    production._store(document.pk, factories.pdf_bytes())
    return Target({"public_id": held.public_id}, words=words_of(found.dossiers[0]))
