"""What the answer to an appeal and a formal notice may say, and the wording that they start from."""

from documents.answer_facts import PARTLY, REJECTED, UPHELD
from documents.wording.blocks import block, fixed
from documents.wording.catalogue import (
    SIGNATURE,
    Fixed,
    amount,
    date,
    flag,
    paragraphs,
    register,
    text,
    titled,
)
from documents.wording.decisions import CLOSING
from documents.wording.endings import lowered

COURT = Fixed("recours", "Saisir le tribunal après la réponse", "documents/letters/fixed/answer_court.html")
WHAT_FOLLOWS = Fixed("suites", "Délai, droits et suites", "documents/letters/fixed/notice_rights.html")
LAW = "Une mise en demeure le dit : sans cela, rien ne peut la suivre (CRPA L121-1, L242-2)"

register(
    "appeal_answer",
    shown="cette réponse est vraie",
    fields=(
        text("recours_sorte", "Sorte de recours", "recours gracieux", "kind"),
        text("recours_numero", "Numéro du recours", "REC-2027-00003", "number"),
        text("decision_contestee", "Décision contestée", "Rejet, décision signée le 14 avril 2027", "decision"),
        date("forme_le", "Recours formé le", "3 mai 2027", "lodged_on"),
        date("recours_recu_le", "Recours reçu le", "3 mai 2027", "received_on"),
        text("issue", "Issue du recours", "rejeté", "outcome"),
        flag("accueilli", "Le recours est accueilli", lambda one: one.outcome == UPHELD),
        flag("en_partie", "Le recours est accueilli en partie", lambda one: one.outcome == PARTLY),
        flag("rejete", "Le recours est rejeté", lambda one: one.outcome == REJECTED),
        titled("motifs", "Motifs de la réponse", "La lettre de la commune n’était pas jointe.", "grounds"),
        text("suite", "Suite donnée", "Nouvel examen du dossier, avant le 30 juin 2027", "follow_up"),
        date("silence_du", "Rejet de fait, s’il est né avant", "3 juillet 2027", "silent_on"),
    ),
    fixed=(SIGNATURE, COURT),
    must={
        "issue": "Une réponse dit ce que devient le recours",
        "motifs": "Une réponse à un recours est motivée (CRPA L211-2, L411-5)",
        "decision_contestee": "Une réponse nomme la décision contestée",
    },
    blocks=[
        block(
            "title",
            "[si accueilli] Votre recours est accueilli",
            "[si en_partie] Votre recours est accueilli en partie",
            "[si rejete] Votre recours est rejeté",
        ),
        block("subtitle", "Réponse au {{ recours_sorte }} n° {{ recours_numero }}, appel {{ appel }}"),
        block(
            "paragraph",
            "Vous avez formé un {{ recours_sorte }} le {{ forme_le }} ; nous l’avons reçu le {{ recours_recu_le }}. "
            "Il conteste cette décision : {{ decision_contestee }}.",
            "[si silence_du] Notre silence l’avait rejeté le {{ silence_du }} : cette réponse prend la place de ce "
            "rejet.",
        ),
        block("box", "Recours {{ issue }}", "recours n° {{ recours_numero }}, pour « {{ lieu }} »"),
        block("heading", "Pourquoi"),
        block("list", "{{ motifs }}"),
        block("heading", "Ce qui suit", when="suite"),
        block("paragraph", "{{ suite }}.", when="suite"),
        CLOSING,
        fixed("signature"),
        fixed("recours"),
    ],
)
register(
    "formal_notice",
    shown="cette mise en demeure est vraie",
    fields=(
        date("decision_du", "Date de la décision d’attribution", "14 avril 2027", "decided_on"),
        amount("accorde", "Montant accordé", "142 000 €", "granted_cents"),
        amount("verse", "Montant déjà versé", "50 000 €", "paid_cents"),
        lowered("manquement", "Manquement", "compte rendu ou pièce non remis", "ground"),
        paragraphs("constats", "Ce que le service constate", "Le compte rendu n’est pas arrivé.", "paragraphs"),
        paragraphs("demandes", "Ce qui est demandé", "Remettre le compte rendu financier de 2027.", "wanted"),
        text("jours", "Délai en jours, à partir de la notification", "30", "days"),
    ),
    fixed=(WHAT_FOLLOWS,),
    must={"constats": LAW, "demandes": LAW, "jours": LAW},
    blocks=[
        block("title", "Vous avez {{ jours }} jours pour tenir les conditions de votre aide"),
        block("subtitle", "Mise en demeure, appel {{ appel }}"),
        block(
            "paragraph",
            "Par la décision du {{ decision_du }}, l’État vous a accordé {{ accorde }} pour le lieu « {{ lieu }} ». "
            "{{ verse }} vous ont été versés. Une condition de cette aide n’est pas tenue ({{ manquement }}).",
        ),
        block("heading", "Ce que nous constatons"),
        block("paragraph", "{{ constats }}"),
        block("heading", "Ce que nous vous demandons"),
        block("list", "{{ demandes }}"),
        block("box", "{{ jours }} jours", "à partir du jour où cette lettre vous est notifiée"),
        fixed("suites"),
        CLOSING,
    ],
)
