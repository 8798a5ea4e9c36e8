"""Letters of the end of an aid, answers, formal notices, and the turns that the wording of each letter can take."""

import datetime as dt
from dataclasses import replace

from documents.answer_facts import AppealAnswerFacts, FormalNoticeFacts
from documents.ending_facts import HearingFacts, RepaymentFacts, UndoneWithdrawalFacts, WithdrawalFacts
from documents.facts import Titled
from documents.frozen import to_json
from tests.documents.letters import APPEAL_RECEIPT, AWARD, COMMON, DECIDED, IMPRINT, LETTERS, RECEIPT, WAITLIST

HEARING = HearingFacts(
    **COMMON,
    considered="retirer votre aide, en tout ou en partie",
    ground="Lieu non ouvert",
    facts="Le lieu n’a pas ouvert.\n\nAucun compte rendu ne nous est parvenu.",
    amount_cents=9_200_000,
    granted_cents=14_200_000,
    paid_cents=5_000_000,
    decided_on=dt.date(2027, 4, 14),
    answer_by=dt.date(2028, 3, 1),
)
WITHDRAWAL = WithdrawalFacts(
    **COMMON,
    **DECIDED,
    total_cents=14_200_000,
    kept_cents=3_000_000,
    amount_cents=11_200_000,
    cancelled_cents=9_200_000,
    recovered_cents=2_000_000,
    granted_on=dt.date(2027, 4, 14),
    heard_from=dt.date(2028, 2, 1),
    calculation="Six mois d’ouverture sur trente-six ont eu lieu.",
    reason="Le lieu a fermé.\nLe poste n’est plus pourvu.",
    observations="Vous nous avez répondu le 12 février 2028.",
)
REPAYMENT = RepaymentFacts(
    **COMMON,
    **DECIDED,
    amount_cents=2_000_000,
    paid_cents=5_000_000,
    ground="Retrait de l’aide",
    reason="La part versée au-delà de ce qui est maintenu est due.",
    heard_from=dt.date(2028, 2, 1),
    observations="Vous n’avez pas répondu.",
    withdrawal_number="FT-2028-00012",
)
UNDONE = UndoneWithdrawalFacts(
    **COMMON,
    **DECIDED,
    amount_cents=11_200_000,
    planned_cents=9_200_000,
    dropped_cents=2_000_000,
    withdrawn_on=dt.date(2028, 3, 15),
    withdrawal_number="FT-2028-00012",
    act="la décision du service",
    act_on=dt.date(2028, 5, 2),
    reason="Le lieu était ouvert.\nLa preuve en est donnée.",
)
ANSWER = AppealAnswerFacts(
    **COMMON,
    **DECIDED,
    kind="recours gracieux",
    number="REC-2027-00003",
    decision="Rejet, décision signée le 14 avril 2027",
    lodged_on=dt.date(2027, 5, 3),
    received_on=dt.date(2027, 5, 4),
    outcome="rejeté",
    grounds=(
        Titled(title="La pièce manque.", text="Aucune lettre de la commune n’est au dossier."),
        Titled(title="Le budget ne change pas."),
    ),
    interrupts=True,
    reopens=True,
)
NOTICE = FormalNoticeFacts(
    **COMMON,
    ground="Compte rendu ou pièce non remis",
    facts="Le compte rendu financier de 2027 n’est pas arrivé.\nLe rapport d’activité manque aussi.",
    asked="Remettre le compte rendu financier de 2027.\nRemettre le rapport d’activité.",
    days=30,
    granted_cents=14_200_000,
    paid_cents=5_000_000,
    decided_on=dt.date(2027, 4, 14),
)
ENDINGS = {
    "appeal_answer": ANSWER,
    "formal_notice": NOTICE,
    "hearing_letter": HEARING,
    "withdrawal_decision": WITHDRAWAL,
    "repayment_request": REPAYMENT,
    "withdrawal_undone": UNDONE,
}
BARE = {"label": "", "label_from": None, "label_until": None, "republican_contract_on": None, "aid_regime": ""}
TURNS = {
    "award_letter, all that was asked": (
        "award_letter",
        replace(AWARD, requested_cents=14_200_000, reduction_reason="", sign_before=None, available_on=None, **BARE),
    ),
    "award_letter, one year, committed in part": (
        "award_letter",
        replace(
            AWARD,
            last_year=2027,
            committed_cents=5_000_000,
            label_until=None,
            agreement_sent_before=None,
            conditions=(Titled(title="Ouvrir", text="avant l’été."), Titled(title="Recruter", text="une personne.")),
        ),
    ),
    "receipt, overseas and late": (
        "receipt",
        replace(
            RECEIPT,
            received_local="7 h 42, heure de Cayenne",
            in_time_by="dans la tolérance de l’appel",
            missing=(Titled(title="Le SIRET", text="à donner avant toute attribution."),),
            pieces=(),
            steps=(),
            sender="",
        ),
    ),
    "receipt, on paper": ("receipt", replace(RECEIPT, postmarked_on=dt.date(2026, 11, 10))),
    "waitlist_letter, available": ("waitlist_letter", replace(WAITLIST, available_on=dt.date(2027, 4, 15))),
    "inadmissibility_letter": ("inadmissibility_letter", replace(LETTERS["refusal_letter"], inadmissible=True)),
    "refusal_letter, bare": ("refusal_letter", replace(LETTERS["refusal_letter"], advice="", next_step="")),
    "deferral_letter, named": (
        "deferral_letter",
        replace(
            LETTERS["deferral_letter"],
            deferred_to="vague 12",
            next_step="",
            improvements=(Titled(title="Le budget.", text="À équilibrer."),),
        ),
    ),
    "appeal_receipt, late": ("appeal_receipt", replace(APPEAL_RECEIPT, interrupts=False)),
    "appeal_answer, upheld": (
        "appeal_answer",
        replace(ANSWER, outcome="accueilli", follow_up="Nouvel examen du dossier, avant le 30 juin 2027"),
    ),
    "appeal_answer, in part, after the silence": (
        "appeal_answer",
        replace(
            ANSWER,
            outcome="accueilli en partie",
            follow_up="Décision rectifiée, avant le 30 juin 2027",
            silent_on=dt.date(2027, 7, 4),
        ),
    ),
    "appeal_answer, too late after the silence": (
        "appeal_answer",
        replace(ANSWER, silent_on=dt.date(2027, 7, 4), reopens=False),
    ),
    "appeal_answer, to a late appeal": ("appeal_answer", replace(ANSWER, interrupts=False, reopens=False)),
    "withdrawal_decision, whole": (
        "withdrawal_decision",
        replace(WITHDRAWAL, kept_cents=0, amount_cents=14_200_000, cancelled_cents=14_200_000, recovered_cents=0),
    ),
    "repayment_request, alone": ("repayment_request", replace(REPAYMENT, withdrawal_number="")),
    "withdrawal_undone, unnumbered": ("withdrawal_undone", replace(UNDONE, withdrawal_number="")),
} | {kind: (kind, letter) for kind, letter in (LETTERS | ENDINGS).items()}


def frozen_turn(name):
    kind, letter = TURNS[name]
    return kind, {"letter": to_json(letter), "imprint": to_json(IMPRINT)}
