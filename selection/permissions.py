import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("selection.prepare", holds(Role.OFFICER, Role.PANEL_CHAIR))
rules.add_perm("selection.sign", holds(Role.DECISION_MAKER))
rules.add_perm("selection.delegate", holds(Role.ADMINISTRATOR))
rules.add_perm("selection.follow_letters", holds(Role.OFFICER, Role.DECISION_MAKER))
rules.add_perm("selection.follow_appeals", holds(Role.OFFICER, Role.DECISION_MAKER))
# A gracious appeal is answered by the authority that decided.
rules.add_perm("selection.answer_appeal", holds(Role.DECISION_MAKER))
rules.add_perm("selection.communicate_embargo", holds(Role.OFFICER, Role.DECISION_MAKER))
rules.add_perm("selection.record_derogation", holds(Role.OFFICER, Role.PANEL_CHAIR, Role.DECISION_MAKER))
rules.add_perm(
    "selection.read_panel",
    holds(
        Role.OFFICER,
        Role.PANEL_MEMBER,
        Role.PANEL_CHAIR,
        Role.DECISION_MAKER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
        Role.FINANCE_OFFICER,
    ),
)
