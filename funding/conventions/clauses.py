"""The clauses of an agreement: those that the law or the programme wants, the fields they may hold, a first wording.

Sources: L. 2000-321 art. 10 (object, amount, conditions of use, control, unspent money since 2021), D. 2001-495.
"""

import re

from accounts.errors import Refusal

FIELD = re.compile(r"\{([^{}]*)\}")
# Code → what the officer checks in it. In the order of the law.
COMPULSORY = {
    "object": "L’objet",
    "amount": "Le montant",
    "use": "Les conditions d’emploi",
    "control": "Le contrôle et le compte rendu",
    "unspent": "L’argent non employé",
}
# Field → what it becomes.
FIELDS = {
    "beneficiaire": "nom de la structure",
    "representant": "personne qui la représente",
    "lieu": "nom du lieu",
    "commune": "commune du lieu",
    "appel": "nom de l’appel et vague",
    "dossier": "référence du dossier",
    "montant": "montant de l’aide",
    "montant_lettres": "montant en lettres",
    "annees": "années de versement",
    "versements": "versements par année",
    "delai": "délai de paiement",
    "imputation": "ligne budgétaire",
    "decision": "date de la décision d’attribution",
    "convention": "numéro de la convention",
}
# A clause without its field would not say what the law wants it to say.
FIELDS_WANTED = {"object": {"lieu"}, "amount": {"montant"}}

STANDARD = (
    {
        "code": "object",
        "title": "Objet",
        "body": "Par la décision du {decision}, l’État aide {beneficiaire} à faire fonctionner le lieu « {lieu} », à "
        "{commune}, selon le projet décrit dans le dossier {dossier}, présenté à l’appel {appel}. La présente "
        "convention dit à quelles conditions.",
    },
    {
        "code": "duration",
        "title": "Durée",
        "body": "La convention entre en vigueur quand les deux parties l’ont signée. Elle finit quand le dernier "
        "compte rendu est accepté et le solde versé. Les versements sont prévus en {annees}.",
    },
    {
        "code": "amount",
        "title": "Montant",
        "body": "L’aide est de {montant} ({montant_lettres}). Elle est imputée sur le {imputation}.",
    },
    {
        "code": "payments",
        "title": "Versements",
        "body": "L’aide est versée selon l’échéancier joint : {versements}. Chaque versement est fait dans les "
        "{delai} après que sa condition est remplie, sur le compte bancaire que la structure a fait vérifier.",
    },
    {
        "code": "use",
        "title": "Conditions d’emploi",
        "body": "{beneficiaire} emploie l’aide au projet et à lui seul. Elle ne la reverse à personne, sauf aux "
        "membres du consortium désignés dans la répartition jointe. Elle prévient le service sans attendre si le lieu "
        "ferme, change d’adresse, ou si le plan de financement change de plus de 10 %.",
    },
    {
        "code": "control",
        "title": "Compte rendu et contrôle",
        "body": "Dans les six mois qui suivent la fin de chaque exercice, {beneficiaire} remet un compte rendu "
        "financier, ses comptes approuvés et un rapport d’activité. L’État peut vérifier à tout moment, sur pièces et "
        "sur place, l’emploi de l’aide ; la structure garde les justificatifs dix ans.",
    },
    {
        "code": "unspent",
        "title": "Argent non employé",
        "body": "La part de l’aide qui n’est pas employée au terme de la convention est rendue à l’État, sauf si un "
        "avenant permet à la structure de la garder pour le même objet.",
    },
    {
        "code": "publicity",
        "title": "Mention de l’aide",
        "body": "{beneficiaire} dit l’aide de l’État dans ses publications et sur place.",
    },
    {
        "code": "amendments",
        "title": "Avenants",
        "body": "La convention ne change que par un avenant signé des deux parties, qui montre ce qui était écrit et "
        "ce qui le remplace.",
    },
    {
        "code": "termination",
        "title": "Suspension et résiliation",
        "body": "Si une obligation n’est pas tenue, l’État peut suspendre les versements, puis résilier la convention "
        "un mois après une lettre restée sans effet, une fois que la structure a pu présenter ses observations.",
    },
    {
        "code": "disputes",
        "title": "Litiges",
        "body": "Les parties cherchent d’abord un accord. À défaut, le tribunal administratif du ressort de "
        "l’autorité qui signe est compétent.",
    },
)


def standard():
    return [dict(clause) for clause in STANDARD]


def refuse_bad_clauses(clauses):
    """Every compulsory clause is there and written; only known fields stand between braces.

    Raises:
        Refusal: the sentence names the clause, tied to its field of the form (`clause-<code>`).
    """
    written = {clause["code"]: clause for clause in clauses if clause["body"].strip()}
    for code, name in COMPULSORY.items():
        if code not in written:
            raise Refusal(
                f"Il manque la clause « {name.lower()} », que la loi demande : écrivez-la.", field=f"clause-{code}"
            )
    for clause in written.values():
        refuse_bad_fields(clause)


def refuse_bad_fields(clause):
    found = set(FIELD.findall(clause["body"]))
    if unknown := sorted(found - FIELDS.keys()):
        raise Refusal(
            f"Clause « {clause['title']} » : {{{unknown[0]}}} n’est pas un champ. "
            f"Champs possibles : {', '.join(f'{{{name}}}' for name in FIELDS)}.",
            field=f"clause-{clause['code']}",
        )
    if missing := sorted(FIELDS_WANTED.get(clause["code"], set()) - found):
        raise Refusal(
            f"Clause « {clause['title']} » : gardez le champ {{{missing[0]}}}, qui prend la valeur de chaque "
            "attribution.",
            field=f"clause-{clause['code']}",
        )


def filled(body, values):
    """The text with its fields replaced; a field without a value is left to be seen."""
    return FIELD.sub(lambda match: values.get(match[1]) or match[0], body)


def unfilled(text):
    """Fields that a text still holds."""
    return FIELD.findall(text)
