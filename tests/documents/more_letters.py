"""The letters of the end of an aid, and the turns that the wording of each letter can take."""

import datetime as dt
from dataclasses import replace

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
ENDINGS = {
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
