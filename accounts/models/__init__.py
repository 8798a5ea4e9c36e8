from accounts.models.base import PublicIdModel, StatefulModel, VersionedModel
from accounts.models.desk import ListMemory, SavedFilter
from accounts.models.invitation import Invitation
from accounts.models.journal import JournalEntry
from accounts.models.kept import KeptPost
from accounts.models.notification import ALWAYS_MAILED, Delivery, Event, Notification, NotificationPreference
from accounts.models.organisation import JoinRequest, LegalForm, Membership, Organisation
from accounts.models.user import INCOMPATIBLE_ROLES, STAFF_ROLES, Role, RoleGrant, User
from accounts.models.work import BouncedAddress, IdempotencyKey, Job, JobRow, OutboxMessage

__all__ = [
    "ALWAYS_MAILED",
    "INCOMPATIBLE_ROLES",
    "STAFF_ROLES",
    "BouncedAddress",
    "Delivery",
    "Event",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "JobRow",
    "JoinRequest",
    "JournalEntry",
    "KeptPost",
    "LegalForm",
    "ListMemory",
    "Membership",
    "Notification",
    "NotificationPreference",
    "Organisation",
    "OutboxMessage",
    "PublicIdModel",
    "Role",
    "RoleGrant",
    "SavedFilter",
    "StatefulModel",
    "User",
    "VersionedModel",
]
