"""What fills the URLs of versions, of more time to send, and of a request taken up again."""

import datetime

from django.utils import timezone

from applications import admissibility, drafting
from tests import factories
from tests.access.rows import Target
from tests.access.targets import dossier, words_of
from tests.access.wave_targets import wave

MINUTE = "%Y-%m-%dT%H:%M"


def sent_twice(world):
    """A dossier sent again after a request: two versions to compare."""
    admissibility.request_correction(
        application=world.sent, items="Le bail", due_at=factories.days(9), by=world.people["officer"]
    )
    drafting.save_budget(application=world.sent, cells=factories.balanced_plan(4_000_000), by=world.people["owner"])
    admissibility.answer_correction(application=factories.fresh(world.sent), by=world.people["owner"])
    return dossier(world.sent)


def first_version(world):
    where = dossier(world.sent)
    return Target({**where.kwargs, "number": 1}, {}, where.words)


def given_up(world):
    """A request that its structure gave up, and may take up in a wave that is open."""
    drafting.withdraw(application=world.sent, by=world.people["owner"])
    return dossier(world.sent, wave=world.waves[3].public_id)


def more_time(world):
    """The structure of a draft is named by one of its members; no draft is named by the page."""
    until = timezone.localtime(world.waves[3].closes_at + datetime.timedelta(hours=2)).strftime(MINUTE)
    data = {"delai-structure": world.people["stranger"].email, "delai-until": until, "delai-reason": "Panne."}
    found = wave(world, 3, act="delai", **data)
    return Target(found.kwargs, found.data, words_of(world.ready)[:1])
