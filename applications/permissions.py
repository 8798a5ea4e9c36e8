import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("applications.instruct", holds(Role.OFFICER))
rules.add_perm("applications.assign_reviewers", holds(Role.OFFICER))
rules.add_perm("applications.publish_outcome", holds(Role.DECISION_MAKER))
rules.add_perm("applications.record_fact", holds(Role.OFFICER))
