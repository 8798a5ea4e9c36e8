"""Who reads the board, what looks ahead, and the rows behind: all the staff; asking for the PDF is all one writes."""

from accounts import jobs
from funding.models import Posting
from monitoring import printing
from monitoring.clocks import Clocks
from programme.models import Programme
from tests.access.actors import AUDITOR, STAFF
from tests.access.rows import Row, Target


def panel(world):
    return Target({"key": "argent"})


def forecast(world):
    return Target({"key": "echeancier-cp"})


def posting(world):
    return Target({"public_id": Posting.objects.earliest("pk").public_id})


def being_printed(world):
    one = printing.ask(programme=Programme.objects.get(), clocks=Clocks.at(), by=world.people["officer"])
    return Target({"public_id": one.public_id})


def printed(world):
    one = printing.ask(programme=Programme.objects.get(), clocks=Clocks.at(), by=world.people["officer"])
    jobs.run(one.job_id)
    return Target({"public_id": one.public_id})


OUTLOOK = [
    Row("monitoring:board", STAFF, get=STAFF),
    Row("monitoring:prints", STAFF, get=STAFF, post=STAFF - AUDITOR),
    Row("monitoring:print", STAFF, get=STAFF, target=being_printed),
    Row("monitoring:board_pdf", STAFF, get=STAFF, target=printed),
    Row("monitoring:panel", STAFF, get=STAFF, target=panel),
    Row("monitoring:forecasts", STAFF, get=STAFF),
    Row("monitoring:forecast", STAFF, get=STAFF, target=forecast),
    Row("monitoring:cut", STAFF, get=STAFF),
    Row("monitoring:waiting", STAFF, get=STAFF),
    Row("monitoring:payments", STAFF, get=STAFF),
    Row("monitoring:movements", STAFF, get=STAFF),
    Row("monitoring:posting", STAFF, get=STAFF, target=posting),
]
