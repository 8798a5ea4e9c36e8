import rules

from accounts.models import Role
from accounts.permissions import holds

rules.add_perm("funding.open_credits", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.record_fund", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.reserve", holds(Role.OFFICER, Role.PANEL_CHAIR, Role.DECISION_MAKER))
rules.add_perm("funding.commit", holds(Role.DECISION_MAKER))
rules.add_perm("funding.manage_agreement", holds(Role.OFFICER))
rules.add_perm("funding.sign_agreement", holds(Role.DECISION_MAKER))
rules.add_perm("funding.stop_award", holds(Role.DECISION_MAKER))
rules.add_perm("funding.pay", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.withhold", holds(Role.OFFICER, Role.FINANCE_OFFICER))
rules.add_perm("funding.import_chorus", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.read_bank_account", holds(Role.FINANCE_OFFICER, Role.AUDITOR))
# The whole IBAN, its RIB and the file for Chorus: whoever pays, nobody else.
rules.add_perm("funding.see_iban", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.verify_bank_account", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.judge_claim", holds(Role.OFFICER))
rules.add_perm("funding.plan", holds(Role.OFFICER, Role.DECISION_MAKER))
rules.add_perm("funding.make_due", holds(Role.OFFICER))
rules.add_perm("funding.register_de_minimis", holds(Role.OFFICER, Role.FINANCE_OFFICER))
# The end of the money: what will not be spent, the hearing of a structure, what is asked back, what comes back.
rules.add_perm("funding.give_back", holds(Role.DECISION_MAKER, Role.FINANCE_OFFICER))
rules.add_perm("funding.conduct_hearing", holds(Role.OFFICER, Role.DECISION_MAKER))
rules.add_perm("funding.decide_recovery", holds(Role.DECISION_MAKER))
rules.add_perm("funding.collect", holds(Role.FINANCE_OFFICER))
rules.add_perm("funding.export_ledger", holds(Role.FINANCE_OFFICER, Role.AUDITOR))
