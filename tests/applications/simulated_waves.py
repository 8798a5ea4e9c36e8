"""Waves whose truth is known: the quality of dossiers, the severity of reviewers, scores as a rubric gives them."""

from dataclasses import dataclass

import numpy as np

from applications.evaluations.calibration import Calibration, fit

# A rubric of five criteria of equal weight and five levels goes by steps of five points.
STEP = 5.0
BEST = 0.30


@dataclass(frozen=True)
class Case:
    """Points out of 100. `bias`: standard deviation of severities; `uneven`: reviewers differ in spread too."""

    name: str
    dossiers: int
    reviewers: int
    each: int
    quality: float = 11.0
    bias: float = 7.5
    noise: float = 9.0
    uneven: bool = False


CASES = (
    Case("sans biais, 6 évaluations par personne, 2 par dossier", 45, 15, 2, bias=0.0),
    Case("sans biais, 15 par personne", 75, 15, 3, bias=0.0),
    Case("biais faible", 60, 15, 3, bias=2.0),
    Case("biais moyen", 60, 15, 3),
    Case("biais fort, étendues inégales", 60, 15, 3, bias=12.5, uneven=True),
    Case("accord de 0,30", 60, 15, 3, noise=15.0),
    Case("accord de 0,30, 4 par dossier", 60, 15, 4, noise=15.0),
    Case("une vague de 200 par 40", 200, 40, 3, noise=12.0),
)


def simulate(case, seed):
    """([(dossier, reviewer, score out of 100)], true qualities): random, balanced assignment; seeded."""
    rng = np.random.default_rng([seed, case.dossiers, case.reviewers, case.each])
    quality = rng.normal(0, case.quality, case.dossiers)
    severity = rng.normal(0, case.bias, case.reviewers)
    stretch = rng.uniform(0.6, 1.4, case.reviewers) if case.uneven else np.ones(case.reviewers)
    scores = []
    for dossier, people in enumerate(assigned(case, rng)):
        drawn = 55 + severity[people] + stretch[people] * (quality[dossier] + rng.normal(0, case.noise, case.each))
        steps = np.clip(np.round(drawn / STEP) * STEP, 0, 100)
        scores += [(dossier, int(who), float(score)) for who, score in zip(people, steps, strict=True)]
    return scores, quality


def assigned(case, rng):
    """The reviewers of each dossier: the least loaded, ties drawn at random."""
    loads = np.zeros(case.reviewers)
    for _ in range(case.dossiers):
        people = np.argsort(loads + rng.random(case.reviewers))[: case.each]
        loads[people] += 1
        yield people


def found(values, quality):
    """Share of the true best 30 % that the best values hold; equals in the order of arrival."""
    many = round(BEST * len(quality))
    best = set(np.argsort(-quality, kind="stable")[:many])
    return len(best & set(np.argsort(-np.asarray(values), kind="stable")[:many])) / many


def gain(case, seed):
    """(points out of 100 that adjusting wins over the mean, was it refused): a refusal leaves the mean."""
    scores, quality = simulate(case, seed)
    means = means_of(scores, case.dossiers)
    answer = fit(scores)
    if not isinstance(answer, Calibration):
        return 0.0, True
    adjusted = [answer.adjusted[dossier].value for dossier in range(case.dossiers)]
    return 100 * (found(adjusted, quality) - found(means, quality)), False


def means_of(scores, dossiers):
    sums, counts = np.zeros(dossiers), np.zeros(dossiers)
    for dossier, _, score in scores:
        sums[dossier] += score
        counts[dossier] += 1
    return sums / counts


def distance_from_statsmodels(scores):
    """The largest difference with `MixedLM`, in points out of 100: of an adjusted score, of a severity."""
    import pandas
    from statsmodels.regression.mixed_linear_model import MixedLM

    mine = fit(scores)
    table = pandas.DataFrame(scores, columns=["dossier", "reviewer", "score"])
    parts = {"dossier": "0 + C(dossier)", "reviewer": "0 + C(reviewer)"}
    table["all"] = 1
    model = MixedLM.from_formula("score ~ 1", table, groups="all", re_formula="0", vc_formula=parts)
    theirs = model.fit()
    effects, level = theirs.random_effects[1], theirs.fe_params["Intercept"]
    return max(
        *(abs(one.value - level - effects[f"dossier[C(dossier)[{key}]]"]) for key, one in mine.adjusted.items()),
        *(abs(one.value - effects[f"reviewer[C(reviewer)[{key}]]"]) for key, one in mine.severity.items()),
    )
