"""The whole invented programme: a call, its waves, its people, its dossiers, its money."""

import datetime
import itertools
from random import Random

from django.db import transaction
from django.utils import timezone

from applications.models import Application, FabriqueFact
from monitoring.generation import endings, money, people
from monitoring.generation.dossiers import create_dossiers
from monitoring.generation.reviews import create_reviews
from programme import ami, calls, founding
from programme.communes import load_communes
from programme.models import Commune, Origin, Programme, Wave

PER_WAVE = 250
DAY = datetime.timedelta(days=1)
CLOSED_DAYS_AGO = 44
# All the waves fit after the first announcement of the programme, in 2018.
LIVED_DAYS = 2_600
# The two latest announced waves are still signing their agreements.
UNSETTLED = 2


@transaction.atomic
def generate(*, applications, seed, programme=None):
    """Create a programme of `applications` dossiers, or one more call of a generated programme.

    Args:
        applications: how many dossiers, all waves together.
        seed: an integer; the same seed on an empty database, the same day, gives the same dossiers.
        programme: a generated `Programme` to extend; None makes a new one.

    Returns:
        The `Programme`.
    """
    random = Random(seed)
    if not Commune.objects.exists():
        load_communes()
    rank = Programme.objects.filter(slug__startswith="genere-").count() + 1
    programme = programme or founding.create_programme(slug=f"genere-{rank}", origin=Origin.DEMONSTRATION)
    call_rank = programme.calls.count() + 1
    name = f"{programme.slug.removeprefix('genere-')}-{call_rank}"
    pool = people.create_people(random, f"genere-{name}")
    call = ami.create_ami(
        programme=programme, slug=f"ami-genere-{name}", title=f"AMI généré {name}", origin=Origin.DEMONSTRATION
    )
    waves = create_waves(call, applications)
    calls.publish_call(call=call, by=None)
    communes = list(Commune.objects.filter(population__gte=500).order_by("code"))
    numbers = itertools.count(((rank + 9) * 100 + call_rank) * 100_000 + 1)
    line = money.create_line(programme)
    for place, (wave, count) in enumerate(waves):
        settled = place < len(waves) - 1 - UNSETTLED
        fill(random, wave, count, communes, pool, numbers, line, settled=settled)
    money.open_what_is_left(programme, line, name)
    endings.open_endings(call, pool)
    return programme


def create_waves(call, applications):
    """[(Wave, number of dossiers)], the last one running, the others in the past; one more is open to deposit."""
    count = max(2, -(-applications // PER_WAVE))
    sizes = [applications // count + (1 if rank < applications % count else 0) for rank in range(count)]
    today = timezone.localdate()
    every = max(30, min(120, LIVED_DAYS // count))
    first = Wave.objects.filter(call__programme=call.programme).count() + 1
    waves = [
        (create_wave(call, first + rank, today - DAY * (CLOSED_DAYS_AGO + every * (count - 1 - rank)), past), size)
        for rank, (size, past) in enumerate(zip(sizes, [True] * (count - 1) + [False], strict=True))
    ]
    create_wave(call, first + count, today + 25 * DAY, past=False)
    return waves


def create_wave(call, number, closing_day, past):
    closes_at = datetime.datetime.combine(closing_day, datetime.time(17), tzinfo=timezone.get_default_timezone())
    window = {} if past else {"opens_at": closes_at - 45 * DAY, "closes_at": closes_at}
    wave = Wave.objects.create(
        call=call,
        number=number,
        # A wave that was lived before this service existed has no steps to show.
        origin=Origin.RECONSTRUCTION if past else Origin.DEMONSTRATION,
        **window,
        capacity=60,
        instruction_until=closing_day + 20 * DAY,
        reviews_due_on=closing_day + 35 * DAY,
        panel_on=closing_day + 45 * DAY,
        announcement_on=closing_day + 60 * DAY,
    )
    wave.closing = closes_at
    return wave


def fill(random, wave, count, communes, pool, numbers, line, *, settled):
    closing, past = wave.closing, wave.origin == Origin.RECONSTRUCTION
    wave = Wave.objects.select_related("call__programme").get(pk=wave.pk)
    wave.closing = closing
    if past:
        noon = datetime.datetime.combine(
            wave.announcement_on, datetime.time(12), tzinfo=timezone.get_default_timezone()
        )
        wave.move("record_past_announcement", by=None, announced_at=noon)
    else:
        wave.move("start_instruction", by=None)
        wave.move("start_review", by=None)
    version = wave.call.versions.get()
    dossiers = create_dossiers(random, wave, version, count, communes, pool, past=past, numbers=numbers)
    create_reviews(random, dossiers, version, pool)
    awarded = [dossier for dossier in dossiers if dossier.state == Application.State.AWARDED]
    if past and awarded:
        select_places(random, wave, awarded)
        money.fund_wave(random, wave, awarded, line, pool, settled=settled)


def select_places(random, wave, awarded):
    """Selected on the announcement day; six places in ten have opened since."""
    day, today = wave.announcement_on, timezone.localdate()
    facts = [fact(dossier.fabrique, "selected", day, f"Annonce de la vague {wave.number}") for dossier in awarded]
    for dossier in awarded:
        opened_on = day + datetime.timedelta(days=random.randrange(-200, 300))
        if random.random() < 0.6 and opened_on <= today:
            facts.append(fact(dossier.fabrique, "opened", opened_on, "Visite du service (donnée inventée)"))
    FabriqueFact.objects.bulk_create(facts)


def fact(fabrique, kind, day, evidence):
    return FabriqueFact(fabrique=fabrique, kind=kind, effective_on=day, evidence=evidence)
