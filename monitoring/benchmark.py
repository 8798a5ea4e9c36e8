"""How long the pages that staff live on take: median of 20 through the test client, and their SQL queries.

The bars are ours; the peer's figures are Hypha 6.7, same method, same kind of machine, 10,000 dossiers.
"""

import itertools
import statistics
import time
import uuid
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from applications.models import Application, Assignment, Review
from applications.sheets import criteria_of
from monitoring.generation import generate
from programme.models import Programme

RUNS = 20
SIZES = (200, 2_000, 10_000)
LIST = "/pilotage/dossiers/"


@dataclass(frozen=True)
class Bar:
    """At most so many milliseconds and queries; `peer` says what Hypha takes."""

    ms: float
    queries: int
    peer: str


BARS = {
    "list_first": Bar(70, 12, "710 ms / 262"),
    "list_last": Bar(70, 12, "3 083 ms"),
    "list_sorted": Bar(70, 12, "–"),
    "list_search": Bar(70, 12, "–"),
    "detail": Bar(50, 20, "139 ms / 46"),
    "dashboard": Bar(70, 15, "2 403 ms / 483"),
    "review_post": Bar(30, 15, "58 ms / 33"),
}
# A page may not slow down by more than this from 2,000 to 10,000 dossiers.
GROWTH = 1.5


@dataclass(frozen=True)
class Measure:
    page: str
    n: int
    ms: float
    queries: int


def measure_all(sizes=SIZES, seed=1):
    """Grow one programme to each size in turn and measure every page; yields `Measure`s."""
    for size in sorted(sizes):
        grow_to(size, seed)
        yield from measure_pages(size)


class TooManyDossiers(Exception):
    """The database holds more dossiers than the size to measure."""


def grow_to(size, seed):
    missing = size - Application.objects.count()
    if missing < 0:
        raise TooManyDossiers(f"La base contient déjà {size - missing} dossiers : mesurez {size} sur une base vide.")
    if missing > 0:
        grown = Programme.objects.filter(slug__startswith="genere-").first()
        generate(applications=missing, seed=seed + size, programme=grown)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def measure_pages(n):
    officer = User.objects.filter(role_grants__role=Role.OFFICER).earliest("pk")
    client = signed_in(officer)
    count = Application.objects.exclude(state="draft").count()
    dossier = Application.objects.filter(state=Application.State.AWARDED).latest("pk")
    pages = {
        "list_first": LIST,
        "list_last": f"{LIST}?{urlencode({'page': -(-count // 50)})}",
        "list_sorted": f"{LIST}?{urlencode({'tri': '-demande', 'page': max(count // 100, 1)})}",
        "list_search": f"{LIST}?{urlencode({'q': 'halle'})}",
        "detail": f"{LIST}{dossier.public_id}/",
        "dashboard": "/pilotage/",
    }
    for page, path in pages.items():
        yield measure(page, n, lambda path=path: expect(client.get(path), 200))
    yield measure_review(n)


def measure_review(n):
    """Saving a sheet, as the reviewer's page posts it, each time with another text."""
    assignment = (
        Assignment.objects.filter(state=Assignment.State.ACCEPTED, application__state=Application.State.IN_REVIEW)
        .select_related("reviewer", "application__call_version")
        .latest("pk")
    )
    client = signed_in(assignment.reviewer)
    path = f"/evaluations/{assignment.public_id}/"
    expect(client.get(path), 200)
    bodies = filled_sheets(assignment)
    body: dict[str, str] = {}
    return measure(
        "review_post", n, lambda: expect(client.post(path, body), 302), before=lambda: body.update(next(bodies))
    )


def filled_sheets(assignment):
    """The fields of the sheet, endlessly: a level and a reason to each criterion, the version as the page has it."""
    criteria = criteria_of(assignment.application.call_version)
    for run in itertools.count():
        body = {"comment": f"Avis motivé, passage {run}.", "idempotency_key": uuid.uuid4().hex}
        body["version"] = str(Review.objects.values_list("version", flat=True).get(assignment=assignment))
        for criterion in criteria:
            body[f"points_{criterion.pk}"] = str(run % (criterion.max_points + 1))
            body[f"reason_{criterion.pk}"] = f"Raison du passage {run}."
        yield body


def signed_in(user):
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="accounts.backends.SignInBackend")
    return client


def expect(response, status):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response.status_code != status:
        raise RuntimeError(f"{response.status_code} instead of {status}: {body[:500].decode(errors='replace')}")


def measure(page, n, call, before=lambda: None):
    """Median of `RUNS` calls after one warm-up; `before` runs outside the clock."""
    before()
    with CaptureQueriesContext(connection) as captured:
        call()
    # Counted now: the next request empties the log.
    queries = len(captured)
    times = []
    for _ in range(RUNS):
        before()
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return Measure(page, n, round(statistics.median(times), 1), queries)


def shortfalls(measures):
    """Sentences, one for each bar that is not met."""
    by_key = {(m.page, m.n): m for m in measures}
    largest = max((m.n for m in measures), default=0)
    for page, bar in BARS.items():
        m = by_key.get((page, largest))
        if m and m.ms > bar.ms:
            yield f"{page} : {m.ms} ms pour {m.n} dossiers, au lieu de {bar.ms} au plus"
        if m and m.queries > bar.queries:
            yield f"{page} : {m.queries} requêtes, au lieu de {bar.queries} au plus"
        small = by_key.get((page, 2_000))
        if m and small and m.n > 2_000 and m.ms > GROWTH * small.ms:
            growth = m.ms / small.ms
            yield f"{page} : {growth:.2f} fois plus long de 2 000 à {m.n} dossiers, au lieu de {GROWTH} au plus"


def as_json(measures):
    return [asdict(measure) for measure in measures]
