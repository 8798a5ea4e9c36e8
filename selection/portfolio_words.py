"""The constraints of a portfolio in French: what they cost, why a dossier enters or leaves, what to loosen."""

from accounts.french import NBSP, decimal, euros, plural
from selection.portfolio import AE, AMOUNTS, CAPACITY, CP, REGIONS, SEGMENTS
from selection.portfolio_prices import loosenings_of, together_of

LABELS = {
    AE: "Les AE disponibles",
    CP: "Les plafonds de CP",
    CAPACITY: "La capacité de la vague",
    SEGMENTS: "Les places par segment",
    REGIONS: "Le minimum régional",
    AMOUNTS: "Le plancher des montants",
}
PLURALS = {AE, CP, SEGMENTS}


def points(hundredths):
    """ "2,1 points"."""
    return f"{decimal(hundredths / 100)}{NBSP}point{'s' if abs(hundredths) >= 200 else ''}"


def price_sentence(price):
    """What one constraint costs. `price`: as `proposals.findings_of` writes it."""
    family, several = price["family"], price["family"] in PLURALS
    if not price["points"]:
        nothing = "ne coûtent rien" if several else "ne coûte rien"
        return f"{LABELS[family]} {nothing}." if price["proved"] else f"{LABELS[family]} : coût non établi à temps."
    costs = "coûtent" if several else "coûte"
    least = "" if price["proved"] else " au moins"
    return f"{LABELS[family]} {costs}{least} {points(price['points'])}{more_or_fewer(price['dossiers'])}."


def more_or_fewer(dossiers):
    if not dossiers:
        return ""
    word = "de plus" if dossiers > 0 else "de moins"
    return f" (sans cela, {plural(abs(dossiers), 'dossier')} {word})"


# --- Why ---------------------------------------------------------------------------------------------------------


def reason_chosen(application, families):
    """Why a dossier that the ranking alone would not fund is chosen."""
    words = {
        REGIONS: f"minimum régional, {application.fabrique.region}",
        SEGMENTS: f"places par segment, {application.get_segment_display()}",
        CAPACITY: "capacité de la vague",
        AMOUNTS: "plancher des montants",
    }
    told = [words[family] for family in words if family in families]
    return f"Entre : {' ; '.join(told) if told else 'son montant tient dans ce qui reste'}."


def reason_left(families):
    """Why a dossier that the ranking alone would fund is not chosen."""
    words = {
        REGIONS: "minimum régional",
        SEGMENTS: "places par segment",
        CP: "plafonds de CP",
        CAPACITY: "capacité de la vague",
        AE: "AE disponibles",
        AMOUNTS: "plancher des montants",
    }
    told = [words[family] for family in words if family in families]
    return f"Sort, cède sa place : {' ; '.join(told) if told else 'la note totale est meilleure sans lui'}."


# --- Nothing fits ------------------------------------------------------------------------------------------------


def infeasible_sentence(problem, found):
    """Why there is no proposal, and which rule to loosen."""
    if found.unknown:
        return "Aucune sélection trouvée dans le temps donné. Allégez une contrainte, puis recommencez."
    ways = [way_out(one, problem) for one in loosenings_of(problem)]
    if ways:
        return (
            f"Aucune sélection ne tient toutes les contraintes. Une seule suffit à assouplir : {' ; ou '.join(ways)}."
        )
    together = [LABELS[family].lower() for family in together_of(problem)]
    if not together:
        return "Aucune sélection ne tient les contraintes : aucun dossier ne peut être financé sur ces lignes."
    return (
        "Aucune sélection ne tient toutes les contraintes, et aucune ne suffit à assouplir seule. "
        f"Assouplissez ensemble : {', '.join(together)}."
    )


def way_out(one, problem):
    groups = {group.label: group for group in problem.groups}
    labels = [label for family, label, _ in one.of if family == one.family]
    if one.family == AE:
        return f"ouvrez {euros(one.missing)} d’AE de plus"
    if one.family == CP:
        parts = ", ".join(f"{euros(cents)} en {year}" for _, year, cents in one.of)
        return f"relevez les plafonds de CP de {parts}"
    if one.family == CAPACITY:
        return f"portez la capacité de {problem.most} à {problem.most + one.missing}"
    if one.family == AMOUNTS:
        return "laissez réduire davantage les montants"
    if one.family == REGIONS:
        return f"renoncez au minimum régional pour {', '.join(labels)}"
    quotas = ", ".join(f"{label} : {quota(groups[label])}" for label in labels)
    return f"changez les places par segment ({quotas})"


def quota(group):
    low = f"{group.low} au moins" if group.low else ""
    high = f"{group.high} au plus" if group.high is not None else ""
    return ", ".join(part for part in (low, high) if part)
