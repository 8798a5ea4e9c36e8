from accounts.models.base import PublicIdModel, StatefulModel, VersionedModel
from accounts.models.invitation import Invitation
from accounts.models.journal import JournalEntry
from accounts.models.organisation import LegalForm, Membership, Organisation
from accounts.models.user import INCOMPATIBLE_ROLES, STAFF_ROLES, Role, RoleGrant, User
from accounts.models.work import IdempotencyKey, Job, OutboxMessage

__all__ = [
    "INCOMPATIBLE_ROLES",
    "STAFF_ROLES",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "JournalEntry",
    "LegalForm",
    "Membership",
    "Organisation",
    "OutboxMessage",
    "PublicIdModel",
    "Role",
    "RoleGrant",
    "StatefulModel",
    "User",
    "VersionedModel",
]
