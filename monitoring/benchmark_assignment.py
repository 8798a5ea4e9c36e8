"""The assignment of a large wave, as the officer's page asks for it: 200 dossiers, 40 reviewers, none assigned."""

import itertools
import uuid
from contextlib import contextmanager
from random import Random

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from applications.evaluations.assignment_problem import KINDS, Settings
from applications.models import Application, Assignment, PlaceKind, ReviewerProfile
from monitoring.generation import dossiers, people
from monitoring.generation.programme import DAY, create_wave
from programme.models import Call, Commune

DOSSIERS, REVIEWERS = 200, 40
SEED = 7


@contextmanager
def large_wave():
    """(wave, officer): everything made here is forgotten afterwards."""
    with transaction.atomic():
        random = Random(SEED)
        # Exactly so many reviewers, whatever the database holds.
        User.objects.holding(Role.REVIEWER).update(is_active=False)
        pool = {role: people.create_pool(random, f"affectation-{role}", role, *count) for role, count in POOL.items()}
        yield admissible_wave(random, pool), pool[Role.OFFICER][0]
        transaction.set_rollback(True)


# How many of each, and a password that opens nothing.
POOL = {Role.OFFICER: (1, "!"), Role.APPLICANT: (30, "!"), Role.REVIEWER: (REVIEWERS, "!")}


def admissible_wave(random, pool):
    call = Call.objects.filter(programme__slug__startswith="genere-", state="published").latest("pk")
    number = call.waves.order_by("-number").values_list("number", flat=True).first() + 1
    wave = create_wave(call, number, timezone.localdate() - 10 * DAY, past=False)
    closing = wave.closing
    wave.move("open_deposit", by=None)
    wave.move("start_instruction", by=None)
    wave.closing = closing
    communes = list(Commune.objects.filter(population__gte=500).order_by("code"))
    made = dossiers.create_dossiers(
        random, wave, call.version_in_force(), DOSSIERS, communes, pool,
        past=False, numbers=itertools.count(90_000_000), states={Application.State.ADMISSIBLE: 1},
    )  # fmt: skip
    kinds = [PlaceKind(application=dossier, kind=kind) for dossier in made for kind in random.sample(list(KINDS), 2)]
    PlaceKind.objects.bulk_create(kinds)
    describe(random, pool[Role.REVIEWER], sorted({commune.region for commune in communes}))
    return wave


def describe(random, reviewers, regions):
    """Three fields and one region each, and room for half as much again as the fair share."""
    profiles = list(ReviewerProfile.objects.filter(user__in=reviewers).order_by("pk"))
    for profile in profiles:
        profile.fields, profile.region, profile.capacity = random.sample(list(KINDS), 3), random.choice(regions), 15
    ReviewerProfile.objects.bulk_update(profiles, ["fields", "region", "capacity"])


def proposals(client, wave):
    """A call that asks for the assignment through the page, endlessly from the same start; checks what it made."""
    asked = {"before": "garder", "least": "4", "seed": "1", **Settings().as_json()}
    body = {f"calcul-{name}": str(value) for name, value in asked.items()} | {"calcul-least": "4"}
    path = f"/pilotage/vagues/{wave.public_id}/affectation/proposer/"

    def propose():
        with transaction.atomic():
            answer = client.post(path, body | {"idempotency_key": uuid.uuid4().hex})
            made = Assignment.objects.filter(application__wave=wave).count()
            if answer.status_code != 302 or made < 2 * DOSSIERS:
                raise RuntimeError(f"{answer.status_code}: {made} assignments instead of {2 * DOSSIERS}.")
            transaction.set_rollback(True)

    return propose
