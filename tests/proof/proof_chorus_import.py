"""Random extracts of Chorus, shuffled, twice, in halves, workers at once and killed: paid once, what Chorus paid."""

from tests.proof.frame import proof

YEARS, INSTALMENTS, ROUNDS = 5, 40, 6


@proof(seconds=420)
def chorus_import():
    from funding.models import Movement
    from tests.funding.chorus import scenario

    wrong, instalments, killed, halfway = [], 0, 0, 0
    for seed in range(1, YEARS + 1):
        # Balances are of the whole database: one year at a time, in lines of its own.
        before = scenario.held()
        year = scenario.make_year(INSTALMENTS, seed=seed)
        scenario.live(year, seed=seed, rounds=ROUNDS)
        wrong += scenario.faults(year, before)
        moved = Movement.objects.count()
        scenario.live(year, seed=-seed, rounds=2)
        wrong += [f"année {seed} : le rejeu a bougé"] if Movement.objects.count() != moved else []
        instalments += len(year.paid) + len(year.unpaid)
        killed, halfway = killed + year.killed, halfway + year.halfway
    told = scenario.figures()
    figure = (
        f"{told['files']} extraits, {told['rows']} lignes, {instalments} échéances, {told['movements']} mouvements, "
        f"{killed} ouvriers tués dont {halfway} en cours de fichier : "
        f"{len(wrong)} écart"
    )
    if wrong:
        figure += " : " + " ; ".join(wrong)[:400]
    return figure, "chaque échéance payée une fois, les soldes exacts, 0 écart", not wrong
