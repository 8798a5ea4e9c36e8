"""The optimiser of assignments against an exact solver that shares nothing with it."""

from tests.proof.frame import proof

INSTANCES = 1_000


@proof(seconds=900)
def assignment_exact():
    """Random instances, every rule in force: same least cost, same refusals, and no hard rule broken."""
    from tests.applications.assignment_races import compare

    told = [compare(seed) for seed in range(INSTANCES)]
    differing = [seed for seed, outcome in enumerate(told) if outcome.fault]
    impossible = sum(outcome.impossible for outcome in told)
    figure = f"{len(differing)} écart sur {INSTANCES} instances, dont {impossible} impossibles"
    if differing:
        figure += f" (graines {differing[:10]})"
    return figure, f"0 écart sur {INSTANCES}", not differing
