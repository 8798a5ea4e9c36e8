import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("applications.instruct", holds(Role.OFFICER))
# The reference of a worked example is not for those who are to score it.
rules.add_perm("applications.read_examples", holds(Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR))
rules.add_perm("applications.assign_reviewers", holds(Role.OFFICER))
# For whom reviewers work decides what ties are found: the auditor checks it.
rules.add_perm("applications.read_profiles", holds(Role.OFFICER, Role.AUDITOR))
rules.add_perm("applications.publish_outcome", holds(Role.DECISION_MAKER))
# Selected is recorded by whoever announces; contracted, opened and closed by officers.
rules.add_perm("applications.record_fact", holds(Role.OFFICER, Role.DECISION_MAKER))
# An alert is a tie that may be nothing: the chair of the panel says so, or not.
rules.add_perm("applications.judge_alerts", holds(Role.PANEL_CHAIR))
# Who is kept out of what, and why: whoever assigns, presides, decides or controls.
rules.add_perm("applications.read_register", holds(Role.OFFICER, Role.PANEL_CHAIR, Role.DECISION_MAKER, Role.AUDITOR))
# How severe each reviewer is, by name: for who leads the panel and who assigns; the auditor reads all that staff read.
rules.add_perm("applications.read_calibration", holds(Role.OFFICER, Role.PANEL_CHAIR, Role.AUDITOR))
