from funding.models.act import Act
from funding.models.award import Award, Category, Draw
from funding.models.contribution import ClosedYear, Contribution, Derogation
from funding.models.de_minimis import DeMinimisGrant
from funding.models.instrument import Fund, Instrument, InstrumentDue, InstrumentEvent
from funding.models.ledger import AWARD_KINDS, OUTSIDE_KINDS, SOURCE_KINDS, Account, DayTotal, Kind, Movement, Posting
from funding.models.line import Line, Region, Source
from funding.models.payment import Agreement, Instalment, Schedule, ScheduleYear

__all__ = [
    "AWARD_KINDS",
    "OUTSIDE_KINDS",
    "SOURCE_KINDS",
    "Account",
    "Act",
    "Agreement",
    "Award",
    "Category",
    "ClosedYear",
    "Contribution",
    "DayTotal",
    "DeMinimisGrant",
    "Derogation",
    "Draw",
    "Fund",
    "Instalment",
    "Instrument",
    "InstrumentDue",
    "InstrumentEvent",
    "Kind",
    "Line",
    "Movement",
    "Posting",
    "Region",
    "Schedule",
    "ScheduleYear",
    "Source",
]
