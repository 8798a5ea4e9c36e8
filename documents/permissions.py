"""Who words the letters, and who records that an act reached its addressee by the post."""

import rules

from accounts.models import Role
from accounts.permissions import holds
from documents.wording.models import PUBLISH, WRITE

rules.add_perm(WRITE, holds(Role.OFFICER, Role.ADMINISTRATOR))
rules.add_perm(PUBLISH, holds(Role.OFFICER, Role.ADMINISTRATOR))
rules.add_perm("documents.notify_by_post", holds(Role.OFFICER, Role.DECISION_MAKER))
