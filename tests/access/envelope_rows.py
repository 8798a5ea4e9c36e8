"""Who may do what on envelopes: staff read all of it; finance officers alone record acts, lines and the fund."""

from tests.access import envelope_targets as env
from tests.access.actors import FINANCE, STAFF
from tests.access.rows import Row

ENVELOPES = [
    Row("funding:credits", FINANCE, get=FINANCE),
    Row("funding:operation", FINANCE, get=FINANCE, post=FINANCE, target=env.operation, done=(200,)),
    Row("funding:acts", STAFF, get=STAFF),
    Row("funding:act", STAFF, get=STAFF, post=FINANCE, target=env.act),
    Row("funding:act_text", STAFF, get=STAFF, target=env.act_text),
    Row("funding:new_line", FINANCE, get=FINANCE, post=FINANCE, target=env.new_line),
    Row("funding:derogations", STAFF, get=STAFF, post=FINANCE, target=env.derogation),
    Row("funding:outside", STAFF, get=STAFF),
    Row("funding:outside_all", STAFF, get=STAFF),
    Row("funding:outside_line", STAFF, get=STAFF, target=env.outside_line),
    Row("funding:imputation", STAFF, get=STAFF),
    Row("funding:funds", STAFF, get=STAFF),
    Row("funding:new_fund", FINANCE, get=FINANCE, post=FINANCE, target=env.new_fund),
    Row("funding:new_instrument", FINANCE, get=FINANCE, post=FINANCE, target=env.new_instrument),
    Row("funding:instrument", STAFF, get=STAFF, post=FINANCE, target=env.instrument),
    Row("funding:correct_event", FINANCE, get=FINANCE, post=FINANCE, target=env.correction),
    Row("funding:repayments", FINANCE, get=FINANCE, post=FINANCE, target=env.repayments),
]
FORMS_ENVELOPES = {
    "funding:credits",
    "funding:operation",
    "funding:new_line",
    "funding:new_fund",
    "funding:new_instrument",
    "funding:correct_event",
    "funding:repayments",
}
