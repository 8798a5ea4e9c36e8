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
    from tests.funding import rewriting

    rewriting.some_money()
    report = rewriting.attack()
    figure = f"{report.refused} tentatives refusées, {len(report.through)} passée"
    if report.through:
        figure += " : " + " ; ".join(report.through)[:500]
    return figure, "toutes refusées, 0 passée, rien n’a changé", not report.through and report.refused > 0
