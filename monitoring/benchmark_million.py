"""A million movements: what any day's balances and the steering page take then."""

import datetime
import random
import statistics
import time

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from funding.balances import balances
from funding.models import Movement
from monitoring.generation.movements import FIRST_DAY, load_movements
from programme.models import Programme

MOVEMENTS = 1_000_000
DAYS = 30


def fill(movements):
    """The invented programme of the measure, with that many movements in the whole ledger."""
    programme = Programme.objects.filter(slug__startswith="genere-").earliest("pk")
    missing = movements - Movement.objects.count()
    if missing > 0:
        load_movements(programme=programme, count=missing)
    return programme


def reader():
    return User.objects.filter(role_grants__role=Role.OFFICER).earliest("pk")


def any_day(dice):
    span = (timezone.localdate() - FIRST_DAY).days
    return FIRST_DAY + datetime.timedelta(days=dice.randrange(span))


def slowest_day(programme, runs=DAYS):
    """(milliseconds of the slowest, queries, of the median) for every balance of days at random, on both clocks."""
    dice, times = random.Random(1), []
    balances(as_of=any_day(dice), programme=programme)
    for _ in range(runs):
        day = any_day(dice)
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            balances(as_of=day, known_on=max(day, any_day(dice)), programme=programme)
        times.append((time.perf_counter() - start) * 1000)
    return round(max(times), 1), len(captured), round(statistics.median(times), 1)
