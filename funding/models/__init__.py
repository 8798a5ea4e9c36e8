from funding.models.act import Act
from funding.models.agreement_version import AgreementSignature, AgreementTemplate, AgreementVersion, SignedCopy
from funding.models.award import Award, Category, Draw
from funding.models.bank import BankAccount
from funding.models.chorus import (
    Allotment,
    ChorusFile,
    ChorusRow,
    CommitmentAward,
    Difference,
    LegalCommitment,
    PaymentExport,
    PaymentRequest,
    RequestPart,
)
from funding.models.claim import Claim, ClaimLine
from funding.models.contribution import ClosedYear, Contribution, Derogation
from funding.models.de_minimis import DeMinimisGrant
from funding.models.formal_notice import FormalNotice
from funding.models.hearing import Ground, Hearing, LetterOpening, Observation
from funding.models.instrument import Fund, Instrument, InstrumentDue, InstrumentEvent
from funding.models.interruption import Interruption
from funding.models.ledger import (
    AWARD_KINDS,
    OUTSIDE_KINDS,
    SOURCE_KINDS,
    Account,
    DayTotal,
    Kind,
    MonthTotal,
    Movement,
    Posting,
)
from funding.models.line import Line, Region, Source
from funding.models.payment import Agreement, Instalment, Schedule, ScheduleYear
from funding.models.recovery import Recovery, RecoveryEntry, Withdrawal
from funding.models.sharing import InstalmentPayee, Share, Sharing

__all__ = [
    "AWARD_KINDS",
    "OUTSIDE_KINDS",
    "SOURCE_KINDS",
    "Account",
    "Act",
    "Agreement",
    "AgreementSignature",
    "AgreementTemplate",
    "AgreementVersion",
    "Allotment",
    "Award",
    "BankAccount",
    "Category",
    "ChorusFile",
    "ChorusRow",
    "Claim",
    "ClaimLine",
    "ClosedYear",
    "CommitmentAward",
    "Contribution",
    "DayTotal",
    "DeMinimisGrant",
    "Derogation",
    "Difference",
    "Draw",
    "FormalNotice",
    "Fund",
    "Ground",
    "Hearing",
    "Instalment",
    "InstalmentPayee",
    "Instrument",
    "InstrumentDue",
    "InstrumentEvent",
    "Interruption",
    "Kind",
    "LegalCommitment",
    "LetterOpening",
    "Line",
    "MonthTotal",
    "Movement",
    "Observation",
    "PaymentExport",
    "PaymentRequest",
    "Posting",
    "Recovery",
    "RecoveryEntry",
    "Region",
    "RequestPart",
    "Schedule",
    "ScheduleYear",
    "Share",
    "Sharing",
    "SignedCopy",
    "Source",
    "Withdrawal",
]
