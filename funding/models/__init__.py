from funding.models.award import Agreement, Award, Draw, Instalment, Schedule, ScheduleYear
from funding.models.ledger import AWARD_KINDS, SOURCE_KINDS, Account, DayTotal, Kind, Line, Movement, Posting, Source

__all__ = [
    "AWARD_KINDS",
    "SOURCE_KINDS",
    "Account",
    "Agreement",
    "Award",
    "DayTotal",
    "Draw",
    "Instalment",
    "Kind",
    "Line",
    "Movement",
    "Posting",
    "Schedule",
    "ScheduleYear",
    "Source",
]
