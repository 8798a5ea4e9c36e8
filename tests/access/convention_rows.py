"""Who may do what on agreements: staff read; officers write, send and amend; the decision-maker signs and stops.

A structure reads its own texts; whoever represents it signs on line, whoever writes for it sends a signed copy.
"""

from tests.access import convention_targets as then
from tests.access.actors import DECISION_MAKER, MEMBERS, OFFICERS, READERS, RECUSED, SIGNED_IN, STAFF, WRITER
from tests.access.rows import Row

ACT = OFFICERS - RECUSED
OWN = {"door": SIGNED_IN, "sees": MEMBERS}
SENT = {"door": STAFF, "sees": READERS}

CONVENTIONS = [
    Row("funding:agreement", **SENT, get=READERS, post=ACT, target=then.sent),
    Row("funding:sign_agreement", DECISION_MAKER, post=DECISION_MAKER, target=then.to_sign),
    Row("funding:agreement_text", **SENT, get=READERS, target=then.readable),
    Row("funding:agreement_pdf", **SENT, get=READERS, target=then.readable),
    Row("funding:signed_copy", **SENT, get=READERS, target=then.copy),
    Row("funding:write_agreement", OFFICERS, sees=ACT, get=ACT, post=ACT, target=then.drafted),
    Row("funding:amendment", OFFICERS, sees=ACT, get=ACT, post=ACT, target=then.to_amend),
    Row("funding:agreement_templates", STAFF, get=STAFF),
    Row("funding:agreement_template", STAFF, get=STAFF, target=then.template),
    Row("funding:stop_award", DECISION_MAKER, get=DECISION_MAKER, post=DECISION_MAKER, target=then.to_stop),
    Row("funding:shares", OFFICERS, sees=ACT, get=ACT, post=ACT, target=then.to_share),
    Row(
        "funding:year_part",
        DECISION_MAKER,
        get=DECISION_MAKER,
        post=DECISION_MAKER,
        target=then.year_part,
        done=(422,),
    ),
    Row("funding:my_parts", **OWN, get=MEMBERS, target=then.own_parts),
    Row("funding:my_part_hearing", **OWN, get=MEMBERS, post=WRITER, target=then.own_part_hearing),
    Row("funding:my_agreement", **OWN, get=MEMBERS, post=WRITER, target=then.own_agreement),
    Row("funding:my_agreement_pdf", **OWN, get=MEMBERS, target=then.own_pdf),
]
FORMS_CONVENTIONS = {
    "funding:write_agreement",
    "funding:amendment",
    "funding:stop_award",
    "funding:shares",
    "funding:year_part",
}
