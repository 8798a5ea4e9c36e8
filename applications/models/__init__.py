from applications.models.aid import DeclaredAid, LinkedUndertaking, RepublicanCommitment
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
from applications.models.instruction import ChecklistAnswer, CorrectionItem, DuplicateHint
from applications.models.message import Message, MessageFile, MessageTemplate
from applications.models.project import WHOLE_SHARE, CoFunding, Partner, PlaceKind, Post, Project, Site
from applications.models.review import Assignment, InterestDeclaration, Review, ReviewerProfile, ReviewScore
from applications.models.team import NetworkConsent, SectionAssignee, SignOff, SignOffRequest

__all__ = [
    "APPLICANT_LABELS",
    "EDITABLE",
    "UNDER_EXAMINATION",
    "WHOLE_SHARE",
    "Answer",
    "Application",
    "ApplicationState",
    "Assignment",
    "Attachment",
    "BudgetEntry",
    "ChecklistAnswer",
    "CoFunding",
    "CorrectionItem",
    "CorrectionRequest",
    "DeclaredAid",
    "DepositBasis",
    "DepositExtension",
    "DuplicateHint",
    "Fabrique",
    "FabriqueFact",
    "InterestDeclaration",
    "LinkedUndertaking",
    "Message",
    "MessageFile",
    "MessageTemplate",
    "NetworkConsent",
    "Outage",
    "Partner",
    "PlaceKind",
    "Post",
    "Project",
    "RegionRule",
    "RepublicanCommitment",
    "Review",
    "ReviewScore",
    "ReviewerProfile",
    "Revision",
    "SavedSection",
    "SectionAssignee",
    "SignOff",
    "SignOffRequest",
    "Site",
]
