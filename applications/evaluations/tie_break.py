"""The rules of the call that separate dossiers of the same mean, applied in its order and told in words. Pure."""

from dataclasses import dataclass, field
from fractions import Fraction

from accounts.french import decimal, euros, long_datetime, plural
from applications.sheets import FULL_SCORE
from programme.tie_break import TieBreak

T = TieBreak


@dataclass
class Facts:
    """What the rules look at, besides the dossier itself.

    Attributes:
        criteria: the `SheetCriterion`s of the dossier's call version.
        means: {criterion id: mean points of its sheets}, exact.
        selected: {region: places selected before the deposit closed}.
    """

    criteria: tuple = ()
    means: dict = field(default_factory=dict)
    selected: dict = field(default_factory=dict)


def by_criteria(line, criteria):
    """[(criterion, share of its points, exact)]; a criterion that applies to none is worth the mean of the dossier."""
    mean = line.summary.mean / FULL_SCORE
    known = line.facts.means
    return [(c, Fraction(known[c.pk]) / c.max_points if c.pk in known else mean) for c in criteria]


def weighted_order(line):
    return sorted(line.facts.criteria, key=lambda c: (-c.weight, c.position))


def sheet_order(line):
    return sorted(line.facts.criteria, key=lambda c: c.position)


def criteria_key(order):
    return lambda line: tuple(-share for _, share in by_criteria(line, order(line)))


def criteria_words(order):
    """Names the first criterion on which the two differ."""

    def words(upper, lower):
        pairs = zip(by_criteria(upper, order(upper)), by_criteria(lower, order(lower)), strict=False)
        criterion, best, other = next((c, a, b) for (c, a), (_, b) in pairs if a != b)
        return (
            f"meilleure note au critère « {criterion.label} » "
            f"({points(best * criterion.max_points)} contre {points(other * criterion.max_points)})"
        )

    return words


def points(value):
    return decimal(float(value), 2)


def agreement_words(upper, lower):
    a, b = (decimal(line.summary.spread_hundredths / 100) for line in (upper, lower))
    return f"plus petit écart entre les évaluations ({a} contre {b} points)"


def selected_in(line):
    return line.facts.selected.get(line.application.fabrique.region, 0)


def region_words(upper, lower):
    a, b = selected_in(upper), selected_in(lower)
    return f"région moins servie ({plural(a, 'fabrique')} avant la vague, contre {b})"


def asked_words(upper, lower):
    a, b = (euros(line.application.requested_cents) for line in (upper, lower))
    return f"montant demandé plus faible ({a} contre {b})"


def arrival(line):
    return line.application.submitted_at, line.application.reference


def arrival_words(upper, lower):
    return f"arrivé plus tôt, le {long_datetime(upper.application.submitted_at)}"


# {code: (key of a line, lowest first; words of why `upper` precedes `lower`)}.
RULES = {
    T.BY_WEIGHT: (criteria_key(weighted_order), criteria_words(weighted_order)),
    T.IN_ORDER: (criteria_key(sheet_order), criteria_words(sheet_order)),
    T.AGREEMENT: (lambda line: line.summary.spread_hundredths, agreement_words),
    T.REGION: (selected_in, region_words),
    T.LEAST_ASKED: (lambda line: line.application.requested_cents, asked_words),
    T.ARRIVAL: (arrival, arrival_words),
}
NEEDS_CRITERIA = {T.BY_WEIGHT, T.IN_ORDER}


def key_of(line, codes):
    """What orders a line among those of its mean; equal keys are equals. Wants a mean."""
    return tuple(RULES[code][0](line) for code in codes)


def why(upper, lower, codes):
    """Which rule puts `upper` before `lower`, in words; "" when none does."""
    for code in codes:
        key, words = RULES[code]
        if key(upper) != key(lower):
            return words(upper, lower)
    return ""
