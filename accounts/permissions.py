"""Named predicates on a person's roles; each floor joins them to its permissions."""

import rules

from accounts.errors import NotAllowed
from accounts.models import Role


def holds(*roles):
    """A predicate: the person holds one of `roles`."""

    @rules.predicate(f"holds:{'|'.join(roles)}")
    def predicate(user):
        return user.is_authenticated and user.has_role(*roles)

    return predicate


is_officer = holds(Role.OFFICER)
is_reviewer = holds(Role.REVIEWER)
is_panel = holds(Role.PANEL_MEMBER, Role.PANEL_CHAIR)
is_panel_chair = holds(Role.PANEL_CHAIR)
is_decision_maker = holds(Role.DECISION_MAKER)
is_finance_officer = holds(Role.FINANCE_OFFICER)
is_auditor = holds(Role.AUDITOR)
is_administrator = holds(Role.ADMINISTRATOR)
# Everyone who may look at the steering pages; looking is not acting.
is_staff_reader = holds(
    Role.OFFICER,
    Role.PANEL_MEMBER,
    Role.PANEL_CHAIR,
    Role.DECISION_MAKER,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

rules.add_perm("accounts.read_steering", is_staff_reader)
rules.add_perm("accounts.read_journal", holds(Role.AUDITOR, Role.ADMINISTRATOR, Role.OFFICER))
rules.add_perm("accounts.read_outbox", is_staff_reader)
rules.add_perm("accounts.retry_mail", holds(Role.OFFICER, Role.ADMINISTRATOR))
rules.add_perm("accounts.read_jobs", is_auditor)
rules.add_perm("accounts.manage_roles", is_administrator)
rules.add_perm("accounts.recognise_network", holds(Role.OFFICER, Role.ADMINISTRATOR))
rules.add_perm("accounts.read_roles", holds(Role.ADMINISTRATOR, Role.AUDITOR))


def require(user, permission, subject=None):
    """Raise `NotAllowed` unless `user` holds `permission`; None is the system, which needs none."""
    if user is not None and not user.has_perm(permission, subject):
        raise NotAllowed
