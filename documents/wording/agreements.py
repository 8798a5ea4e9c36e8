"""What an agreement and its amendments may say, and the wording that they start from.

Sources: L. 2000-321 art. 10 (object, amount, conditions of use, control, unspent money since 2021), D. 2001-495.
"""

from documents.wording.blocks import block, clause, fixed
from documents.wording.catalogue import (
    SERVICE,
    TEXT,
    Clause,
    Field,
    Fixed,
    amount,
    date,
    flag,
    in_words,
    paragraphs,
    register,
    text,
)

# In the order of the law: what the officer reads again, one by one, before sending.
CLAUSES = (
    Clause("object", "L’objet", ("lieu",)),
    Clause("amount", "Le montant", ("montant",)),
    Clause("use", "Les conditions d’emploi"),
    Clause("control", "Le contrôle et le compte rendu"),
    Clause("unspent", "L’argent non employé"),
)

PARTIES = Fixed("parties", "L’État et la structure", "documents/letters/acts/parties.html")
SCHEDULE = Fixed("echeancier", "Échéancier", "documents/letters/acts/schedule.html")
SHARES = Fixed("repartition", "Répartition dans le consortium", "documents/letters/acts/shares.html")
SIGNATURES = Fixed("signatures", "Signatures des deux parties", "documents/letters/acts/signatures.html")
CHANGES = Fixed("changements", "Ce qui change, avant et après", "documents/letters/acts/before_after.html")


def represented(letter):
    return letter.beneficiary.represented_by or "la personne qui représente la structure"


COMMON = (
    text("beneficiaire", "Nom de la structure", "Association La Halle aux Possibles", "beneficiary.name"),
    Field("representant", "Personne qui la représente", TEXT, "Claire Rouvier, présidente", represented),
    text("lieu", "Nom du lieu", "La Halle aux Possibles", "dossier.place"),
    text("commune", "Commune du lieu", "Thiers (63)", "dossier.commune"),
    Field(
        "appel", "Nom de l’appel et vague", TEXT, "« Fabriques de territoire », vague 11",
        lambda letter: letter.dossier.of_call.removeprefix("appel "),
    ),
    text("dossier", "Référence du dossier", "DOS-2026-00147", "dossier.reference"),
    text("convention", "Numéro de la convention", "CV-2027-00012", "agreement_number"),
    text("texte", "Numéro du texte", "1", "version"),
    amount("montant", "Montant de l’aide", "142 000 €", "amount_cents"),
    in_words("montant_lettres", "Montant en lettres", "cent quarante-deux mille euros", "amount_cents"),
    Field(
        "annees", "Années de versement", TEXT, "2027, 2028",
        lambda letter: ", ".join(map(str, letter.years)) or "une année",
    ),
    text("versements", "Versements par année", "50 000 € en 2027, 92 000 € en 2028", "payments_sentence"),
    text("attribution", "Phrase sur la décision", "Aide attribuée par la décision du 14 avril 2027.", "decided"),
    date("date", "Date de l’envoi", "3 mai 2027", "issued_on"),
    flag("signee", "Les deux parties ont signé", lambda letter: bool(letter.signatures)),
    *SERVICE,
)  # fmt: skip
FIGURES = "Le texte dit le montant en chiffres et en lettres"
MUST = {"montant": FIGURES, "montant_lettres": FIGURES, "convention": "Le texte dit le numéro de la convention"}
HEAD = [
    block("subtitle", "Appel {{ appel }}. Texte n° {{ texte }}."),
    block("box", "{{ montant }}", "{{ montant_lettres }}"),
    block("heading", "Entre"),
    fixed("parties"),
    block("paragraph", "{{ attribution }} Dossier {{ dossier }}, {{ lieu }}, {{ commune }}."),
]
END = [fixed("echeancier"), fixed("repartition"), block("heading", "Signatures"), fixed("signatures")]

TITLE = block("title", "Convention {{ convention }}")
register(
    "agreement",
    shown="ce document est vrai et toujours valable",
    noun="ce document",
    common=COMMON,
    copies=("signed_agreement",),
    clauses=CLAUSES,
    fields=(
        text("delai", "Délai de paiement", "60 jours", "payment_delay"),
        text("imputation", "Ligne budgétaire", "programme 112, action 12", "imputation"),
        date("decision", "Date de la décision d’attribution", "14 avril 2027", "decided_on"),
        flag("consortium", "L’aide est répartie entre plusieurs", lambda one: bool(one.shares)),
    ),
    fixed=(PARTIES, SCHEDULE, SHARES, SIGNATURES),
    must=MUST,
    first=[TITLE, *HEAD, block("clause"), *END],
    blocks=[
        TITLE,
        *HEAD,
        clause(
            "object",
            "Objet",
            "Par la décision du {{ decision }}, l’État aide {{ beneficiaire }} à faire fonctionner le lieu "
            "« {{ lieu }} », à {{ commune }}, selon le projet décrit dans le dossier {{ dossier }}, présenté à "
            "l’appel {{ appel }}. La présente convention dit à quelles conditions.",
        ),
        clause(
            "duration",
            "Durée",
            "La convention entre en vigueur quand les deux parties l’ont signée. Elle finit quand le dernier compte "
            "rendu est accepté et le solde versé. Les versements sont prévus en {{ annees }}.",
        ),
        clause(
            "amount",
            "Montant",
            "L’aide est de {{ montant }} ({{ montant_lettres }}). Elle est imputée sur le {{ imputation }}.",
        ),
        clause(
            "payments",
            "Versements",
            "L’aide est versée selon l’échéancier joint : {{ versements }}. Chaque versement est fait dans les "
            "{{ delai }} après que sa condition est remplie, sur le compte bancaire que la structure a fait vérifier.",
        ),
        clause(
            "use",
            "Conditions d’emploi",
            "{{ beneficiaire }} emploie l’aide au projet et à lui seul. Elle ne la reverse à personne, sauf aux "
            "membres du consortium désignés dans la répartition jointe. Elle prévient le service sans attendre si le "
            "lieu ferme, change d’adresse, ou si le plan de financement change de plus de 10 %.",
        ),
        clause(
            "control",
            "Compte rendu et contrôle",
            "Dans les six mois qui suivent la fin de chaque exercice, {{ beneficiaire }} remet un compte rendu "
            "financier, ses comptes approuvés et un rapport d’activité. L’État peut vérifier à tout moment, sur "
            "pièces et sur place, l’emploi de l’aide ; la structure garde les justificatifs dix ans.",
        ),
        clause(
            "unspent",
            "Argent non employé",
            "La part de l’aide qui n’est pas employée au terme de la convention est rendue à l’État, sauf si un "
            "avenant permet à la structure de la garder pour le même objet.",
        ),
        clause(
            "publicity",
            "Mention de l’aide",
            "{{ beneficiaire }} dit l’aide de l’État dans ses publications et sur place.",
        ),
        clause(
            "amendments",
            "Avenants",
            "La convention ne change que par un avenant signé des deux parties, qui montre ce qui était écrit et ce "
            "qui le remplace.",
        ),
        clause(
            "termination",
            "Suspension et résiliation",
            "Si une obligation n’est pas tenue, l’État peut suspendre les versements, puis résilier la convention un "
            "mois après une lettre restée sans effet, une fois que la structure a pu présenter ses observations.",
        ),
        clause(
            "disputes",
            "Litiges",
            "Les parties cherchent d’abord un accord. À défaut, le tribunal administratif du ressort de l’autorité "
            "qui signe est compétent.",
        ),
        *END,
    ],
)  # fmt: skip

register(
    "amendment",
    shown="ce document est vrai et toujours valable",
    noun="ce document",
    common=COMMON,
    copies=("signed_amendment",),
    fields=(
        text("motif", "Motif de l’avenant", "Le chantier a pris du retard.", "reason"),
        paragraphs("effets", "Ce que fait la signature", "L’avenant prend effet à la signature.", "effects"),
    ),
    fixed=(PARTIES, CHANGES, SCHEDULE, SHARES, SIGNATURES),
    must=MUST | {"motif": "Un avenant dit son motif", "effets": "Un avenant dit quand il prend effet"},
    blocks=[
        block("title", "Avenant à la convention {{ convention }}"),
        *HEAD,
        block("heading", "Ce qui change"),
        block("paragraph", "{{ motif }}"),
        fixed("changements"),
        block("paragraph", "{{ effets }}", when="effets"),
        block("paragraph", "Les autres clauses de la convention {{ convention }} ne changent pas."),
        *END,
    ],
)
