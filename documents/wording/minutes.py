"""What the minutes of a panel and their addenda may say, and the wording that they start from.

Who sat, who left, what was put to the vote and how the dossiers are ranked is what was recorded: fixed blocks.
"""

from documents.wording.blocks import block, fixed
from documents.wording.catalogue import SERVICE, Fixed, date, flag, paragraphs, register, text

CONFIDENTIAL = Fixed("confidentialite", "Mention de confidentialité", "documents/letters/acts/confidential.html")
WHICH = (
    text("appel", "Nom de l’appel", "Fabriques de territoire", "call"),
    text("vague", "Vague", "vague 11", "wave"),
    date("date", "Date du document", "9 mars 2027", "issued_on"),
    *SERVICE,
)
MUST = {"vague": "On dit de quelle vague il s’agit"}
HEAD = [block("subtitle", "{{ appel }}, {{ vague }}"), fixed("confidentialite")]

MINUTES = [
    block("title", "Procès-verbal du comité de sélection"),
    *HEAD,
    block("heading", "Séance"),
    fixed("seance"),
    fixed("regles"),
    block("heading", "Membres convoqués"),
    fixed("membres"),
    block("heading", "Points examinés", when="examines"),
    fixed("points"),
    block("heading", "Notes de séance", when="notes"),
    block("list", "{{ notes }}", when="notes"),
    block("heading", "Proposition adoptée", when="tenue"),
    fixed("adoption"),
    block("heading", "Classement", when="tenue"),
    block("paragraph", "{{ calcul }}", when="calcul"),
    fixed("classement"),
    fixed("egalites"),
    block("heading", "Registre des intérêts et des déports"),
    fixed("interets"),
]

register(
    "panel_minutes",
    shown="ce procès-verbal est vrai",
    noun="ce procès-verbal",
    common=WHICH,
    fields=(
        text("reunion", "Jour, heure et lieu de la réunion", "9 mars 2027 à 14 h, salle 3", "meets"),
        text("convocation", "Convocation", "le 19 février 2027 à 10 h, 18 jours avant la séance", "convened"),
        text("horaires", "Heures de la séance", "de 14 h 05 à 16 h 40", "hours"),
        text("presidence", "Personne qui préside", "Inès Almeida", "chair"),
        text("quorum", "Quorum en mots", "3 membres présents sur 4, quorum de 2 atteint", "quorum"),
        text("calcul", "Comment les notes sont ajustées", "Notes ajustées par un modèle croisé.", "calibration"),
        paragraphs("notes", "Notes de séance", "La séance a été suspendue dix minutes.", "notes"),
        flag("tenue", "La séance s’est tenue", lambda one: one.held),
        flag("examines", "Des points ont été examinés", lambda one: bool(one.points)),
        flag("adoptee", "Une proposition a été adoptée en séance", lambda one: bool(one.adoption)),
    ),
    fixed=(
        CONFIDENTIAL,
        Fixed("seance", "Réunion, présidence, quorum", "documents/letters/acts/sitting.html"),
        Fixed("regles", "Règles suivies", "documents/letters/acts/rules.html"),
        Fixed("membres", "Membres et présences", "documents/letters/acts/members.html"),
        Fixed("points", "Points, déports, votes, avis", "documents/letters/acts/points.html"),
        Fixed("adoption", "Proposition adoptée en séance", "documents/letters/acts/adoption.html"),
        Fixed("classement", "Classement", "documents/letters/acts/ranking.html"),
        Fixed("egalites", "Égalités", "documents/letters/acts/ties.html"),
        Fixed("interets", "Registre des intérêts", "documents/letters/acts/interests.html"),
        Fixed("signature", "Signature de la présidence", "documents/letters/acts/chair.html"),
    ),
    must=MUST | {
        "calcul": "On dit si les notes ont été ajustées, et comment",
        "notes": "Un membre peut demander que son désaccord soit noté (CRPA R133-13)",
    },
    edition=2,
    first=MINUTES,
    blocks=[*MINUTES, fixed("signature")],
)  # fmt: skip

register(
    "panel_addendum",
    shown="cet additif est vrai",
    noun="cet additif",
    common=WHICH,
    fields=(
        text("complete", "Procès-verbal complété", "procès-verbal n° PV-2027-00003", "minutes"),
        text("fait", "Ce qui s’est passé, en titre", "Proposition adoptée", "title"),
        flag("par_dossier", "Des issues sont adoptées", lambda one: bool(one.settled)),
    ),
    fixed=(
        CONFIDENTIAL,
        Fixed("faits", "Ce qui s’est passé, écarts", "documents/letters/acts/events.html"),
        Fixed("issues", "Issues adoptées, dossier par dossier", "documents/letters/acts/settled.html"),
    ),
    must=MUST | {"complete": "Un additif dit le procès-verbal qu’il complète"},
    blocks=[
        block("title", "Additif au procès-verbal du comité de sélection"),
        *HEAD,
        block("paragraph", "Il complète le {{ complete }}, qui ne change pas."),
        block("heading", "{{ fait }}"),
        fixed("faits"),
        block("heading", "Ce qui est adopté, dossier par dossier", when="par_dossier"),
        fixed("issues"),
    ],
)
