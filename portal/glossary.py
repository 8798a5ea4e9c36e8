"""The figures and terms that the public pages use, each with its definition and where the rule comes from."""

DEFINITIONS = [
    (
        "Les lieux",
        [
            (
                "Fabrique lauréate",
                "Lieu dont la décision d’attribution est signée et publiée, et qui n’a pas quitté le dispositif. "
                "Un lieu compte une seule fois, même choisi de nouveau.",
            ),
            ("Fabrique conventionnée", "Lieu dont la convention ou l’arrêté est en vigueur ce jour."),
            (
                "Fabrique ouverte",
                "Lieu dont l’ouverture réelle est prouvée, sans fermeture connue. Les lieux ouverts avant d’être "
                "choisis sont comptés à part : l’aide ne les a pas fait ouvrir.",
            ),
            (
                "Non connu",
                "Ce que la source ne dit pas. Une donnée inconnue est montrée comme telle, jamais devinée.",
            ),
        ],
    ),
    (
        "L’argent",
        [
            (
                "Annoncé",
                "Somme donnée par un énoncé public, daté et sourcé. Elle n’ouvre aucun crédit. Les énoncés successifs "
                "ne s’additionnent pas : celui en vigueur ce jour est montré.",
            ),
            (
                "Ouvert (AE)",
                "Autorisations d’engagement inscrites au budget, nettes des annulations : le plafond de ce que l’État "
                "peut promettre dans l’année (loi organique relative aux lois de finances, article 8).",
            ),
            (
                "Réservé",
                "Retenu par l’équipe après l’avis du comité. Sans effet budgétaire ; tombe au 31 décembre.",
            ),
            ("Engagé", "Promis par un acte signé. L’engagement consomme les autorisations en entier."),
            (
                "Exigible",
                "Échéances dont les conditions sont remplies et la date atteinte, payées ou non.",
            ),
            ("Versé", "Payé par le comptable public, à la date de son paiement."),
            ("Reste à payer", "Ce qui est engagé, moins ce qui a été retiré, moins ce qui est payé."),
            (
                "Crédits de paiement (CP)",
                "Plafond de ce que l’État peut payer dans l’année, quelle que soit l’année de la promesse.",
            ),
        ],
    ),
    (
        "Les deux horloges",
        [
            ("En date de", "Ce qui était vrai ce jour-là, d’après tout ce que l’on sait aujourd’hui."),
            ("Connu au", "Ce que l’on savait ce jour-là : ce que la page aurait montré."),
        ],
    ),
    (
        "La décision",
        [
            ("Vague", "Un passage d’un appel : dépôt, instruction, comité et annonce, à des dates distinctes."),
            (
                "Comité",
                "Il donne un avis. L’autorité décide ; si elle s’écarte de l’avis, elle dit pourquoi.",
            ),
            ("Liste complémentaire", "Dossiers qui entrent si une place se libère, jusqu’à une date donnée."),
            (
                "Silence valant refus",
                "Sans réponse à la date écrite sur l’accusé de réception, la demande est refusée ; le dossier peut "
                "encore être contesté (code des relations entre le public et l’administration, L. 231-4).",
            ),
        ],
    ),
]

QUESTIONS = [
    (
        "Puis-je faire remplir le dossier à plusieurs ?",
        "Oui. La personne responsable de la structure invite les autres depuis « Ma structure », avec le droit "
        "d’écrire ou seulement de lire.",
    ),
    (
        "J’ai envoyé mon dossier : puis-je encore le changer ?",
        "Pas de vous-même après l’envoi. Si l’équipe vous demande de compléter, le dossier s’ouvre de nouveau.",
    ),
    (
        "La page dit qu’elle n’est plus à jour",
        "Quelqu’un a changé le même objet pendant que vous écriviez, ou son état a changé. Rien n’est perdu : votre "
        "texte est affiché. Ouvrez la page à jour et recommencez.",
    ),
    (
        "Comment savoir qu’une lettre est vraie ?",
        "Chaque lettre porte un code. La page « Vérifier un courrier » dit si la lettre est authentique, intacte et "
        "toujours valable.",
    ),
]
