"""The ledger under random operations, and under everybody who would rewrite it."""

import os

from tests.proof.frame import proof

CLIENTS, MOST = 64, 10_000
SECONDS = int(os.environ.get("LEDGER_SECONDS", "150"))


@proof(seconds=SECONDS + 300)
def ledger_random():
    """Sixty-four connections, every kind of operation at random, checked whole after each thousand, then all again."""
    from tests.funding import rush, storm

    outcome = storm.storm(clients=CLIENTS, a_round=1_000, most=MOST, seconds=SECONDS)
    told, last = rush.rush_for_the_last_award(CLIENTS)
    wrong = outcome.faults + last
    if told != {rush.WON: 1, rush.REFUSED: CLIENTS - 1}:
        wrong.append(f"dernier euro : {dict(told)}")
    figure = (
        f"{CLIENTS} connexions, {outcome.operations} opérations, {outcome.checks} contrôles de tous les invariants, "
        f"{outcome.replayed.total()} rejouées : {len(wrong)} écart"
    )
    if wrong:
        figure += " : " + " ; ".join(wrong)[:600]
    return (
        figure,
        "chaque invariant après chaque millier, rien ne bouge au rejeu, un seul dernier euro ; 0 écart",
        (not wrong and outcome.operations >= 1_000),
    )


@proof(seconds=240)
def ledger_immutable():
    """Every way to rewrite a posting or a movement, as the owner, the role of the site, a role with every right."""
    import logging

    from tests.funding import rewriting

    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    rewriting.some_money()
    report = rewriting.attack()
    figure = f"{report.refused} tentatives refusées, {len(report.through)} passée"
    if report.through:
        figure += " : " + " ; ".join(report.through)[:500]
    return figure, "toutes refusées, 0 passée, rien n’a changé", not report.through and report.refused > 0


KILLS = int(os.environ.get("LEDGER_KILLS", "200"))
KILL_SECONDS = int(os.environ.get("LEDGER_KILL_SECONDS", "480"))


@proof(seconds=KILL_SECONDS + 400)
def ledger_kill():
    """Payments and commitments over HTTP while the processes of the site, or its whole PostgreSQL, are killed -9."""
    import logging

    from tests.funding import killing

    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    outcome = killing.run(kills=KILLS, seconds=KILL_SECONDS, payments=KILLS, commitments=KILLS * 4)
    done = sum(outcome.kills.values())
    figure = (
        f"{done} arrêts brutaux ({outcome.kills['site']} du site, {outcome.kills['PostgreSQL']} de PostgreSQL), "
        f"{outcome.in_flight} envois en cours : {outcome.whole} faits, {outcome.absent} absents, puis tous renvoyés ; "
        f"{len(outcome.faults)} écart"
    )
    if outcome.faults:
        figure += " : " + " ; ".join(outcome.faults)[:600]
    return figure, f"{KILLS} arrêts, 0 perdu, 0 doublé, 0 à moitié", not outcome.faults and done == KILLS
