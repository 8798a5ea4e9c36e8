import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("applications.instruct", holds(Role.OFFICER))
rules.add_perm("applications.assign_reviewers", holds(Role.OFFICER))
# For whom reviewers work decides what ties are found: the auditor checks it.
rules.add_perm("applications.read_profiles", holds(Role.OFFICER, Role.AUDITOR))
rules.add_perm("applications.publish_outcome", holds(Role.DECISION_MAKER))
# Selected is recorded by whoever announces; contracted, opened and closed by officers.
rules.add_perm("applications.record_fact", holds(Role.OFFICER, Role.DECISION_MAKER))
