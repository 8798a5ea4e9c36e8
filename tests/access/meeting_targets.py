"""Meetings of the panel, each in the state that its act is for."""

import datetime

from django.utils import timezone

from documents import production
from selection import meetings
from tests import factories
from tests.access.rows import Target
from tests.access.targets import words_of
from tests.access.wave_targets import deliberation
from tests.selection.test_meetings import opened


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


def minutes(world):
    """Ended, with its minutes made."""
    found = deliberation(world)
    held = opened(found)
    document = meetings.close_meeting(meeting=held, by=found.officer)
    production._store(document.pk, factories.pdf_bytes())
    return Target({"public_id": held.public_id}, words=words_of(found.dossiers[0]))
