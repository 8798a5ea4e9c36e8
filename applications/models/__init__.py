from applications.models.application import (
    APPLICANT_LABELS,
    EDITABLE,
    UNDER_EXAMINATION,
    Application,
    ApplicationState,
)
from applications.models.content import Answer, Attachment, BudgetEntry, CorrectionRequest, Revision, SavedSection
from applications.models.fabrique import Fabrique, FabriqueFact
from applications.models.review import Assignment, InterestDeclaration, Review, ReviewerProfile, ReviewScore

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
    "Fabrique",
    "FabriqueFact",
    "InterestDeclaration",
    "Review",
    "ReviewScore",
    "ReviewerProfile",
    "Revision",
    "SavedSection",
]
