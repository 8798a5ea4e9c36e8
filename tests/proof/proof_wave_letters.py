"""The letters of a wave: exactly once whatever is killed, and each field the one of its facts."""

import logging
import os
import tempfile
from pathlib import Path

from tests.proof.frame import proof

KILLS = int(os.environ.get("LETTERS_KILLS", "200"))
LETTERS = int(os.environ.get("LETTERS_OF_THE_WAVE", "300"))
BROKERS = (("filesystem", "fichiers"), ("redis", "Redis"))


@proof(seconds=1200)
def letters_kill():
    """A wave of three hundred letters on each broker; two hundred times, at random, a worker is killed -9."""
    from tests.documents import wave_under_fire

    logging.getLogger("kombu").setLevel(logging.ERROR)
    folder = Path(tempfile.mkdtemp(dir=os.environ["VAR_DIR"]))
    told, wrong, kills = [], [], 0
    for seed, (broker, name) in enumerate(BROKERS, start=1):
        outcome = wave_under_fire.run(broker, folder / broker, letters=LETTERS, kills=KILLS, seed=seed)
        kills += outcome.kills
        wrong += [f"{name} : {fault}" for fault in outcome.faults]
        told.append(
            f"{name} : {outcome.kills} arrêts en {outcome.seconds:.0f} s, dont {outcome.in_hand} en plein courrier"
            + (f", {outcome.retried} relancés à la main" if outcome.retried else "")
        )
    figure = f"{len(BROKERS)} × {LETTERS} courriers ; {' ; '.join(told)} ; {len(wrong)} écart"
    if wrong:
        figure += " : " + " ; ".join(wrong)[:800]
    bar = f"2 × {KILLS} arrêts ; {LETTERS} courriers chacun, 0 doublé, 0 manquant, 0 altéré, numéros sans trou"
    return figure, bar, not wrong and kills == KILLS * len(BROKERS)


FIELDS = int(os.environ.get("LETTERS_FIELDS", "1000"))
PROCESSES = 2


@proof(seconds=600)
def letters_fields():
    """Letters of every kind with invented and hostile facts: each field is found in the text of the PDF."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from tests.documents import merged_fields

    parts = [range(start, FIELDS, PROCESSES) for start in range(PROCESSES)]
    # Forked before a thread or a connection is there: each process has its own fonts.
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        tallies = list(pool.map(merged_fields.check, parts))
    letters, compared = sum(one.letters for one in tallies), sum(one.fields for one in tallies)
    kinds, wrong = set().union(*(one.kinds for one in tallies)), [fault for one in tallies for fault in one.faults]
    figure = f"{letters} courriers de {len(kinds)} sortes, {compared} champs comparés, {len(wrong)} écart"
    if wrong:
        figure += " : " + " ; ".join(wrong[:12])[:900]
    return figure, f"{FIELDS} courriers, 0 écart", not wrong and letters == FIELDS
