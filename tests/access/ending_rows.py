"""Who may do what at the end of an aid: officers and the decision-maker hear a structure, the decision-maker decides,
finance collects; finance or the decision-maker gives back what will not be spent. A structure answers for itself.
"""

from tests.access import ending_targets as then
from tests.access.actors import DECISION_MAKER, FINANCE, MEMBERS, OFFICERS, READERS, RECUSED, SIGNED_IN, STAFF, WRITER
from tests.access.rows import Row

SENT = {"door": STAFF, "sees": READERS}
OWN = {"door": SIGNED_IN, "sees": MEMBERS}
GIVES_BACK = FINANCE | DECISION_MAKER
HEARS = OFFICERS | DECISION_MAKER
HEARS_IT = HEARS - RECUSED

ENDINGS = [
    Row("funding:give_up", GIVES_BACK, get=GIVES_BACK, post=GIVES_BACK, target=then.to_give_up),
    Row("funding:open_recovery", HEARS, sees=HEARS_IT, get=HEARS_IT, post=HEARS_IT, target=then.to_ask_back),
    Row("funding:open_withdrawal", HEARS, sees=HEARS_IT, get=HEARS_IT, post=HEARS_IT, target=then.to_withdraw),
    Row("funding:send_notice", HEARS, sees=HEARS_IT, get=HEARS_IT, post=HEARS_IT, target=then.to_give_notice),
    Row("funding:formal_notices", STAFF, get=STAFF),
    Row("funding:formal_notice", **SENT, get=READERS, post=HEARS_IT, target=then.notice),
    Row("funding:notice_letter", **SENT, get=READERS, target=then.notice),
    Row("funding:notice_paper", **SENT, get=READERS, target=then.notice),
    Row("funding:my_notice_letter", **OWN, get=MEMBERS, target=then.own_opened_notice),
    Row("funding:open_my_notice", **OWN, post=MEMBERS, target=then.own_notice),
    Row("funding:my_notice_reply", **OWN, get=WRITER, post=WRITER, target=then.own_notice),
    Row("funding:my_notice_paper", **OWN, get=MEMBERS, target=then.own_replied_notice),
    Row("funding:recoveries", STAFF, get=STAFF),
    Row("funding:recovery", **SENT, get=READERS, post=DECISION_MAKER, target=then.recovery),
    Row("funding:withdrawals", STAFF, get=STAFF),
    Row("funding:withdrawal", **SENT, get=READERS, post=HEARS_IT, target=then.withdrawal),
    Row("funding:ending_letter", **SENT, get=READERS, target=then.letter),
    Row("funding:dormant", STAFF, get=STAFF, post=GIVES_BACK, target=then.dormant, done=(422,)),
    Row("funding:remaining", STAFF, get=STAFF),
    Row("funding:closing", STAFF, get=STAFF, target=then.year),
    Row("funding:closing_list", STAFF, get=STAFF, target=then.year_list),
    Row("funding:my_hearings", **OWN, get=MEMBERS, post=WRITER, target=then.own_hearing),
    Row("funding:my_hearing_letter", **OWN, get=MEMBERS, target=then.own_opened_letter),
    Row("funding:open_my_hearing_letter", **OWN, post=MEMBERS, target=then.own_letter),
    Row("funding:observation", SIGNED_IN, sees=MEMBERS | READERS, get=MEMBERS | READERS, target=then.observation),
]
FORMS_ENDINGS = {"funding:give_up", "funding:open_recovery", "funding:open_withdrawal", "funding:send_notice"}
