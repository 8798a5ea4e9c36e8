"""A wave whose sheets are all in, as the chair reads it: its calibration by 40 reviewers, its ranking of 500 dossiers.

What the pages keep of earlier readings (fit, agreement, bootstrap) is forgotten before each: the first reading is the
one that is measured.
"""

import itertools
from contextlib import contextmanager
from random import Random

from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from applications.evaluations import rank_intervals, severity
from applications.models import Application
from applications.ranking import calibration_of
from monitoring.generation import dossiers, people
from monitoring.generation.programme import DAY, create_wave
from monitoring.generation.reviews import create_reviews
from programme.models import Call, Commune

SEED = 11
CALIBRATED, CALIBRATED_BY = 200, 40
RANKED, RANKED_BY = 500, 80


@contextmanager
def scored_wave(count, reviewers):
    """(wave in deliberation, chair): `count` dossiers reviewed twice by `reviewers` people; forgotten afterwards."""
    with transaction.atomic():
        random = Random(SEED)
        sizes = {Role.PANEL_CHAIR: 1, Role.OFFICER: 1, Role.APPLICANT: 30, Role.REVIEWER: reviewers}
        pool = {role: people.create_pool(random, f"classement-{role}", role, n, "!") for role, n in sizes.items()}
        yield reviewed_wave(random, count, pool), pool[Role.PANEL_CHAIR][0]
        transaction.set_rollback(True)


def reviewed_wave(random, count, pool):
    call = Call.objects.filter(programme__slug__startswith="genere-", state="published").latest("pk")
    number = call.waves.order_by("-number").values_list("number", flat=True).first() + 1
    wave = create_wave(call, number, timezone.localdate() - 60 * DAY, past=False)
    closing = wave.closing
    for step in ("open_deposit", "start_instruction", "start_review"):
        wave.move(step, by=None)
    wave.closing = closing
    communes = list(Commune.objects.filter(population__gte=500).order_by("code"))
    version = call.version_in_force()
    made = dossiers.create_dossiers(
        random, wave, version, count, communes, pool,
        past=False, numbers=itertools.count(80_000_000), states={Application.State.REVIEWED: 1},
    )  # fmt: skip
    create_reviews(random, made, version, pool, in_turn=True)
    wave.move("start_deliberation", by=None)
    return wave


def forget():
    """As in a process that has read nothing yet."""
    for kept in (calibration_of, severity.agreement, rank_intervals.drawn):
        kept.cache_clear()


def reading(client, path, words):
    """A call that reads a page, and checks that it says what makes it dear."""

    def read():
        answer = client.get(path)
        text = answer.content.decode()
        if answer.status_code != 200 or words not in text:
            raise RuntimeError(f"{answer.status_code} without « {words} » at {path}")

    return read
