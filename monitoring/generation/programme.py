"""The whole invented programme: a call, its waves, its people, its dossiers, its money."""

import datetime
import itertools
from random import Random

from django.db import transaction
from django.utils import timezone

from applications.models import Application, FabriqueFact
from monitoring.generation import money, people
from monitoring.generation.dossiers import create_dossiers
from monitoring.generation.reviews import create_reviews
from programme import ami, calls, founding
from programme.communes import load_communes
from programme.models import Commune, Origin, Programme, Wave

PER_WAVE = 250
DAY = datetime.timedelta(days=1)


@transaction.atomic
def generate(*, applications, seed):
    """Create a programme of `applications` dossiers.

    Args:
        applications: how many dossiers, all waves together.
        seed: an integer; the same seed on an empty database gives the same dossiers.

    Returns:
        The `Programme`.
    """
    random = Random(seed)
    load_communes()
    rank = Programme.objects.filter(slug__startswith="genere-").count() + 1
    programme = founding.create_programme(slug=f"genere-{rank}", origin=Origin.DEMONSTRATION)
    pool = people.create_people(random, f"genere-{rank}")
    call = ami.create_ami(
        programme=programme, slug=f"ami-genere-{rank}", title=f"AMI généré {rank}", origin=Origin.DEMONSTRATION
    )
    waves = create_waves(call, applications)
    calls.publish_call(call=call, by=None)
    communes = list(Commune.objects.order_by("code"))
    numbers = itertools.count(rank * 100_000 + 1)
    line = money.create_line(programme)
    for wave, count in waves:
        fill(random, wave, count, communes, pool, numbers, line)
    return programme


def create_waves(call, applications):
    """[(Wave, number of dossiers)], the last one running, the others four months apart in the past."""
    count = max(2, -(-applications // PER_WAVE))
    sizes = [applications // count + (1 if rank < applications % count else 0) for rank in range(count)]
    today = timezone.localdate()
    return [
        (create_wave(call, rank + 1, today - DAY * (40 + 120 * (count - 1 - rank)), running=rank == count - 1), size)
        for rank, size in enumerate(sizes)
    ]


def create_wave(call, number, closing_day, *, running):
    closes_at = datetime.datetime.combine(closing_day, datetime.time(17), tzinfo=timezone.get_default_timezone())
    return Wave.objects.create(
        call=call,
        number=number,
        # A wave that was lived before this programme existed has no steps to show.
        origin=Origin.DEMONSTRATION if running else Origin.RECONSTRUCTION,
        opens_at=closes_at - 45 * DAY,
        closes_at=closes_at,
        capacity=60,
        instruction_until=closing_day + 20 * DAY,
        reviews_due_on=closing_day + 35 * DAY,
        panel_on=closing_day + 45 * DAY,
        announcement_on=closing_day + 60 * DAY,
    )


def fill(random, wave, count, communes, pool, numbers, line):
    running = wave.origin == Origin.DEMONSTRATION
    wave.refresh_from_db()
    if running:
        wave.move("start_instruction", by=None)
        wave.move("start_review", by=None)
    else:
        noon = datetime.datetime.combine(
            wave.announcement_on, datetime.time(12), tzinfo=timezone.get_default_timezone()
        )
        wave.move("record_past_announcement", by=None, announced_at=noon)
    version = wave.call.versions.get()
    dossiers = create_dossiers(random, wave, version, count, communes, pool, past=not running, numbers=numbers)
    create_reviews(random, dossiers, version, pool)
    if not running:
        fund(random, wave, dossiers, pool, line)


def fund(random, wave, dossiers, pool, line):
    awarded = [dossier for dossier in dossiers if dossier.state == Application.State.AWARDED]
    if awarded:
        select_places(random, wave, awarded)
        money.fund_wave(wave, awarded, line, pool)


def select_places(random, wave, awarded):
    """Selected on the announcement day; six places in ten have opened since."""
    day, today = wave.announcement_on, timezone.localdate()
    facts = [fact(dossier.fabrique, "selected", day, f"Annonce de la {wave}".lower()) for dossier in awarded]
    for dossier in awarded:
        opened_on = day + datetime.timedelta(days=random.randrange(-200, 300))
        if random.random() < 0.6 and opened_on <= today:
            facts.append(fact(dossier.fabrique, "opened", opened_on, "Visite du service (donnée inventée)"))
    FabriqueFact.objects.bulk_create(facts)


def fact(fabrique, kind, day, evidence):
    return FabriqueFact(fabrique=fabrique, kind=kind, effective_on=day, evidence=evidence)
