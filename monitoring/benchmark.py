"""How long the pages that staff live on take: median of 20 through the test client, and their SQL queries.

The bars are ours; the peer's figures are Hypha 6.7, same method, same kind of machine, 10,000 dossiers.
"""

import gc
import itertools
import statistics
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from applications.models import Application, Assignment, Review
from applications.sheets import criteria_of
from monitoring import benchmark_ledger as ledger
from monitoring import benchmark_letter as letters
from monitoring import benchmark_million as million
from monitoring import benchmark_ranking as ranked
from monitoring import benchmark_selection as selection
from monitoring.benchmark_assignment import DOSSIERS, large_wave, proposals
from monitoring.benchmark_sending import drafts_to_send
from monitoring.benchmark_typing import told, typed_section
from monitoring.generation import generate
from programme.models import Programme

RUNS = 20
SIZES = (200, 2_000, 10_000)
LIST = "/pilotage/dossiers/"
# Three filters in force, one of them a condition: each is counted without itself.
FACETS = {"etat": ["in_review", "reviewed", "awarded"], "suivi": ["personne", "moi"], "alerte": "au-comite"}


@dataclass(frozen=True)
class Bar:
    """At most so many milliseconds, queries and megabytes more; `peer` says what Hypha takes.

    `grows`: the page reads what each award holds, so that its bar is for the largest programme.
    """

    ms: float
    queries: int
    peer: str
    mb: float | None = None
    grows: bool = False


BARS = {
    "list_first": Bar(70, 12, "710 ms / 262"),
    "list_last": Bar(70, 12, "3 083 ms"),
    "list_sorted": Bar(70, 12, "–"),
    "list_search": Bar(70, 12, "–"),
    "detail": Bar(50, 20, "139 ms / 46"),
    "dashboard": Bar(70, 15, "2 403 ms / 483"),
    "board": Bar(1_000, 15, "–", grows=True),
    "review_post": Bar(30, 15, "58 ms / 33"),
    "autosave": Bar(25, 12, "–"),
    "submit": Bar(150, 40, "–"),
    "desk_facets": Bar(80, 15, "–"),
    "export_csv": Bar(5_000, 40, "12 900 ms (2 000)", mb=50),
    "export_xlsx": Bar(5_000, 40, "–", mb=50),
    "export_ods": Bar(5_000, 40, "–", mb=50),
    # Of a size of its own, whatever the programme's.
    "assignment_200x40": Bar(1_000, 60, "–"),
    "calibration_200x40": Bar(200, 15, "–"),
    "ranking": Bar(400, 30, "–"),
    "funding_line_edit": Bar(100, 45, "–"),
    "propose_500": Bar(5_000, 45, "–"),
    # The slowest of many days, then the median of the page, with a million movements in the ledger.
    "as_of_million": Bar(100, 1, "–"),
    "dashboard_million": Bar(70, 15, "–"),
    "board_million": Bar(1_000, 15, "–"),
    # A letter is judged beside its bare rendering, 300 of them by the clock.
    "letter_bare": Bar(400, 0, "–"),
    "letter": Bar(500, 12, "1,25 × letter_bare"),
    "letters_300": Bar(30_000, 0, "–"),
}
# The ledger takes at least so much of what the same work in raw SQL does.
LEAST_OF_RAW = 2 / 3
# A page may not slow down by more than this from 2,000 to 10,000 dossiers.
GROWTH = 1.5


@dataclass(frozen=True)
class Measure:
    page: str
    n: int
    ms: float
    queries: int
    # How much more memory the process took at its peak; only files are watched.
    mb: float | None = None
    # Postings a second of `n` clients at once; `ms` is then the time of one, all clients together.
    tps: float | None = None


def measure_all(sizes=SIZES, seed=1):
    """Grow one programme to each size in turn and measure every page; yields `Measure`s."""
    for size in sorted(sizes):
        grow_to(size, seed)
        yield from measure_pages(size)
    yield measure_assignment()
    yield measure_calibration()
    yield measure_ranking()
    yield from measure_selection()
    yield from measure_million()
    yield from measure_rates()
    yield from itertools.starmap(letter_measure, letters.measure_all())


def letter_measure(page, n, ms, queries, tps):
    return Measure(page, n, ms, queries, tps=tps)


class TooManyDossiers(Exception):
    """The database holds more dossiers than the size to measure."""


def grow_to(size, seed):
    missing = size - Application.objects.count()
    if missing < 0:
        raise TooManyDossiers(f"La base contient déjà {size - missing} dossiers : mesurez {size} sur une base vide.")
    if missing > 0:
        grown = Programme.objects.filter(slug__startswith="genere-").first()
        generate(applications=missing, seed=seed + size, programme=grown)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        # A process that serves pages did not make ten thousand dossiers: what that left is not looked through again.
        gc.collect()
        gc.freeze()


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
        "board": "/pilotage/tableau/",
        "desk_facets": f"{LIST}?{urlencode(FACETS, doseq=True)}",
    }
    for page, path in pages.items():
        yield measure(page, n, lambda path=path: expect(client.get(path), 200))
    for kind in ("csv", "xlsx", "ods"):
        yield measure_file(client, kind, n)
    yield measure_review(n)
    yield measure_autosave(n)
    yield measure_submit(n)


def measure_assignment():
    """Proposing the assignment of a wave: read, solved exactly and written down, through the officer's page."""
    with large_wave() as (wave, officer):
        return measure("assignment_200x40", DOSSIERS, proposals(signed_in(officer), wave))


def measure_calibration():
    """The chair's page of severities, fitted anew each time."""
    with ranked.scored_wave(ranked.CALIBRATED, ranked.CALIBRATED_BY) as (wave, chair):
        path = f"/pilotage/vagues/{wave.public_id}/calibration/"
        read = ranked.reading(signed_in(chair), path, "Sévérité estimée")
        return measure("calibration_200x40", ranked.CALIBRATED, read, before=ranked.forget)


def measure_ranking():
    """The panel's table: adjusted scores and rank intervals made anew each time."""
    with ranked.scored_wave(ranked.RANKED, ranked.RANKED_BY) as (wave, chair):
        read = ranked.reading(signed_in(chair), f"/pilotage/vagues/{wave.public_id}/comite/", "fab-c-ajustee")
        return measure("ranking", ranked.RANKED, read, before=ranked.forget)


def measure_selection():
    """One edit of the funding line, answered whole; and a proposal with the price of each of its rules."""
    with selection.shared_wave() as (wave, chair):
        prepare, send = selection.edits(signed_in(chair), wave, chair)
        yield measure("funding_line_edit", ranked.RANKED, send, before=prepare)
        yield measure("propose_500", ranked.RANKED, selection.proposals(wave, chair), runs=min(RUNS, 5))


def measure_million():
    """Balances of any day, the steering page and the whole board, with a million movements."""
    programme = million.fill(million.MOVEMENTS)
    slowest, queries, _ = million.slowest_day(programme)
    yield Measure("as_of_million", million.MOVEMENTS, slowest, queries)
    client = signed_in(million.reader())
    yield measure("dashboard_million", million.MOVEMENTS, lambda: expect(client.get("/pilotage/"), 200))
    yield measure("board_million", million.MOVEMENTS, lambda: expect(client.get("/pilotage/tableau/"), 200))


def measure_rates():
    """Postings a second, through the ledger and by raw SQL, of 1, 8 and 64 client processes on one account."""
    for rate in ledger.rates(ledger.CLIENTS, ledger.ROUNDS, ledger.SECONDS):
        yield Measure(rate.way, rate.clients, round(1000 / rate.tps, 2), rate.statements, tps=rate.tps)


def measure_file(client, kind, n):
    """Every dossier in a file, with the columns shown; its pieces are thrown away as a network would."""

    def read():
        # Read to its end, it closes itself; closing it again would end the connection of the measure.
        for _ in client.get(LIST, {"format": kind}).streaming_content:
            pass

    # Memory first: what one file has taken, the next would only take again.
    growth = growth_of(read)
    return replace(measure(f"export_{kind}", n, read, runs=min(RUNS, 3)), mb=growth)


def growth_of(call):
    """Megabytes by which the process grows at its peak while `call` runs; None where the kernel does not tell."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = status_kb("VmRSS")
        call()
        return round((status_kb("VmHWM") - before) / 1024, 1)
    except OSError:
        return None


def status_kb(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


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


def measure_autosave(n):
    """One more word of a section, as its page sends it while somebody types."""
    person, draft = next(drafts_to_send())
    client = signed_in(person)
    path, body, words = typed_section(draft)

    def send():
        response = client.post(path, body, headers={"Accept": "application/json"})
        expect(response, 200)
        told(body, response)

    next(words)
    send()
    return measure("autosave", n, send, before=lambda: next(words))


def measure_submit(n):
    """Sending a complete dossier, as its page posts it: checked whole, numbered, frozen, receipt asked for."""
    drafts, ready = drafts_to_send(), {}

    def prepare():
        person, draft = next(drafts)
        if "client" not in ready:
            ready["client"] = signed_in(person)
        ready["path"] = f"/dossiers/{draft.public_id}/envoyer/"
        ready["body"] = {"sincere": "on", "version": draft.version, "idempotency_key": uuid.uuid4().hex}

    def send():
        answer = ready["client"].post(ready["path"], ready["body"])
        expect(answer, 302)
        if not ready["path"].startswith(answer["Location"]):
            raise RuntimeError(f"L’envoi mène à {answer['Location']} : rien n’a été envoyé.")

    return measure("submit", n, send, before=prepare)


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


def measure(page, n, call, before=lambda: None, runs=None):
    """Median of `RUNS` calls after one warm-up; `before` runs outside the clock."""
    before()
    with CaptureQueriesContext(connection) as captured:
        call()
    # Counted now: the next request empties the log.
    queries = len(captured)
    times = []
    for _ in range(runs or RUNS):
        before()
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return Measure(page, n, round(statistics.median(times), 1), queries)


def shortfalls(measures):
    """Sentences, one for each bar that is not met."""
    by_key = {(m.page, m.n): m for m in measures}
    for page, bar in BARS.items():
        largest = max((m.n for m in measures if m.page == page), default=0)
        m = by_key.get((page, largest))
        if m and m.ms > bar.ms:
            yield f"{page} : {m.ms} ms pour {m.n} dossiers, au lieu de {bar.ms} au plus"
        if m and m.queries > bar.queries:
            yield f"{page} : {m.queries} requêtes, au lieu de {bar.queries} au plus"
        if m and bar.mb is not None and (m.mb or 0) > bar.mb:
            yield f"{page} : {m.mb} Mo de plus, au lieu de {bar.mb:g} au plus"
        # A file is as long as the list: its bar is for the largest.
        small = by_key.get((page, 2_000)) if bar.mb is None and not bar.grows else None
        if m and small and m.n > 2_000 and m.ms > GROWTH * small.ms:
            growth = m.ms / small.ms
            yield f"{page} : {growth:.2f} fois plus long de 2 000 à {m.n} dossiers, au lieu de {GROWTH} au plus"
    yield from slow_rates(by_key)
    yield from letters.shortfalls(by_key)


def slow_rates(by_key):
    """The ledger writes two thirds at least of what raw SQL writes, by as many clients."""
    for (page, clients), m in by_key.items():
        raw = by_key.get(("ledger_tps_raw", clients))
        if page == "ledger_tps" and raw and m.tps < raw.tps * 2 / 3:
            yield (
                f"{page} : {m.tps} écritures par seconde à {clients} connexions, "
                f"au lieu de {raw.tps * 2 / 3:.1f} au moins (deux tiers du SQL nu)"
            )


def as_json(measures):
    return [{key: value for key, value in asdict(one).items() if value is not None} for one in measures]
