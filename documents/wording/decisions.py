"""What the letters of a decision may say, and the wording that they start from."""

from documents.wording.blocks import block, fixed
from documents.wording.catalogue import (
    SIGNED,
    TEXT,
    Field,
    Fixed,
    amount,
    date,
    flag,
    in_words,
    register,
    text,
    titled,
)

CLOSING = block("paragraph", "Je vous prie de recevoir, {{ civilite }}, mes salutations distinguées.")
END = [CLOSING, fixed("signature"), fixed("recours")]
SUBTITLE = block("subtitle", "Appel {{ appel }}")
WHY = "Un refus est toujours motivé"
FIGURES = "Une décision d’argent dit son montant en chiffres et en lettres"

LAPSES = (
    "Sans votre signature à cette date, l’attribution devient caduque. Aucun versement n’a lieu avant sa signature "
    "par les deux parties (loi n° 2000-321 du 12 avril 2000, article 10)."
)

PAYMENTS = Fixed("echeancier", "Tableau des versements", "documents/letters/fixed/payments.html")


def period(letter):
    one = letter.first_year == letter.last_year
    return f"en {letter.first_year}" if one else f"de {letter.first_year} à {letter.last_year}"


def dated(one):
    return bool(one.label_from and one.label_until)


AWARD = (
    Field("periode", "Années de l’aide en mots", TEXT, "de 2027 à 2029", period),
    amount("montant", "Montant de l’aide", "142 000 €", "amount_cents"),
    in_words("montant_lettres", "Montant en lettres", "cent quarante-deux mille euros", "amount_cents"),
    amount("demande", "Montant demandé", "144 000 €", "requested_cents"),
    flag("reduite", "L’aide n’est pas ce qui était demandé", lambda one: one.requested_cents != one.amount_cents),
    text("duree", "Durée en mots", "sur trois ans", "duration"),
    text("motifs", "Pourquoi l’aide est accordée", "Le comité a donné un avis favorable.", "reasons"),
    text("motif_reduction", "Pourquoi moins que demandé", "Le matériel n’a pas été retenu.", "reduction_reason"),
    text("versements", "Versements par année", "50 000 € en 2027, 48 000 € en 2028", "payments_sentence"),
    text("annee_engagement", "Année des AE", "2027", "commitment_year"),
    amount("engage", "Part engagée, si elle ne l’est pas en totalité", "50 000 €", "committed_cents"),
    text("imputation", "Ligne budgétaire", "programme 112, action 12", "imputation"),
    text("regime_aide", "Régime d’aide d’État", "Cette aide relève du règlement (UE) 2023/2831.", "aid_regime"),
    date("signer_avant", "Convention à signer avant le", "31 octobre 2027", "sign_before"),
    date("convention_envoyee_avant", "Convention envoyée avant le", "15 juin 2027", "agreement_sent_before"),
    flag(
        "envoi_date", "Il y a une convention, et son envoi a une date",
        lambda one: bool(one.sign_before and one.agreement_sent_before),
    ),
    flag(
        "envoi_sans_date", "Il y a une convention, sans date d’envoi",
        lambda one: bool(one.sign_before and not one.agreement_sent_before),
    ),
    date("version_du", "Date de la version du dossier", "2 décembre 2026", "dossier_version_on"),
    date("contrat_republicain", "Contrat d’engagement accepté le", "12 novembre 2026", "republican_contract_on"),
    text("label", "Nom que la structure peut porter", "Fabrique de territoire", "label"),
    flag("label_date", "Le label a un début et une fin", lambda one: bool(one.label) and dated(one)),
    flag("label_sans_date", "Le label n’a pas de dates", lambda one: bool(one.label) and not dated(one)),
    date("label_du", "Label, premier jour", "14 avril 2027", "label_from"),
    date("label_au", "Label, dernier jour", "13 avril 2030", "label_until"),
    titled("conditions", "Autres conditions", "Signer la convention que nous vous enverrons.", "conditions"),
)  # fmt: skip


register(
    "award_letter",
    fields=AWARD,
    fixed=(PAYMENTS, *SIGNED),
    must={
        "montant": FIGURES,
        "montant_lettres": FIGURES,
        "imputation": "Une décision d’argent dit la ligne qui la paie",
        "regime_aide": "Le règlement d’aide d’État se dit là où il s’applique",
        "conditions": "Les conditions de l’aide sont fixées au plus tard quand elle est accordée",
    },
    blocks=[
        block("title", "Attribution d’une subvention à {{ lieu }}"),
        SUBTITLE,
        block(
            "paragraph",
            "Votre projet est lauréat. Pour le faire fonctionner {{ periode }}, l’État vous attribue :",
        ),
        block("box", "{{ montant }}", "{{ montant_lettres }}, {{ duree }}"),
        block(
            "paragraph",
            "[si reduite] Vous aviez demandé {{ demande }}.",
            "[si motif_reduction] {{ motif_reduction }}",
            "{{ motifs }}",
        ),
        fixed("echeancier"),
        block(
            "note",
            "Chaque versement est fait dans les 60 jours après que sa condition est remplie, sauf date fixée par la "
            "convention.",
        ),
        block("heading", "Ce à quoi vous vous engagez"),
        block(
            "steps",
            "[si envoi_date] **Signer la convention avant le {{ signer_avant }}.** Nous vous l’envoyons avant le "
            "{{ convention_envoyee_avant }}. " + LAPSES,
            "[si envoi_sans_date] **Signer la convention avant le {{ signer_avant }}.** " + LAPSES,
            "**Employer l’argent pour le projet décrit dans votre dossier**, dans la version envoyée le "
            "{{ version_du }}.",
            "**Rendre compte chaque année**, dans les six mois qui suivent la fin de votre exercice : compte rendu "
            "financier, comptes approuvés, rapport d’activité.",
            "**Nous prévenir sans attendre** si le lieu ferme, change d’adresse ou si le plan de financement change "
            "de plus de 10 %.",
            "[si contrat_republicain] **Respecter le contrat d’engagement républicain** que vous avez accepté le "
            "{{ contrat_republicain }}.",
            "[si label_date] **Dire que l’État vous aide** : vous pouvez porter le nom « {{ label }} » du "
            "{{ label_du }} au {{ label_au }}.",
            "[si label_sans_date] **Dire que l’État vous aide** : vous pouvez porter le nom « {{ label }} ».",
            "[sauf label] **Dire que l’État vous aide** dans vos publications et sur place.",
            "[si conditions] {{ conditions }}",
        ),
        block("heading", "D’où vient l’argent"),
        block(
            "paragraph",
            "[si engage] {{ engage }} sont engagés sur les autorisations d’engagement de {{ annee_engagement }} "
            "({{ imputation }}), le reste année par année.",
            "[sauf engage] Les {{ montant }} sont engagés en totalité sur les autorisations d’engagement de "
            "{{ annee_engagement }} ({{ imputation }}).",
            "Chaque versement est payé sur les crédits de paiement de son année : {{ versements }}.",
            "[si regime_aide] {{ regime_aide }}",
        ),
        block(
            "paragraph",
            "Si l’argent n’est pas employé comme prévu, tout ou partie peut vous être redemandé, après que vous avez "
            "pu vous expliquer.",
        ),
        *END,
    ],
)

register(
    "waitlist_letter",
    fields=(
        text("rang", "Rang sur la liste", "3", "rank"),
        date("valable_jusquau", "Liste valable jusqu’au", "31 décembre 2027", "valid_until"),
        amount("demande", "Montant demandé", "144 000 €", "requested_cents"),
        text("motifs", "Pourquoi la liste complémentaire", "Le comité juge le projet solide.", "reasons"),
        date("version_du", "Date de la version du dossier", "2 décembre 2026", "dossier_version_on"),
    ),
    fixed=SIGNED,
    must={
        "rang": "La liste complémentaire a un ordre, la structure connaît son rang",
        "valable_jusquau": "La liste complémentaire a une fin, après quoi la demande est refusée",
        "motifs": WHY,
    },
    blocks=[
        block("title", "Votre projet « {{ lieu }} » est sur la liste complémentaire"),
        SUBTITLE,
        block(
            "paragraph",
            "Votre projet n’est pas financé à ce jour. Il peut l’être si des crédits se libèrent : il est inscrit sur "
            "la liste complémentaire de cette vague.",
        ),
        block("box", "Rang {{ rang }}, jusqu’au {{ valable_jusquau }}", "Subvention demandée : {{ demande }}"),
        block("heading", "Pourquoi"),
        block("paragraph", "{{ motifs }}"),
        block("heading", "Ce qui se passe maintenant"),
        block(
            "list",
            "Les projets de la liste sont appelés dans l’ordre des rangs, quand un lauréat renonce ou quand des "
            "crédits sont ouverts.",
            "Si votre tour vient, nous vous écrivons. Vous n’avez aucune démarche à faire pour rester sur la liste.",
            "Sans appel d’ici au {{ valable_jusquau }}, votre demande est refusée à cette date. Nous vous l’écrirons.",
            "Votre projet change, ou vous ne souhaitez plus attendre ? Dites-le-nous, à l’adresse en tête de lettre "
            "ou depuis votre dossier.",
        ),
        block(
            "paragraph",
            "Cette inscription n’est pas une promesse de subvention : n’engagez aucune dépense en comptant sur elle.",
        ),
        *END,
    ],
)

GROUNDS = titled("motifs", "Motifs", "Partenariats locaux. Aucun ne s’est engagé par écrit.", "grounds")
NEXT = text("suite", "Ce que la structure peut faire", "Vous pouvez présenter un nouveau dossier.", "next_step")
REFUSED = (
    GROUNDS,
    NEXT,
    text("conseil", "Ce qui rendrait le projet plus solide", "Recueillir des lettres d’engagement.", "advice"),
)
AFTERWARDS = [
    block("heading", "Ce que vous pouvez faire", when="suite"),
    block("paragraph", "{{ suite }}", when="suite"),
    *END,
]
REASONS = [
    block("heading", "Pourquoi"),
    block("steps", "{{ motifs }}"),
    block("heading", "Ce qui rendrait votre projet plus solide", when="conseil"),
    block("paragraph", "{{ conseil }}", when="conseil"),
]

register(
    "refusal_letter",
    fields=REFUSED,
    fixed=SIGNED,
    must={"motifs": WHY},
    blocks=[
        block("title", "Votre projet « {{ lieu }} » n’a pas été retenu"),
        SUBTITLE,
        block(
            "paragraph",
            "Après examen de votre dossier et avis du comité de sélection, votre demande de subvention n’est pas "
            "retenue.",
        ),
        *REASONS,
        *AFTERWARDS,
    ],
)
register(
    "inadmissibility_letter",
    fields=REFUSED,
    fixed=SIGNED,
    must={"motifs": "Une demande irrecevable est rejetée pour des motifs qu’on lui dit"},
    blocks=[
        block("title", "Votre candidature pour « {{ lieu }} » n’est pas recevable"),
        SUBTITLE,
        block(
            "paragraph",
            "Votre demande ne remplit pas les conditions de l’appel. Elle ne peut donc pas être examinée par le "
            "comité de sélection et elle est rejetée.",
        ),
        *REASONS,
        *AFTERWARDS,
    ],
)
register(
    "deferral_letter",
    fields=(
        GROUNDS,
        NEXT,
        text("vague_suivante", "Vague où revenir", "vague 12", "deferred_to"),
        titled("ameliorations", "Ce qu’il faut améliorer", "Le budget. À équilibrer.", "improvements"),
    ),
    fixed=SIGNED,
    must={"motifs": "Un report est toujours motivé"},
    blocks=[
        block("title", "L’examen de votre projet « {{ lieu }} » est reporté"),
        SUBTITLE,
        block(
            "paragraph",
            "Après examen de votre dossier et avis du comité de sélection, votre demande de subvention n’est ni "
            "retenue ni écartée :",
            "[si vague_suivante] son examen est reporté à la {{ vague_suivante }}.",
            "[sauf vague_suivante] son examen est reporté à une vague suivante.",
        ),
        block("heading", "Pourquoi, et ce qui est attendu"),
        block("steps", "{{ motifs }}"),
        block("heading", "Ce qu’il faut améliorer d’ici là", when="ameliorations"),
        block("steps", "{{ ameliorations }}", when="ameliorations"),
        *AFTERWARDS,
    ],
)
