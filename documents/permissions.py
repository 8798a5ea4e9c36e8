"""Who records that an act reached its addressee by the post."""

import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("documents.notify_by_post", holds(Role.OFFICER, Role.DECISION_MAKER))
