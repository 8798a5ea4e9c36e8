"""Who may do what after a decision: the lines of the declared table about appeals, the waitlist and the embargo.

Staff read; officers and the decision-maker follow appeals and communicate under embargo; officers and the chair call a
dossier of the waitlist, the decision-maker signs. An applicant contests on line, a reader of her structure only reads.
Who holds an embargoed link needs no account: opening it is written down.
"""

from tests.access import after_targets as late
from tests.access.actors import (
    DECISION_MAKER,
    FOLLOWING,
    MEMBERS,
    OFFICERS,
    PANEL_CHAIR,
    READERS,
    RECUSED,
    SIGNED_IN,
    STAFF,
    WRITER,
)
from tests.access.rows import Row

PREPARING = OFFICERS | PANEL_CHAIR
ACT = FOLLOWING - RECUSED
CALL = PREPARING - RECUSED
OWN = {"door": SIGNED_IN, "sees": MEMBERS}
SENT = {"door": STAFF, "sees": READERS}

AFTER = [
    Row("selection:appeals", STAFF, get=STAFF),
    Row("selection:appeal", **SENT, get=READERS, post=ACT, target=late.lodged),
    Row("selection:appeal_receipt", **SENT, get=READERS, target=late.lodged),
    Row("selection:appeal_answer", **SENT, get=READERS, target=late.answered),
    Row("selection:appeal_piece", **SENT, get=READERS, target=late.appeal_piece),
    Row("selection:grant_after_appeal", PREPARING, sees=CALL, get=CALL, post=CALL, target=late.to_grant),
    Row("selection:record_appeal", FOLLOWING, sees=ACT, get=ACT, post=ACT, target=late.to_contest),
    Row("selection:my_appeals", **OWN, get=MEMBERS, post=WRITER, target=late.own_to_contest),
    Row("selection:my_receipt", **OWN, get=MEMBERS, target=late.own_appeal),
    Row("selection:my_answer", **OWN, get=MEMBERS, target=late.own_opened_answer),
    Row("selection:open_my_answer", **OWN, post=MEMBERS, target=late.own_answered),
    Row("selection:my_appeal_piece", **OWN, get=MEMBERS, target=late.own_appeal_piece),
    Row("selection:my_withdrawal", **OWN, post=WRITER, target=late.own_appeal),
    # How each act reached its structure; whoever follows the letters records the registered ones.
    Row("selection:notifications", STAFF, get=STAFF),
    Row("selection:notification", **SENT, get=READERS, post=ACT, target=late.to_notify),
    Row("selection:registered_letters", FOLLOWING, get=FOLLOWING, post=FOLLOWING, done=(422,)),
    Row("selection:notification_proof", **SENT, get=READERS, target=late.proved),
    # Any member acknowledges what the structure received; its responsible person accepts the electronic way.
    Row("documents:notifications", **OWN, get=MEMBERS, target=late.own_structure),
    Row("documents:consent", **OWN, post=WRITER, target=late.own_structure),
    Row("documents:open_act", **OWN, post=MEMBERS, target=late.own_act),
    Row("selection:waitlist", STAFF, get=STAFF, target=late.to_sign_late),
    Row("selection:call", PREPARING, sees=CALL, get=CALL, post=CALL, target=late.to_call),
    Row("selection:drop", PREPARING, sees=CALL, get=CALL, post=CALL, target=late.to_drop),
    Row("selection:sign_late", STAFF, post=DECISION_MAKER, target=late.to_sign_late),
    # Who declared a tie with any dossier of the wave leaves the list to another.
    Row("selection:embargo", STAFF, get=STAFF, post=ACT, target=late.to_tell),
    Row("selection:embargo_file", STAFF, post=ACT, target=late.to_take, done=(200,)),
    Row("selection:close_embargo", FOLLOWING, get=FOLLOWING, post=FOLLOWING, target=late.to_close),
    Row("selection:derogations", STAFF, get=STAFF),
    Row(
        "selection:record_derogation",
        PREPARING | DECISION_MAKER,
        get=PREPARING | DECISION_MAKER,
        post=PREPARING | DECISION_MAKER,
        target=late.derogation,
    ),
    Row("selection:defer_to", PREPARING, sees=CALL, get=CALL, post=CALL, target=late.to_defer),
]
# Pages that are nothing but the form of an act.
FORMS_AFTER = {
    "selection:call",
    "selection:close_embargo",
    "selection:defer_to",
    "selection:drop",
    "selection:grant_after_appeal",
    "selection:record_appeal",
    "selection:record_derogation",
    "selection:registered_letters",
}
