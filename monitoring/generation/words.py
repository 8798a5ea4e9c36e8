"""Words of invented places, people and texts; shares follow the census of tiers-lieux (2023)."""

from stdnum import luhn

from accounts.models import LegalForm
from programme.models import Segment

FIRST_NAMES = (
    "Amina", "Bruno", "Camille", "Denis", "Élise", "Farid", "Gaëlle", "Hugo", "Inès", "Julien", "Karima",
    "Léo", "Maëlle", "Nadia", "Olivier", "Paul", "Rachida", "Samuel", "Thérèse", "Ugo", "Valérie", "Wassim",
    "Yasmine", "Zoé",
)  # fmt: skip
LAST_NAMES = (
    "Aubry", "Benali", "Caron", "Diallo", "Estève", "Ferrand", "Gauthier", "Haddad", "Imbert", "Jourdan",
    "Keller", "Lefèvre", "Marchand", "Ndiaye", "Ollivier", "Perrot", "Quéré", "Rousseau", "Sanchez", "Tessier",
    "Urbain", "Vidal", "Weber", "Yildiz", "Zeller",
)  # fmt: skip
PLACE_KINDS = (
    "La Fabrique", "L’Atelier", "La Halle", "Le Quai", "La Ruche", "Le Moulin", "L’Usine", "La Filature",
    "Le Préau", "Le Comptoir", "La Grange", "L’Étape", "Le Tiers-lieu", "La Manufacture",
)  # fmt: skip
PLACE_NAMES = (
    "des possibles", "du Faubourg", "aux idées", "des savoir-faire", "de la Gare", "partagée", "du Canal",
    "des communs", "de l’Étang", "numérique", "du Vieux-Port", "des Tisserands", "ouverte", "de demain",
)  # fmt: skip
SENTENCES = (
    "Le lieu réunit des indépendants, des associations et des habitants autour d’un atelier partagé.",
    "Une enquête menée auprès de deux cents foyers a montré le besoin d’un accompagnement aux démarches en ligne.",
    "La gouvernance est collégiale : chaque collège d’usagers élit deux représentants pour deux ans.",
    "La commune met les locaux à disposition par une convention de neuf ans.",
    "Un poste d’animation à temps plein est prévu dès l’ouverture, en contrat à durée indéterminée.",
    "Les recettes viennent de la location de bureaux, de formations et d’un café associatif.",
    "Les partenaires ont signé une lettre d’engagement et siègent au comité de suivi.",
    "L’atelier de fabrication est ouvert aux écoles le jeudi et aux habitants le samedi.",
    "Le projet s’appuie sur un réseau de six lieux voisins qui mutualisent leurs machines.",
    "Le budget a été construit avec l’expert-comptable de la structure sur trois années pleines.",
)
REASONS = (
    "Les éléments du dossier sont précis et étayés par des pièces.",
    "L’intention est claire, mais les engagements écrits manquent.",
    "Le besoin est établi par une enquête récente auprès des habitants.",
    "Les recettes propres paraissent optimistes la première année.",
    "L’animation est financée et le profil du poste est décrit.",
)
LEGAL_FORMS = {
    LegalForm.ASSOCIATION: 51,
    LegalForm.COMPANY: 19,
    LegalForm.LOCAL_AUTHORITY: 11,
    LegalForm.SCIC: 7,
    LegalForm.SCOP: 3,
    LegalForm.PUBLIC_BODY: 4,
    LegalForm.FOUNDATION: 2,
    LegalForm.OTHER: 3,
}
SEGMENTS = {Segment.OUTSIDE_LARGE_CENTRES: 50, Segment.QPV: 36, Segment.QPV_DIGITAL: 8, Segment.UNKNOWN: 6}


def weighted(random, shares):
    return random.choices(list(shares), weights=list(shares.values()))[0]


def paragraph(random, sentences=3):
    return " ".join(random.choices(SENTENCES, k=sentences))


def person(random):
    return random.choice(FIRST_NAMES), random.choice(LAST_NAMES)


def place(random):
    return f"{random.choice(PLACE_KINDS)} {random.choice(PLACE_NAMES)}"


def siret(random):
    """A well-formed SIRET: SIREN and establishment each have their key."""
    base = "".join(str(random.randrange(10)) for _ in range(8))
    siren = base + luhn.calc_check_digit(base)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")
