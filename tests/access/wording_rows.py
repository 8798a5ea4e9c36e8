"""Who may do what on the wordings of letters: staff read, officers and the administrator write and publish.

A preview or a check reads no dossier that is closed to its reader (`tests/selection/test_wording_pages.py`).
"""

from documents.wording import versions
from tests.access.actors import ADMINISTRATOR, OFFICERS, STAFF
from tests.access.rows import Row, Target

WRITERS = OFFICERS | ADMINISTRATOR


def to_start(world):
    return Target(data={"kind": "refusal_letter", "scope": "", "region": ""})


def drafted(world):
    draft = versions.start(kind="refusal_letter", scope="", by=None)
    return Target({"public_id": draft.public_id}, {"count": "0", "note": "", "do": "save"})


WORDINGS = [
    Row("selection:wordings", STAFF, get=STAFF, post=WRITERS, target=to_start),
    Row("selection:wording", STAFF, get=STAFF, post=WRITERS, target=drafted),
    Row("selection:wording_preview", STAFF, get=STAFF, target=drafted),
    Row("selection:wording_check", STAFF, get=STAFF, target=drafted),
    Row("selection:wording_compare", STAFF, get=STAFF, target=drafted),
]
