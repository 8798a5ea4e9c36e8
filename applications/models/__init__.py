from applications.models.aid import DeclaredAid, LinkedUndertaking, RepublicanCommitment
from applications.models.application import (
    APPLICANT_LABELS,
    EDITABLE,
    UNDER_EXAMINATION,
    Application,
    ApplicationState,
    DepositBasis,
)
from applications.models.assigning import AssignmentRun, KeptApart
from applications.models.conflict import ALERTING, AlertJudgement, Interest, Recusal, TieKind
from applications.models.content import Answer, Attachment, BudgetEntry, CorrectionRequest, Revision, SavedSection
from applications.models.deadlines import DepositExtension, Outage
from applications.models.desk import RegionRule
from applications.models.exercise import ExerciseScore, ExerciseSheet, ReferenceScore, WorkedExample
from applications.models.fabrique import Fabrique, FabriqueFact
from applications.models.instruction import ChecklistAnswer, CorrectionItem, DuplicateHint
from applications.models.message import Message, MessageFile, MessageTemplate
from applications.models.pool import ReviewerInvitation, TermsAcceptance
from applications.models.project import WHOLE_SHARE, CoFunding, Partner, PlaceKind, Post, Project, Site
from applications.models.review import (
    Assignment,
    InterestDeclaration,
    Review,
    ReviewDraft,
    ReviewerProfile,
    ReviewScore,
)
from applications.models.team import NetworkConsent, SectionAssignee, SignOff, SignOffRequest

__all__ = [
    "ALERTING",
    "APPLICANT_LABELS",
    "EDITABLE",
    "UNDER_EXAMINATION",
    "WHOLE_SHARE",
    "AlertJudgement",
    "Answer",
    "Application",
    "ApplicationState",
    "Assignment",
    "AssignmentRun",
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
    "ExerciseScore",
    "ExerciseSheet",
    "Fabrique",
    "FabriqueFact",
    "Interest",
    "InterestDeclaration",
    "KeptApart",
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
    "Recusal",
    "ReferenceScore",
    "RegionRule",
    "RepublicanCommitment",
    "Review",
    "ReviewDraft",
    "ReviewScore",
    "ReviewerInvitation",
    "ReviewerProfile",
    "Revision",
    "SavedSection",
    "SectionAssignee",
    "SignOff",
    "SignOffRequest",
    "Site",
    "TermsAcceptance",
    "TieKind",
    "WorkedExample",
]
