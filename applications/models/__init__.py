from applications.models.application import (
    APPLICANT_LABELS,
    EDITABLE,
    UNDER_EXAMINATION,
    Application,
    ApplicationState,
    DepositBasis,
)
from applications.models.content import Answer, Attachment, BudgetEntry, CorrectionRequest, Revision, SavedSection
from applications.models.deadlines import DepositExtension, Outage
from applications.models.desk import RegionRule
from applications.models.fabrique import Fabrique, FabriqueFact
from applications.models.review import Assignment, InterestDeclaration, Review, ReviewerProfile, ReviewScore
from applications.models.team import NetworkConsent, SectionAssignee, SignOff, SignOffRequest

__all__ = [
    "APPLICANT_LABELS",
    "EDITABLE",
    "UNDER_EXAMINATION",
    "Answer",
    "Application",
    "ApplicationState",
    "Assignment",
    "Attachment",
    "BudgetEntry",
    "CorrectionRequest",
    "DepositBasis",
    "DepositExtension",
    "Fabrique",
    "FabriqueFact",
    "InterestDeclaration",
    "NetworkConsent",
    "Outage",
    "RegionRule",
    "Review",
    "ReviewScore",
    "ReviewerProfile",
    "Revision",
    "SavedSection",
    "SectionAssignee",
    "SignOff",
    "SignOffRequest",
]
