"""What the letters that answer a request or an appeal may say, and the wording that they start from."""

from accounts.french import long_date
from documents.wording.blocks import block, fixed
from documents.wording.catalogue import DATE, LIST, TEXT, Field, Fixed, amount, date, flag, register, text, titled

LAW = "L’accusé de réception le dit (CRPA L112-3, R112-11-1)"
SILENCE = Fixed("silence", "Silence, pièces manquantes, contact", "documents/letters/fixed/silence.html")
SILENCE_APPEAL = Fixed("recours", "Contester le refus de fait", "documents/letters/fixed/silence_appeal.html")
SILENCE_ON_APPEAL = Fixed("silence", "Silence sur le recours, délais", "documents/letters/fixed/appeal_silence.html")
COURT = Fixed("recours", "Saisir le tribunal", "documents/letters/fixed/court.html")
TRUE = "cet accusé de réception est vrai"


def with_comma(letter):
    return [(f"{one.title},", one.text) for one in letter.missing]


def pieces(letter):
    return [("", f"{one.title} ({one.text})" if one.text else one.title) for one in letter.pieces]


register(
    "receipt",
    shown=TRUE,
    fields=(
        text("recu", "Jour et heure de réception", "12 novembre 2026 à 10 h 42", "received_words"),
        flag("electronique", "La demande est venue en ligne", lambda one: one.postmarked_on is None),
        Field(
            "cachet", "Cachet de la poste", DATE, "10 novembre 2026",
            lambda one: long_date(one.postmarked_on) if one.postmarked_on else "",
        ),
        Field(
            "heure_locale", "Heure outre-mer", TEXT, "7 h 42, heure de Cayenne",
            lambda one: "" if one.postmarked_on else one.received_local,
        ),
        flag(
            "heure_de_paris", "Reçu en ligne, à l’heure de Paris",
            lambda one: not (one.postmarked_on or one.received_local),
        ),
        text("dans_les_delais_par", "Comment la demande est dans les délais", "par un délai accordé", "in_time_by"),
        amount("demande", "Montant demandé", "144 000 €", "requested_cents"),
        text("annees", "Durée demandée", "sur trois ans", "requested_years"),
        text("expediteur", "Qui a envoyé", "Claire Rouvier", "sender"),
        Field("pieces", "Pièces jointes", LIST, "Statuts signés (PDF, 412 ko)", pieces),
        Field("manque", "Ce qui manque", LIST, "Le SIRET de votre structure, à donner.", with_comma),
        titled("etapes", "Les étapes", "Comité. Un comité donne un avis, le 9 mars 2027.", "steps"),
        date("silence_le", "Date du refus de fait", "12 janvier 2027", "silence_is_refusal_on"),
    ),
    fixed=(SILENCE, SILENCE_APPEAL),
    must={"recu": LAW, "dossier": LAW},
    blocks=[
        block("title", "Nous avons bien reçu votre candidature pour {{ lieu }}"),
        block(
            "subtitle",
            "[si electronique] Accusé de réception électronique, appel {{ appel }}",
            "[sauf electronique] Accusé de réception, appel {{ appel }}",
        ),
        block(
            "paragraph",
            "[si dans_les_delais_par] Votre dossier nous est parvenu dans les délais, {{ dans_les_delais_par }}.",
            "[sauf dans_les_delais_par] Votre dossier nous est parvenu dans les délais.",
            "Il vaut demande de subvention. Gardez ce document : il prouve votre dépôt.",
        ),
        block(
            "box",
            "Reçu le {{ recu }}",
            "[si cachet] par la poste, cachet du {{ cachet }}",
            "[si heure_locale] heure de Paris ({{ heure_locale }})",
            "[si heure_de_paris] heure de Paris",
        ),
        block(
            "table",
            "Dossier | {{ dossier }}",
            "[si expediteur] Envoyé par | {{ expediteur }}",
            "Structure porteuse | {{ beneficiaire }}",
            "Lieu | {{ lieu }}, {{ commune }}",
            "Subvention demandée | {{ demande }}, {{ annees }}",
            "[si pieces] Pièces jointes | {{ pieces }}",
            "[sauf pieces] Pièces jointes | aucune",
            caption="Ce que nous avons reçu",
        ),
        block("heading", "Ce qui manque"),
        block("paragraph", "Votre dossier est enregistré. Il nous manque encore :", when="manque"),
        block("list", "{{ manque }}", when="manque"),
        block(
            "paragraph",
            "Rien : votre dossier contient ce que l’appel demande pour l’envoi. Nous vérifions maintenant chaque "
            "pièce.",
            when="!manque",
        ),
        block("heading", "Ce qui se passe maintenant", when="etapes"),
        block("steps", "{{ etapes }}", when="etapes"),
        fixed("silence"),
        fixed("recours"),
    ],
)  # fmt: skip
CLOCK = Fixed("horloge", "Ce que la demande fait au délai", "documents/letters/fixed/clock.html")
register(
    "pieces_request",
    shown="cette demande est vraie",
    fields=(
        titled("demandes", "Ce qui est demandé", "Budget : le détail des recettes de 2028.", "items"),
        text("avant", "Réponse avant", "31 janvier 2027 à 23 h 59", "due_words"),
        flag("obligatoires", "Ce sont des pièces obligatoires", lambda one: one.suspends),
    ),
    fixed=(CLOCK,),
    must={
        "demandes": "On dit ce qui manque (CRPA L114-5)",
        "avant": "On dit jusqu’à quand le fournir (CRPA L114-5)",
    },
    blocks=[
        block(
            "title",
            "[si obligatoires] Il manque des pièces à votre dossier pour {{ lieu }}",
            "[sauf obligatoires] Nous avons besoin de précisions sur votre dossier pour {{ lieu }}",
        ),
        block("subtitle", "Appel {{ appel }}"),
        block("box", "À envoyer avant le {{ avant }}", "depuis votre dossier {{ dossier }}, dans votre espace"),
        block("heading", "Ce que nous vous demandons"),
        block("steps", "{{ demandes }}"),
        fixed("horloge"),
        block("paragraph", "Pour toute question : {{ service }}, téléphone {{ telephone }}, {{ courriel }}."),
        block("paragraph", "Je vous prie de recevoir, {{ civilite }}, mes salutations distinguées."),
    ],
)
register(
    "appeal_receipt",
    shown=TRUE,
    fields=(
        text("recours_sorte", "Sorte de recours", "recours gracieux", "kind"),
        text("recours_numero", "Numéro du recours", "REC-2027-00003", "number"),
        text("decision_contestee", "Décision contestée", "Rejet, décision signée le 14 avril 2027", "decision"),
        text("autorite", "À qui le recours est adressé", "Service Fabriques des territoires", "authority"),
        date("forme_le", "Recours formé le", "3 mai 2027", "lodged_on"),
        date("recours_recu_le", "Recours reçu le", "3 mai 2027", "received_on"),
        date("silence_le", "Date du rejet de fait", "3 juillet 2027", "silence_is_refusal_on"),
        flag("interrompt", "Le recours interrompt le délai", lambda one: one.interrupts),
    ),
    fixed=(SILENCE_ON_APPEAL, COURT),
    must={"recours_recu_le": LAW, "recours_numero": LAW},
    blocks=[
        block("title", "Nous avons bien reçu votre {{ recours_sorte }}"),
        block("subtitle", "Accusé de réception, recours n° {{ recours_numero }}, appel {{ appel }}"),
        block(
            "box",
            "Reçu le {{ recours_recu_le }}",
            "recours n° {{ recours_numero }}, formé le {{ forme_le }}",
        ),
        block(
            "table",
            "Décision | {{ decision_contestee }}",
            "Structure porteuse | {{ beneficiaire }}",
            "Lieu | {{ lieu }}, {{ commune }}",
            "Adressé à | {{ autorite }}",
            caption="Ce que vous contestez",
        ),
        fixed("silence"),
        fixed("recours"),
    ],
)
