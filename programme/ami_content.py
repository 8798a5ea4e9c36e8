"""The words of our own call « Fabriques de territoire »: criteria, levels, questions.

The real specifications of 2019 were not found. What is known of them: bounds of 75 000 to 150 000 € over three years,
at most 50 000 € a year, and six things that are looked at. Weights, levels and questions are ours (docs/call.md).
"""

from typing import NamedTuple

SUMMARY = """L’État soutient le fonctionnement de tiers-lieux structurants, les fabriques, pendant trois ans.

Une fabrique accueille et accompagne des porteurs de projet, travaille en réseau avec les lieux plus petits de son \
territoire, forme, et rend le numérique accessible à tous. L’aide porte sur le fonctionnement : elle complète des \
ressources propres, elle ne les remplace pas. Un lieu ouvert peut répondre pour élargir ses services ; un lieu en \
projet peut répondre s’il a un porteur."""

ELIGIBILITY = """Peut répondre une personne morale : association, société, coopérative, fondation, mutuelle, \
collectivité ou groupement, établissement public, groupement d’intérêt public ou économique. Une structure en cours \
de création peut déposer un dossier ; elle doit avoir un SIRET au plus tard à l’attribution.

Un consortium répond par un seul chef de file, qui demande, signe, reçoit l’aide et rend compte.

Le lieu se trouve dans un quartier prioritaire de la politique de la ville ou à proximité immédiate, ou hors des \
grands centres urbains."""


class Level(NamedTuple):
    label: str
    description: str


class CriterionText(NamedTuple):
    label: str
    description: str
    weight: int
    levels: tuple[Level, ...]
    """Worth 0, 1, 2, 3 and 4 points."""


class Ask(NamedTuple):
    slug: str
    kind: str
    label: str
    help_text: str = ""
    required: bool = True
    max_length: int | None = None
    options: tuple[str, ...] = ()


class SectionText(NamedTuple):
    slug: str
    title: str
    introduction: str
    questions: tuple[Ask, ...]


CRITERIA = (
    CriterionText(
        "Gouvernance collective",
        "Qui décide, comment, et comment les usagers entrent dans les décisions.",
        20,
        (
            Level("Absente", "Une seule personne ou structure décide ; rien n’est dit des usagers."),
            Level("Annoncée", "Un collectif est cité, sans rôle, ni règle, ni instance décrite."),
            Level("Esquissée", "Un collectif identifié et une instance existent ; les règles restent à écrire."),
            Level("En place", "Instances, règles et rythme décrits ; les usagers y ont une voix réelle."),
            Level("Éprouvée", "Décisions partagées déjà prises et prouvées ; usagers et partenaires y siègent."),
        ),
    ),
    CriterionText(
        "Partenariats locaux",
        "Nombre, diversité et engagement des partenaires du territoire.",
        15,
        (
            Level("Aucun", "Aucun partenaire n’est nommé."),
            Level("Soutiens de principe", "Des partenaires sont nommés ; aucun engagement n’est précisé."),
            Level("Engagements partiels", "Au moins un partenaire précise ce qu’il apporte."),
            Level(
                "Engagements concrets", "Plusieurs partenaires de nature différente apportent argent, locaux ou temps."
            ),
            Level("Réseau actif", "Coopérations en cours, dont une collectivité et d’autres lieux du territoire."),
        ),
    ),
    CriterionText(
        "Réponse à un besoin du territoire",
        "Le besoin est-il établi, et le projet y répond-il ?",
        20,
        (
            Level("Non établi", "Le besoin n’est pas décrit, ou le projet n’y répond pas."),
            Level("Affirmé", "Un besoin est affirmé, sans fait ni source."),
            Level("Décrit", "Un besoin est décrit avec des faits ; le lien avec le projet reste général."),
            Level("Démontré", "Besoin appuyé sur des faits et des échanges locaux ; réponse précise."),
            Level(
                "Partagé", "Besoin établi avec les habitants et les acteurs ; réponse absente ailleurs à proximité."
            ),
        ),
    ),
    CriterionText(
        "Services, dont le numérique",
        "Variété des services, publics accueillis, place de l’inclusion numérique.",
        20,
        (
            Level("Insuffisants", "Un seul usage, sans service au public."),
            Level("Limités", "Quelques services ; rien de précis sur le numérique."),
            Level("Variés", "Plusieurs services ; un premier accompagnement au numérique est prévu."),
            Level("Complets", "Travail, formation, création et numérique, avec publics et horaires décrits."),
            Level(
                "Structurants", "Services complets, ouverts aux plus éloignés du numérique, et appui à d’autres lieux."
            ),
        ),
    ),
    CriterionText(
        "Modèle économique",
        "Ressources propres, équilibre du budget, vie du lieu après les trois ans d’aide.",
        15,
        (
            Level("Non viable", "Le budget n’est pas équilibré ou repose sur la seule aide demandée."),
            Level("Fragile", "Peu de ressources propres ; rien n’est dit de la suite."),
            Level("Plausible", "Ressources propres chiffrées ; hypothèses à confirmer."),
            Level("Solide", "Ressources variées, hypothèses justifiées, part de l’aide en baisse."),
            Level("Pérenne", "Équilibre sans l’aide montré à trois ans, recettes déjà constatées."),
        ),
    ),
    CriterionText(
        "Poste d’animation rémunéré",
        "Une personne payée pour accueillir, relier et faire vivre le lieu.",
        10,
        (
            Level("Aucun", "Aucun temps d’animation rémunéré n’est prévu."),
            Level("À préciser", "Une animation est prévue, sans temps, contrat ni financement."),
            Level("Partiel", "Moins d’un temps plein, contrat et financement décrits."),
            Level("Un temps plein", "Un équivalent temps plein financé sur la durée de l’aide."),
            Level("Équipe", "Un temps plein déjà en poste ou recruté, formé, et une relève prévue."),
        ),
    ),
)

SECTIONS = (
    SectionText(
        "projet",
        "Le projet",
        "Ce que vous voulez faire, pour qui, et où vous en êtes.",
        (
            Ask("resume", "short_text", "Votre projet en une phrase",
                "Elle sera publiée si vous êtes lauréat.", True, 250),
            Ask("presentation", "long_text", "Présentez le lieu et le projet",
                "Son histoire, ce qu’on y fait ou y fera, ce que l’aide changera.", True, 4000),
            Ask("besoin", "long_text", "À quel besoin du territoire répondez-vous ?",
                "Des faits, des chiffres avec leur source, ce que vous ont dit habitants et acteurs.", True, 3000),
            Ask("avancement", "choice", "Où en est le lieu ?", "", True, None,
                ("Ouvert au public", "Travaux en cours", "En projet")),
            Ask("ouverture", "date", "Date d’ouverture au public, réelle ou prévue",
                "Laissez vide si vous ne la connaissez pas encore.", False),
            Ask("strategie", "long_text", "Comment le projet s’inscrit-il dans les stratégies locales ou régionales ?",
                "Contrat de ville, de relance et de transition écologique, schéma régional…", False, 1500),
        ),
    ),
    SectionText(
        "lieu",
        "Le lieu et ses usages",
        "L’adresse et la commune se remplissent à part ; ici, ce que l’on trouve dans les murs.",
        (
            Ask("surface", "number", "Surface utile, en mètres carrés"),
            Ask("occupation", "choice", "À quel titre occupez-vous les locaux ?", "", True, None,
                ("Propriété", "Bail commercial ou professionnel", "Bail emphytéotique ou à construction",
                 "Mise à disposition par une collectivité", "Occupation temporaire ou précaire",
                 "Pas encore de titre")),
            Ask("fin-occupation", "date", "Date de fin de ce titre", "Laissez vide s’il n’a pas de terme.", False),
            Ask("usages", "choices", "Que trouve-t-on dans le lieu ?", "Plusieurs réponses possibles.", True, None,
                ("Espace de travail partagé", "Atelier de fabrication (fablab, makerspace)",
                 "Atelier artisanal partagé",
                 "Médiation numérique", "Formation", "Lieu culturel ou artistique", "Café ou cuisine partagée",
                 "Jardin ou ferme partagée", "Réemploi et recyclerie", "Accueil de services publics", "Autre")),
            Ask("postes", "number", "Nombre de postes de travail ouverts à la location ou au partage",
                "Zéro si le lieu n’en propose pas."),
            Ask("jours", "number", "Nombre de jours d’ouverture au public par semaine"),
            Ask("accessibilite", "long_text", "Le lieu est-il accessible aux personnes handicapées ?",
                "Ce qui l’est, ce qui ne l’est pas encore, quand cela le sera.", True, 1500),
        ),
    ),
    SectionText(
        "services",
        "Les services et le numérique",
        "Ce que les habitants, les travailleurs et les associations viennent chercher.",
        (
            Ask("services", "long_text", "Quels services proposez-vous, à quels publics ?", "", True, 3000),
            Ask("numerique", "long_text", "Que faites-vous pour le numérique ?",
                "Accompagnement, équipements, fabrication, formation ; qui l’assure et combien d’heures par semaine.",
                True, 2000),
            Ask("publics-eloignes", "long_text", "Comment faites-vous venir ceux qui ne viendraient pas d’eux-mêmes ?",
                "Habitants du quartier, personnes éloignées du numérique ou de l’emploi, jeunes.", True, 2000),
            Ask("reseau", "long_text", "Quels autres lieux aidez-vous, ou allez-vous aider ?",
                "Une fabrique anime un réseau de lieux plus petits.", False, 1500),
        ),
    ),
    SectionText(
        "gouvernance",
        "La gouvernance",
        "Qui décide, et comment les usagers participent.",
        (
            Ask("collectif", "long_text", "Quel collectif porte le lieu ?",
                "Les personnes et structures, leur rôle ; pour un consortium, qui est le chef de file.", True, 2500),
            Ask("instances", "long_text", "Comment les décisions sont-elles prises ?",
                "Instances, règles de vote, fréquence des réunions.", True, 2000),
            Ask("usagers", "long_text", "Quelle place ont les usagers dans ces décisions ?", "", True, 1500),
        ),
    ),
    SectionText(
        "partenaires",
        "Les partenaires",
        "Ceux qui s’engagent avec vous. Vous pourrez joindre leurs lettres.",
        (
            Ask("partenaires", "long_text", "Quels sont vos partenaires, et qu’apporte chacun ?",
                "Un par ligne : nom, apport (argent, locaux, temps, public), certain ou espéré.", True, 3000),
            Ask("collectivites", "long_text", "Quelles collectivités soutiennent le projet, et comment ?", "",
                True, 1500),
        ),
    ),
    SectionText(
        "equipe",
        "L’équipe et l’animation",
        "Les personnes qui font vivre le lieu, payées ou bénévoles.",
        (
            Ask("etp", "number", "Équivalents temps plein rémunérés pour l’animation, en première année",
                "Par exemple 1 ou 1,5."),
            Ask("poste", "long_text", "Décrivez le poste d’animation",
                "Missions, contrat, qualification, date d’arrivée, financement sur trois ans.", True, 2000),
            Ask("equipe", "long_text", "Qui sont les autres membres de l’équipe ?", "Fonctions et temps ; pas de nom.",
                False, 1500),
        ),
    ),
    SectionText(
        "modele",
        "Le modèle économique",
        "Le plan de financement sur trois ans se remplit à part ; ici, ce qui l’explique.",
        (
            Ask("ressources", "long_text", "D’où viendront les ressources propres du lieu ?",
                "Tarifs, nombre d’usagers attendus, prestations : donnez vos hypothèses.", True, 2500),
            Ask("apres", "long_text", "Comment le lieu vivra-t-il après les trois ans d’aide ?", "", True, 2000),
            Ask("aides-publiques", "number", "Aides de minimis reçues sur les trois dernières années, en euros",
                "Le règlement (UE) 2023/2831 plafonne leur total à 300 000 €. Zéro si vous n’en avez reçu aucune."),
            Ask("engagement-republicain", "choice", "Contrat d’engagement républicain",
                "Associations et fondations le souscrivent (loi n° 2000-321, article 10-1).", True, None,
                ("La structure y souscrit", "La structure n’est ni une association ni une fondation")),
        ),
    ),
)  # fmt: skip
