"""Who may do what on Chorus, bank details and claims: staff read, finance officers exchange and verify, officers judge
claims; a structure proposes its account and claims its payments. A whole IBAN is for those who pay."""

from tests.access import chorus_targets as then
from tests.access.actors import AUDITOR, FINANCE, MEMBERS, NOBODY, OFFICERS, READERS, RECUSED, SIGNED_IN, STAFF, WRITER
from tests.access.rows import Row

SENT = {"door": STAFF, "sees": READERS}
OWN = {"door": SIGNED_IN, "sees": MEMBERS}

CHORUS = [
    Row("funding:chorus", STAFF, get=STAFF),
    Row("funding:chorus_import", FINANCE, get=FINANCE, post=FINANCE, target=then.new_extract),
    Row("funding:chorus_row", FINANCE, get=FINANCE, post=FINANCE, target=then.new_row),
    Row("funding:chorus_file", STAFF, get=STAFF, post=FINANCE, target=then.to_confirm),
    Row("funding:chorus_source", FINANCE, get=FINANCE, target=then.file_to_save),
    Row("funding:differences", STAFF, get=STAFF),
    Row("funding:difference", **SENT, get=READERS, post=FINANCE, target=then.difference),
    Row("funding:chorus_requests", STAFF, get=STAFF, post=FINANCE, target=then.to_take_out),
    Row("funding:chorus_export", STAFF, get=STAFF, post=FINANCE, target=then.taken_out),
    Row("funding:chorus_numbers", FINANCE, get=FINANCE, post=FINANCE, target=then.to_number),
    Row("funding:bank_accounts", FINANCE | AUDITOR, get=FINANCE | AUDITOR),
    Row("funding:bank_account", FINANCE | AUDITOR, get=FINANCE | AUDITOR, post=FINANCE, target=then.to_verify),
    Row("funding:rib", SIGNED_IN, sees=MEMBERS | FINANCE, get=MEMBERS | FINANCE, target=then.rib),
    Row("funding:my_bank_account", **OWN, get=MEMBERS, post=WRITER, target=then.new_account),
    Row("funding:claims", STAFF, get=STAFF),
    Row("funding:claim", STAFF, sees=NOBODY, get=READERS, post=OFFICERS, target=then.draft_claim),
    Row("funding:claim", **SENT, get=READERS, post=OFFICERS - RECUSED, target=then.sent_claim),
    Row("funding:my_claim", **OWN, get=MEMBERS, post=WRITER, target=then.to_claim),
    Row("funding:claim_evidence", **OWN, get=MEMBERS, target=then.draft_evidence),
    Row(
        "funding:claim_evidence",
        SIGNED_IN,
        sees=MEMBERS | READERS,
        get=MEMBERS | READERS,
        target=then.sent_evidence,
    ),
]
FORMS_CHORUS = {
    "funding:chorus_import",
    "funding:chorus_row",
    "funding:chorus_source",
    "funding:chorus_numbers",
}
