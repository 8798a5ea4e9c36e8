import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("programme.publish_call", holds(Role.ADMINISTRATOR, Role.OFFICER))
rules.add_perm("programme.edit_call", holds(Role.ADMINISTRATOR, Role.OFFICER))
rules.add_perm("programme.answer_question", holds(Role.OFFICER, Role.ADMINISTRATOR))
rules.add_perm("programme.steer_wave", holds(Role.OFFICER, Role.ADMINISTRATOR))
rules.add_perm("programme.decide_wave", holds(Role.DECISION_MAKER))
