"""An invented letter of each kind: what a preview shows where no real dossier has been chosen."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from documents.answer_facts import REJECTED, AppealAnswerFacts, FormalNoticeFacts
from documents.ending_facts import HearingFacts, RepaymentFacts, UndoneWithdrawalFacts, WithdrawalFacts
from documents.facts import (
    Addressee,
    Appeal,
    AppealReceiptFacts,
    AwardFacts,
    DeferralFacts,
    Dossier,
    Instalment,
    PiecesRequestFacts,
    ReceiptFacts,
    RefusalFacts,
    Service,
    Signature,
    Titled,
    WaitlistFacts,
)
from documents.wording.act_examples import ADDENDUM, AGREEMENT, AMENDMENT, MINUTES

PARIS = ZoneInfo("Europe/Paris")
ON = dt.date(2027, 4, 14)
COMMON: dict[str, Any] = {
    "service": Service(
        name="Service Fabriques des territoires",
        address_lines=("20 avenue de l’Exemple", "75000 Paris"),
        phone="01 00 00 00 00",
        email="equipe@fabriques.example",
        city="Paris",
        officer="Hélène Martin, instructrice",
    ),
    "addressee": Addressee(
        organisation="Association La Halle aux Possibles",
        address_lines=("12 rue de la Coutellerie", "63300 Thiers"),
        person="Claire Rouvier, présidente",
    ),
    "dossier": Dossier(
        reference="DOS-2026-00147",
        call="Fabriques de territoire",
        wave="vague 11",
        place="La Halle aux Possibles",
        commune="Thiers (63)",
        received_on=dt.date(2026, 11, 12),
    ),
    "issued_on": ON,
}
APPEAL = Appeal(court="tribunal administratif de Paris", hierarchical_authority="le ministre chargé du dispositif")
SIGNATURE = Signature(
    name="Prénom Nom",
    capacity_lines=("Pour le ministre et par délégation,", "la qualité de qui signe"),
    signed_at=dt.datetime(2027, 4, 14, 15, 6, tzinfo=PARIS),
    delegation_act="arrêté du 4 janvier 2027, publié le 8 janvier 2027",
)
DECIDED: dict[str, Any] = {"signature": SIGNATURE, "appeal": APPEAL}
GROUND = Titled(title="Partenariats locaux.", text="Aucun des quatre partenaires cités ne s’est engagé par écrit.")
REFUSED: dict[str, Any] = {
    "grounds": (GROUND,),
    "next_step": "Vous pouvez présenter un nouveau dossier à une prochaine vague.",
}
HEARD = dt.date(2028, 2, 1)

EXAMPLES = {
    "receipt": ReceiptFacts(
        **COMMON,
        received_at=dt.datetime(2026, 11, 12, 10, 42, tzinfo=PARIS),
        silence_is_refusal_on=dt.date(2027, 1, 12),
        requested_cents=14_400_000,
        requested_years="sur trois ans",
        pieces=(Titled(title="Statuts signés", text="PDF, 412 ko"),),
        steps=(Titled(title="Comité.", text="Un comité donne un avis, le 9 mars 2027."),),
        appeal=APPEAL,
        sender="Claire Rouvier",
    ),
    "pieces_request": PiecesRequestFacts(
        **COMMON,
        items=(Titled(title="Budget :", text="le détail des recettes de 2028."), Titled(title="Statuts signés")),
        due_words="31 janvier 2027 à 23 h 59",
        suspends=True,
    ),
    "award_letter": AwardFacts(
        **COMMON,
        **DECIDED,
        amount_cents=14_200_000,
        requested_cents=14_400_000,
        first_year=2027,
        last_year=2028,
        duration="sur deux ans",
        reasons="Le comité de sélection, réuni le 9 mars 2027, a donné un avis favorable.",
        reduction_reason="2 000 € de matériel, déjà payés par la Région, n’ont pas été retenus.",
        instalments=(
            Instalment(
                year=2027,
                kind="Avance",
                condition="Convention signée",
                expected="juillet 2027",
                amount_cents=5_000_000,
            ),
            Instalment(
                year=2028, kind="Solde", condition="Bilan accepté", expected="juillet 2028", amount_cents=9_200_000
            ),
        ),
        commitment_year=2027,
        imputation="programme 112, action 12",
        aid_regime="Cette aide relève du règlement (UE) 2023/2831 (aides « de minimis »).",
        dossier_version_on=dt.date(2026, 12, 2),
        conditions=(Titled(title="Signer la convention", text="que nous vous enverrons."),),
    ),
    "waitlist_letter": WaitlistFacts(
        **COMMON,
        **DECIDED,
        rank=3,
        valid_until=dt.date(2027, 12, 31),
        requested_cents=14_400_000,
        reasons="Les crédits de la vague vont aux 27 projets retenus.",
    ),
    "refusal_letter": RefusalFacts(**COMMON, **DECIDED, **REFUSED),
    "inadmissibility_letter": RefusalFacts(**COMMON, **DECIDED, **REFUSED, inadmissible=True),
    "deferral_letter": DeferralFacts(**COMMON, **DECIDED, **REFUSED, deferred_to="vague 12"),
    "appeal_receipt": AppealReceiptFacts(
        **COMMON,
        kind="recours gracieux",
        number="REC-2027-00003",
        decision="Rejet, décision signée le 14 avril 2027",
        authority="Service Fabriques des territoires",
        lodged_on=dt.date(2027, 5, 3),
        received_on=dt.date(2027, 5, 3),
        silence_is_refusal_on=dt.date(2027, 7, 3),
        interrupts=True,
        appeal=APPEAL,
    ),
    "appeal_answer": AppealAnswerFacts(
        **COMMON,
        **DECIDED,
        kind="recours gracieux",
        number="REC-2027-00003",
        decision="Rejet, décision signée le 14 avril 2027",
        lodged_on=dt.date(2027, 5, 3),
        received_on=dt.date(2027, 5, 3),
        outcome=REJECTED,
        grounds=(GROUND,),
        interrupts=True,
        reopens=True,
    ),
    "formal_notice": FormalNoticeFacts(
        **COMMON,
        ground="Compte rendu ou pièce non remis",
        facts="Le compte rendu financier de 2027 n’est pas arrivé.",
        asked="Remettre le compte rendu financier de 2027.",
        days=30,
        granted_cents=14_200_000,
        paid_cents=5_000_000,
        decided_on=ON,
    ),
    "hearing_letter": HearingFacts(
        **COMMON,
        considered="retirer votre aide, en tout ou en partie",
        ground="Lieu non ouvert",
        facts="Le lieu n’a pas ouvert.",
        amount_cents=9_200_000,
        granted_cents=14_200_000,
        paid_cents=5_000_000,
        decided_on=ON,
        answer_by=dt.date(2028, 3, 1),
    ),
    "withdrawal_decision": WithdrawalFacts(
        **COMMON,
        **DECIDED,
        total_cents=14_200_000,
        kept_cents=3_000_000,
        amount_cents=11_200_000,
        cancelled_cents=9_200_000,
        recovered_cents=2_000_000,
        granted_on=ON,
        heard_from=HEARD,
        calculation="Six mois d’ouverture sur trente-six ont eu lieu.",
        reason="Le lieu a fermé.",
        observations="Vous nous avez répondu le 12 février 2028.",
    ),
    "repayment_request": RepaymentFacts(
        **COMMON,
        **DECIDED,
        amount_cents=2_000_000,
        paid_cents=5_000_000,
        ground="Retrait de l’aide",
        reason="La part versée au-delà de ce qui est maintenu est due.",
        heard_from=HEARD,
        observations="Vous n’avez pas répondu.",
        withdrawal_number="FT-2028-00012",
    ),
    "withdrawal_undone": UndoneWithdrawalFacts(
        **COMMON,
        **DECIDED,
        amount_cents=11_200_000,
        planned_cents=9_200_000,
        dropped_cents=2_000_000,
        withdrawn_on=dt.date(2028, 3, 15),
        withdrawal_number="FT-2028-00012",
        act="la décision du service",
        act_on=dt.date(2028, 5, 2),
        reason="Le lieu était ouvert.",
    ),
    "panel_minutes": MINUTES,
    "panel_addendum": ADDENDUM,
    "agreement": AGREEMENT,
    "amendment": AMENDMENT,
}
