"""What a calculation of the assignment found, in French."""

from accounts.french import plural

SHOWN = 6
RULE_LABELS = {
    "expert": "Une personne experte au moins par dossier",
    "regions": "Deux régions au moins par dossier",
    "overlap": "Des évaluateurs reliés par des dossiers communs",
    "kept": "Choix verrouillés, et propositions d’avant",
    "apart": "Personnes tenues à part",
    "least": "Nombre minimal de dossiers par évaluateur",
}
TERM_LABELS = {
    "pairs": "Choix (domaine, région, alertes)",
    "load": "Charges inégales",
    "expert": "Dossiers sans personne experte",
    "regions": "Dossiers lus d’une seule région",
    "overlap": "Évaluateurs non reliés",
    "kept": "Propositions d’avant qui ont changé",
    "missing": "Évaluations que personne ne peut faire",
}


def listed(names):
    """« a, b et 3 autres »."""
    shown, rest = list(names[:SHOWN]), len(names) - SHOWN
    return ", ".join(shown) + (f" et {plural(rest, 'autre')}" if rest > 0 else "")


def loosening_sentence(read, loosening):
    """What to loosen, so that the officer can do it."""
    return WORDS[loosening.rule](read, loosening)


def more_load(read, loosening):
    people = [f"{read.seats[column].reviewer} (+ {count})" for column, count in loosening.where]
    return f"Relevez la charge maximale, de {plural(loosening.amount, 'dossier')} en tout : {listed(people)}."


def lower_least(read, loosening):
    people = [f"{read.seats[column].reviewer} (− {count})" for column, count in loosening.where]
    return f"Abaissez le nombre minimal de dossiers par évaluateur. Il ne peut être atteint pour : {listed(people)}."


def let_meet(read, loosening):
    met = [
        f"{read.seats[one].reviewer} et {read.seats[other].reviewer} ({read.dossiers[row].reference})"
        for (row, (one, other)), _ in loosening.where
    ]
    return f"Laissez se retrouver sur un même dossier : {listed(met)}."


def fewer_sheets(read, loosening):
    short = [f"{read.dossiers[row].reference} (il en manque {count})" for row, count in loosening.where]
    missing = plural(loosening.amount, "évaluation reste", "évaluations restent")
    return f"Invitez d’autres évaluateurs, ou demandez moins d’évaluations : {missing} sans personne, {listed(short)}."


WORDS = {"most": more_load, "least": lower_least, "apart": let_meet, "wanted": fewer_sheets}


def causes(read, problem):
    """Dossiers that have fewer possible reviewers than sheets, in sentences."""
    possible = problem.allowed.sum(axis=1)
    found = []
    for row, dossier in enumerate(read.dossiers):
        if possible[row] < problem.wanted[row]:
            out = sum(pair[0] == dossier.pk for pair in read.excluded)
            told = f" ; {plural(out, 'personne est écartée', 'personnes sont écartées')} pour un lien" if out else ""
            found.append(
                f"Le dossier {dossier.reference} n’a que {plural(int(possible[row]), 'évaluateur possible')} pour "
                f"{plural(int(problem.wanted[row]), 'évaluation')}{told}."
            )
    return found


def infeasible_sentences(read, problem, loosenings):
    """{"causes": [...], "loosen": [[sentences that are enough together], ...]}."""
    ways = [[loosening_sentence(read, one) for one in together] for together in loosenings]
    return {"causes": causes(read, problem)[:SHOWN], "loosen": [way for way in ways if way]}


def finding_sentences(found):
    """What the last calculation says of itself, in sentences: what is kept, what could not be."""
    told = [
        f"{plural(found['excluded'], 'rencontre écartée', 'rencontres écartées')} pour un lien, aucune proposée.",
        overlap_sentence(found["groups"], *found["partners"]),
        shortfall("sans personne experte", found["without_expert"]),
        shortfall("de moins de deux régions connues d’évaluateurs", found["in_one_region"]),
        found["alerts"] and f"{found['alerts']} choix sous alerte : la présidence les apprécie.",
        found["missing"] and f"{plural(found['missing'], 'évaluation reste', 'évaluations restent')} sans personne.",
        found["unlocked"]
        and f"Verrou impossible à tenir, ou plus cher que le reste, choix retiré : {listed(found['unlocked'])}.",
    ]
    return [sentence for sentence in told if sentence]


def overlap_sentence(groups, least, most):
    """Whether calibration will be able to compare the reviewers."""
    if groups > 1:
        return f"Les évaluateurs forment {groups} groupes que rien ne relie : leurs notes ne se compareront pas."
    if not most:
        return "Aucun dossier n’est lu par deux personnes : les notes ne se compareront pas."
    return f"Tous les évaluateurs sont reliés, chacun à {least} autres au moins : leurs notes se compareront."


def shortfall(what, references):
    return f"{plural(len(references), 'dossier')} {what} : {listed(references)}." if references else ""
