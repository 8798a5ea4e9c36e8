"""An invented meeting, its addendum, an agreement and its amendment: what previews of these acts start with."""

import datetime as dt
from dataclasses import replace

from documents.addendum_facts import AddendumFacts, Settled
from documents.agreement_facts import AgreementFacts, ChangeText, Party, ShareText
from documents.facts import Dossier, Instalment, Service
from documents.minutes_facts import About, Ballots, Interest, Member, MinutesFacts, Point, Ranked

SERVICE = Service(
    name="Service Fabriques des territoires",
    address_lines=("20 avenue de l’Exemple", "75000 Paris"),
    phone="01 00 00 00 00",
    email="equipe@fabriques.example",
    city="Paris",
)
HELD = dt.date(2027, 3, 9)
CALL, WAVE = "Fabriques de territoire", "vague 11"
HALL, MILL = "La Halle aux Possibles, Thiers (63)", "Le Moulin, Ambert (63)"
HALL_NUMBER, MILL_NUMBER = "DOS-2026-00147", "DOS-2026-00152"

MINUTES = MinutesFacts(
    service=SERVICE,
    issued_on=HELD,
    call=CALL,
    wave=WAVE,
    held=True,
    meets="9 mars 2027 à 14 h, salle 3",
    convened="le 19 février 2027 à 10 h, 18 jours avant la séance",
    hours="de 14 h 05 à 16 h 40",
    chair="Inès Almeida",
    quorum="3 membres présents ou représentés sur 4, quorum de 2 atteint",
    rules=("Le comité donne un avis ; l’autorité décide.", "La voix de la présidence départage."),
    members=(
        Member(name="Inès Almeida", quality="présidente", sat="présent·e, de 14 h 05 à 16 h 40"),
        Member(name="Marc Oudin", quality="élu local", sat="à distance, de 14 h 05 à 16 h 40"),
        Member(name="Lise Roche", quality="", sat="absent·e", has_vote=False),
    ),
    points=(
        Point(
            position=1,
            subject=HALL,
            reference=HALL_NUMBER,
            hours="de 14 h 10 à 14 h 30",
            recusals=("Marc Oudin a quitté la séance (déport connu avant la séance). Élu de la commune.",),
            scores=("Note modérée : 15,00 au lieu de 14,50. Le budget est réaliste.",),
            motions=(
                Ballots(
                    text="Avis favorable, 142 000 €",
                    result="Adopté",
                    count="1 pour, 0 contre, 0 abstention",
                    votes_for="Inès Almeida",
                ),
            ),
            opinion="Favorable, 142 000 €",
        ),
        Point(position=2, subject=MILL, reference=MILL_NUMBER, hours="Avec le vote du point 1", brief=True),
    ),
    notes=("La séance a été suspendue dix minutes.",),
    ranking=(
        Ranked(
            rank="1",
            place=HALL,
            reference=HALL_NUMBER,
            region="Auvergne-Rhône-Alpes",
            segment="Territoire rural",
            mean="14,50",
            adjusted="14,62",
            between="1 à 3",
            thresholds="atteints",
            asked="144 000 €",
            moderated="15,00",
            proposed="142 000 €",
            outcome="Proposé",
        ),
    ),
    calibration="Notes ajustées par un modèle croisé des évaluateurs et des dossiers.",
    tie_rules=("le plus petit montant demandé d’abord",),
    ties=(About(reference=MILL_NUMBER, text="Après le dossier précédent : montant demandé plus élevé."),),
    adoption=("Proposition adoptée le 9 mars 2027 à 16 h 30 par Inès Almeida.",),
    departures=(About(reference=MILL_NUMBER, text="Écart au classement, liste complémentaire : équilibre régional."),),
    interests=(
        Interest(
            reference=HALL_NUMBER,
            name="Marc Oudin",
            kind="Mandat",
            text="Élu de la commune.",
            since="2 février 2027 à 9 h",
            origin="déclaré",
        ),
    ),
)

ADDENDUM = AddendumFacts(
    service=SERVICE,
    issued_on=dt.date(2027, 3, 16),
    call=CALL,
    wave=WAVE,
    minutes="procès-verbal n° PV-2027-00003 de la séance du 9 mars 2027",
    title="Proposition adoptée",
    what=("Proposition adoptée le 16 mars 2027 à 10 h par Inès Almeida.", "1 dossier proposé, 142 000 € réservés."),
    settled=(
        Settled(
            rank="1",
            place=HALL,
            reference=HALL_NUMBER,
            score="15,00 (modérée)",
            opinion="Favorable, 142 000 €",
            outcome="Proposé",
            amount="142 000 €",
        ),
    ),
    departures=(About(reference=MILL_NUMBER, text="Écart au classement, liste complémentaire : équilibre régional."),),
)

INSTALMENTS = (
    Instalment(
        year=2027, kind="Avance", condition="Convention signée", expected="juillet 2027", amount_cents=5_000_000
    ),
    Instalment(year=2028, kind="Solde", condition="Bilan accepté", expected="juillet 2028", amount_cents=9_200_000),
)
AGREEMENT = AgreementFacts(
    service=SERVICE,
    dossier=Dossier(
        reference=HALL_NUMBER,
        call=CALL,
        wave=WAVE,
        place="La Halle aux Possibles",
        commune="Thiers (63)",
        received_on=dt.date(2026, 11, 12),
    ),
    issued_on=dt.date(2027, 5, 3),
    agreement_number="CV-2027-00012",
    version=1,
    beneficiary=Party(
        name="Association La Halle aux Possibles",
        represented_by="Claire Rouvier, présidente",
        lines=("association", "SIRET 123 456 789 00012", "12 rue de la Coutellerie, 63300 Thiers"),
    ),
    state=Party(name="L’État", represented_by="Service Fabriques des territoires"),
    amount_cents=14_200_000,
    decided="Aide attribuée par la décision du 14 avril 2027.",
    instalments=INSTALMENTS,
    shares=(
        ShareText(name="Association La Halle aux Possibles", share="70 %", payee="Est payée elle-même"),
        ShareText(name="Coopérative Le Moulin", share="30 %", payee="Par la structure porteuse"),
    ),
    payment_delay="60 jours",
    imputation="programme 112, action 12",
    decided_on=dt.date(2027, 4, 14),
)
AMENDMENT = replace(
    AGREEMENT,
    issued_on=dt.date(2028, 2, 1),
    version=2,
    reason="Le chantier a pris du retard.",
    changes=(
        ChangeText(
            subject="Montant de l’aide",
            before=("130 000 €",),
            after=("142 000 €",),
        ),
        ChangeText(
            subject="Échéancier",
            before=("2027, avance : 50 000 €, juillet 2027", "2028, solde : 80 000 €, juillet 2028"),
            after=("2027, avance : 50 000 €, juillet 2027", "2028, solde : 92 000 €, juillet 2028"),
        ),
    ),
    effects=("L’avenant prend effet quand les deux parties l’ont signé.",),
)
