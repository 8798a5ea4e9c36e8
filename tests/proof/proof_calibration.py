"""Adjusted scores against a simulated truth: never worse than the mean, and the figures of statsmodels."""

from tests.proof.frame import proof

WAVES, ORACLE = 400, 12
WORST_POINTS, ORACLE_POINTS = 0.5, 1e-3


@proof(seconds=600)
def calibration_truth():
    from statistics import fmean

    from accounts.french import decimal
    from applications.evaluations.calibration import Calibration, fit
    from tests.applications import simulated_waves as waves

    gains = {case.name: fmean(waves.gain(case, seed)[0] for seed in range(WAVES)) for case in waves.CASES}
    worst, best = min(gains, key=gains.get), max(gains, key=gains.get)
    drawn = [waves.simulate(case, seed)[0] for case in waves.CASES[3:] for seed in range(ORACLE)]
    compared = [scores for scores in drawn if isinstance(fit(scores), Calibration)]
    apart = max(waves.distance_from_statsmodels(scores) for scores in compared)
    figure = (
        f"au pire {decimal(gains[worst], 2)} point sur 100 ({worst}), au mieux {decimal(gains[best], 2)} ({best}), "
        f"sur {WAVES} vagues par cas ; à {decimal(apart, 5)} de statsmodels au plus, sur {len(compared)} vagues"
    )
    bar = "pas plus de 0,5 point sous la moyenne ; statsmodels à 0,001 près"
    return figure, bar, bool(gains[worst] >= -WORST_POINTS and apart <= ORACLE_POINTS)
