"""Who reads the board, what looks ahead, and the rows behind: all the staff; nobody writes there."""

from funding.models import Posting
from tests.access.actors import STAFF
from tests.access.rows import Row, Target


def panel(world):
    return Target({"key": "argent"})


def forecast(world):
    return Target({"key": "echeancier-cp"})


def posting(world):
    return Target({"public_id": Posting.objects.earliest("pk").public_id})


OUTLOOK = [
    Row("monitoring:board", STAFF, get=STAFF),
    Row("monitoring:board_pdf", STAFF, get=STAFF),
    Row("monitoring:panel", STAFF, get=STAFF, target=panel),
    Row("monitoring:forecasts", STAFF, get=STAFF),
    Row("monitoring:forecast", STAFF, get=STAFF, target=forecast),
    Row("monitoring:cut", STAFF, get=STAFF),
    Row("monitoring:waiting", STAFF, get=STAFF),
    Row("monitoring:movements", STAFF, get=STAFF),
    Row("monitoring:posting", STAFF, get=STAFF, target=posting),
]
