"""What the letters of the end of an aid may say, and the wording that they start from."""

from documents.wording.blocks import block, fixed
from documents.wording.catalogue import SIGNED, Fixed, amount, date, flag, in_words, paragraphs, register, text
from documents.wording.decisions import CLOSING, END, FIGURES, SUBTITLE, WHY

RIGHTS = Fixed("droits", "Répondre, être entendu, se faire assister", "documents/letters/fixed/rights.html")
SUMS = Fixed("sommes", "Ce que le retrait change", "documents/letters/fixed/withdrawn.html")
GROUND_IN_LAW = Fixed("base_legale", "Base légale du retrait", "documents/letters/fixed/withdrawal_law.html")
GIVEN_BACK = Fixed("sommes", "Ce que l’annulation change", "documents/letters/fixed/given_back.html")
HEARD = date("entendue_le", "Date de la lettre contradictoire", "1er février 2028", "heard_from")
ANSWER = text("observations", "Ce que sont devenues les observations", "Vous n’avez pas répondu.", "observations")
REASON = paragraphs("motifs", "Motifs, par paragraphe", "Le lieu a fermé.", "paragraphs")
MUST = {"montant": FIGURES, "montant_lettres": FIGURES, "motifs": WHY}


def lowered(name, label, example, path):
    one = text(name, label, example, path)
    return type(one)(one.name, one.label, one.type, one.example, lambda letter: one.read(letter).lower())


register(
    "hearing_letter",
    shown="cette lettre est vraie",
    fields=(
        date("repondre_avant", "Réponse attendue jusqu’au", "1er mars 2028", "answer_by"),
        date("decision_du", "Date de la décision d’attribution", "14 avril 2027", "decided_on"),
        amount("accorde", "Montant accordé", "142 000 €", "granted_cents"),
        amount("verse", "Montant déjà versé", "50 000 €", "paid_cents"),
        text("envisage", "Ce que le service envisage", "retirer votre aide, en tout ou en partie", "considered"),
        amount("montant", "Montant en cause, au plus", "92 000 €", "amount_cents"),
        in_words("montant_lettres", "Montant en lettres", "quatre-vingt-douze mille euros", "amount_cents"),
        lowered("fondement", "Fondement", "lieu non ouvert", "ground"),
        paragraphs("constats", "Ce que le service constate", "Le lieu n’a pas ouvert.", "paragraphs"),
    ),
    fixed=(RIGHTS,),
    must={
        "montant": FIGURES,
        "montant_lettres": FIGURES,
        "constats": "On ne répond qu’à des faits que l’on connaît (CRPA L121-1, L122-1)",
        "repondre_avant": "Le délai pour répondre se dit (CRPA L121-1, L122-1)",
    },
    blocks=[
        block("title", "Vos observations sont attendues jusqu’au {{ repondre_avant }}"),
        block("subtitle", "Procédure contradictoire, appel {{ appel }}"),
        block(
            "paragraph",
            "Par la décision du {{ decision_du }}, l’État vous a accordé {{ accorde }} pour le lieu « {{ lieu }} ». "
            "{{ verse }} vous ont été versés. Nous envisageons de {{ envisage }}. **Rien n’est décidé** : vous pouvez "
            "d’abord nous répondre.",
        ),
        block("box", "{{ montant }}", "au plus, soit {{ montant_lettres }} ({{ fondement }})"),
        block("heading", "Ce que nous constatons"),
        block("paragraph", "{{ constats }}"),
        fixed("droits"),
        CLOSING,
    ],
)
register(
    "withdrawal_decision",
    shown="cette décision est vraie et toujours valable",
    fields=(
        flag("en_partie", "Le retrait est partiel", lambda one: not one.is_whole),
        date("decision_du", "Date de la décision d’attribution", "14 avril 2027", "granted_on"),
        amount("accorde", "Montant accordé", "142 000 €", "total_cents"),
        HEARD,
        ANSWER,
        amount("montant", "Montant retiré", "112 000 €", "amount_cents"),
        in_words("montant_lettres", "Montant en lettres", "cent douze mille euros", "amount_cents"),
        REASON,
        text("calcul", "Comment la proportion est comptée", "Six mois d’ouverture sur trente-six.", "calculation"),
        flag("a_reverser", "Une part est à reverser", lambda one: bool(one.recovered_cents)),
    ),
    fixed=(SUMS, GROUND_IN_LAW, *SIGNED),
    must=MUST,
    blocks=[
        block(
            "title",
            "[sauf en_partie] Votre aide pour « {{ lieu }} » est retirée",
            "[si en_partie] Votre aide pour « {{ lieu }} » est retirée en partie",
        ),
        SUBTITLE,
        block(
            "paragraph",
            "Par la décision du {{ decision_du }}, l’État vous a accordé {{ accorde }}. Les conditions de cette aide "
            "ne sont pas tenues. Nous vous l’avons écrit le {{ entendue_le }}.",
            "[si observations] {{ observations }}",
        ),
        block("box", "{{ montant }} retirés", "{{ montant_lettres }}, sur {{ accorde }}"),
        block("heading", "Pourquoi"),
        block("paragraph", "{{ motifs }}"),
        block("paragraph", "{{ calcul }}", when="calcul"),
        fixed("sommes"),
        block(
            "paragraph",
            "Ne payez rien maintenant : la demande de reversement, puis le titre de perception du comptable, vous "
            "disent comment.",
            when="a_reverser",
        ),
        fixed("base_legale"),
        *END,
    ],
)
register(
    "repayment_request",
    shown="cette demande est vraie",
    fields=(
        HEARD,
        ANSWER,
        text("retrait_numero", "Numéro de la décision de retrait", "FT-2028-00012", "withdrawal_number"),
        amount("montant", "Montant à reverser", "20 000 €", "amount_cents"),
        in_words("montant_lettres", "Montant en lettres", "vingt mille euros", "amount_cents"),
        amount("verse", "Montant versé", "50 000 €", "paid_cents"),
        lowered("fondement", "Fondement", "retrait de l’aide", "ground"),
        REASON,
    ),
    fixed=SIGNED,
    must=MUST,
    blocks=[
        block("title", "Vous avez {{ montant }} à reverser à l’État"),
        SUBTITLE,
        block(
            "paragraph",
            "Nous vous avons écrit le {{ entendue_le }} que nous envisagions de vous demander de l’argent en retour.",
            "[si observations] {{ observations }}",
            "[si retrait_numero] La décision n° {{ retrait_numero }} retire l’aide, en tout ou en partie.",
        ),
        block("box", "{{ montant }}", "{{ montant_lettres }}, sur {{ verse }} versés ({{ fondement }})"),
        block("heading", "Pourquoi"),
        block("paragraph", "{{ motifs }}"),
        block("heading", "Comment payer"),
        block(
            "steps",
            "**Attendez le titre de perception.** Le comptable public vous l’envoie, avec son numéro et le compte à "
            "créditer.",
            "**Payez-le, ou demandez un délai** au comptable dont le nom est sur le titre.",
            "**Si vous ne pouvez pas payer**, vous pouvez lui demander une remise gracieuse, avec ce qui montre la "
            "situation de la structure.",
        ),
        *END,
    ],
)
register(
    "withdrawal_undone",
    shown="cette décision est vraie et toujours valable",
    fields=(
        date("retrait_du", "Date du retrait", "15 mars 2028", "withdrawn_on"),
        text("retrait_numero", "Numéro de la décision de retrait", "FT-2028-00012", "withdrawal_number"),
        text("acte", "Acte qui annule", "la décision du service", "act"),
        date("acte_du", "Date de l’acte", "2 mai 2028", "act_on"),
        amount("montant", "Montant rendu", "112 000 €", "amount_cents"),
        in_words("montant_lettres", "Montant en lettres", "cent douze mille euros", "amount_cents"),
        REASON,
    ),
    fixed=(GIVEN_BACK, *SIGNED),
    must=MUST,
    blocks=[
        block("title", "Le retrait de votre aide pour « {{ lieu }} » est annulé"),
        SUBTITLE,
        block(
            "paragraph",
            "[si retrait_numero] Le {{ retrait_du }}, votre aide a été retirée en tout ou en partie (décision "
            "{{ retrait_numero }}).",
            "[sauf retrait_numero] Le {{ retrait_du }}, votre aide a été retirée en tout ou en partie.",
            "Ce retrait est annulé par {{ acte }}, du {{ acte_du }}.",
        ),
        block("box", "{{ montant }} rendus", "{{ montant_lettres }}"),
        block("heading", "Pourquoi"),
        block("paragraph", "{{ motifs }}"),
        fixed("sommes"),
        block("paragraph", "Les dates de vos versements sont sur votre page « Versements »."),
        *END,
    ],
)
