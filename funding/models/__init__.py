from funding.models.award import Award, Draw
from funding.models.de_minimis import DeMinimisGrant
from funding.models.ledger import AWARD_KINDS, SOURCE_KINDS, Account, DayTotal, Kind, Line, Movement, Posting, Source
from funding.models.payment import Agreement, Instalment, Schedule, ScheduleYear

__all__ = [
    "AWARD_KINDS",
    "SOURCE_KINDS",
    "Account",
    "Agreement",
    "Award",
    "DayTotal",
    "DeMinimisGrant",
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
