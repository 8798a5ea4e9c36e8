"""AE, then CP, for exactly one: 64 clients at once, round after round, on a database that syncs to disk."""

from collections import Counter

from tests.proof.frame import proof

CLIENTS, ROUNDS = 64, 12


@proof(seconds=240)
def last_euro():
    from tests.funding import rush

    refuse_a_database_that_does_not_sync()
    wrong, told = [], Counter()
    for number in range(ROUNDS):
        race = rush.rush_for_the_last_payment if number % 3 == 2 else rush.rush_for_the_last_award
        answers, faults = race(CLIENTS)
        told += answers
        wrong += faults
        if answers != {rush.WON: 1, rush.REFUSED: CLIENTS - 1}:
            wrong.append(f"tour {number + 1} : {dict(answers)}")
    figure = f"{told[rush.WON]} gagnants, {told[rush.REFUSED]} refus sur {ROUNDS} × {CLIENTS}"
    if wrong:
        figure += " ; " + " ; ".join(wrong)[:300]
    return figure, f"{ROUNDS} gagnants, {ROUNDS * (CLIENTS - 1)} refus, aucune autre réponse, aucun écart", not wrong


def refuse_a_database_that_does_not_sync():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        if cursor.fetchone() != ("on",):
            raise RuntimeError("La preuve veut une base qui écrit vraiment sur le disque (fsync = on).")
