"""Two people who write on one page at once: never an overwrite."""

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.proof.frame import proof

PAIRS, ROUNDS = 12, 10


@proof(seconds=240)
def stale_write():
    """Answers, plans and sheets, on the same field and on two, by a page and while typing; each pair at one moment."""
    from tests.applications.writers import BOTH_WRITTEN, ONE_TOLD, RACES

    # Half of the answers are refusals: that is the proof, not news.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    pairs = [RACES[number % len(RACES)]() for number in range(PAIRS)]
    with ThreadPoolExecutor(4) as pool:
        told = sum(pool.map(rounds_of, pairs), Counter())
    races, good = told.total(), told[BOTH_WRITTEN] + told[ONE_TOLD]
    figure = f"{races - good} texte écrasé sur {races} paires d’écritures simultanées"
    if races > good:
        figure += f" ({dict(told)})"
    passed = good == races == PAIRS * ROUNDS * 2 and told[ONE_TOLD] == races // 2
    return figure, f"0 texte écrasé sur {PAIRS * ROUNDS * 2}", passed


def rounds_of(race):
    from django.db import connections

    try:
        return Counter(race(turn * 2 + same, same=same) for turn in range(ROUNDS) for same in (True, False))
    finally:
        connections.close_all()
