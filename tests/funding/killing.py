"""Payments and commitments sent to a real site while its processes, or those of its database, are killed.

Shared by a short test and by `make proof`. What was answered done is there, once; what was not answered is there whole
or not at all; sent again, everything is there once.
"""

import http.client
import itertools
import os
import queue
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg
from django.db import connection, connections
from django.db.models import Sum

from accounts.models import IdempotencyKey, JournalEntry, Role
from funding import awards, instalments, schedules
from funding.chorus import applying, confirming, numbering, reading
from funding.models import Allotment, Award, ChorusRow, Difference, Draw, Instalment, Posting
from scripts import servers
from tests.applications.double_submit import LOST, Site, session_of
from tests.funding import conftest as make
from tests.funding import storm_faults
from tests.funding.chorus import extracts

YEAR_PART = "/pilotage/attributions/{}/part-annuelle/"
DIFFERENCE = "/pilotage/chorus/ecarts/{}/"
# After a crash every file is synced by one call before the log is read; a small memory is made sooner.
QUICK_RECOVERY = ("-c", "recovery_init_sync_method=syncfs", "-c", "shared_buffers=32MB", "-c", "max_connections=60")
# Seconds from the moment everything answers to the next death, and between two looks at what starts or ends.
BETWEEN, LOOK = (0.02, 0.8), 0.005
ANSWERED, STALE = 302, 409


class Database:
    """A PostgreSQL of our own that syncs to disk; it can be killed whole and started again on its files."""

    def __init__(self):
        self.binaries, self.owner, self.port = servers.find_postgresql(), servers.unprivileged(), servers.free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="fabriques-killed-"))
        if self.owner:
            os.chown(self.folder, self.owner["user"], self.owner["group"])
        self.common = {"cwd": self.folder, "env": {**os.environ, "LC_ALL": "C.UTF-8"}, **self.owner}
        self.process = None
        words = ["-D", "data", "-U", "fabriques", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([self.binaries / "initdb", *words], check=True, stdout=subprocess.DEVNULL, **self.common)

    @property
    def url(self):
        return f"postgres://fabriques@127.0.0.1:{self.port}/postgres"

    def start(self):
        options = [*servers.postgresql_options(self.folder, self.port, durable=True), *QUICK_RECOVERY]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", "data", *options], stdout=log, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, start_new_session=True, **self.common,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline:
                raise RuntimeError((self.folder / "server.log").read_text(errors="replace")[-2000:])
            time.sleep(LOOK)

    def answers(self):
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            return False

    def kill(self):
        """SIGKILL to the server and to every process it started."""
        family = [*children_of(self.process.pid), self.process.pid]
        for pid in family:
            kill(pid)
        self.process.wait()
        while any(Path(f"/proc/{pid}").exists() for pid in family):
            time.sleep(LOOK)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def children_of(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in found.read_text().split()] if found.exists() else []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


@contextmanager
def own_database():
    """This process, and the sites it starts, on a database that may be killed: a copy of the one it had."""
    database, before = Database(), dict(connection.settings_dict)
    try:
        database.start()
        copy_to(database)
        connections.close_all()
        connection.settings_dict.update(
            HOST="127.0.0.1", PORT=database.port, NAME="postgres", USER="fabriques", PASSWORD=""
        )
        yield database
    finally:
        connections.close_all()
        connection.settings_dict.update(before)
        database.remove()


def copy_to(database):
    """Tables, rows and triggers."""
    source = connection.settings_dict
    words = ["-h", source["HOST"], "-p", str(source["PORT"]), "-U", source["USER"], source["NAME"]]
    env = {**os.environ, "PGPASSWORD": source["PASSWORD"] or ""}
    load = [database.binaries / "psql", "-q", "-v", "ON_ERROR_STOP=1", database.url]
    with subprocess.Popen([database.binaries / "pg_dump", *words], stdout=subprocess.PIPE, env=env) as dump:
        subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
    if dump.returncode:
        raise RuntimeError("pg_dump failed")


# --- What is sent ------------------------------------------------------------------------------------------------


@dataclass
class Act:
    """One page to send: a payment or a commitment; `told` is what came back, status after status."""

    kind: str
    subject: object
    cents: int
    path: str
    session: str
    fields: dict
    told: list = field(default_factory=list)

    @property
    def key(self):
        return self.fields["idempotency_key"]

    def send(self, site):
        try:
            status, _ = site.request("POST", self.path, self.fields, self.session)
        except (OSError, http.client.HTTPException):
            status = LOST
        self.told.append(status)
        return status

    def traces(self):
        """{what it leaves: how many}; all 0 when nothing was done, all 1 when it was done once."""
        return paid_traces(self) if self.kind == "pay" else committed_traces(self)


def paid_traces(act):
    one = Instalment.objects.get(pk=act.subject.pk)
    ties = Allotment.objects.filter(instalment=one)
    moved = Posting.objects.filter(key__startswith=f"instalment:{one.pk}:pay:")
    return {
        "état": int(one.state == "paid"),
        "écriture": moved.count(),
        "mouvements": (moved.aggregate(c=Sum("movements__amount_cents"))["c"] or 0) / (2 * act.cents),
        "ligne de Chorus": ChorusRow.objects.filter(request=act.fields["request"], status="applied").count(),
        "lien": (ties.aggregate(c=Sum("cents"))["c"] or 0) / act.cents,
        "écart corrigé": Difference.objects.filter(subject=f"dp:{act.fields['request']}", state="corrected").count(),
    }


def committed_traces(act):
    draws = Draw.objects.filter(award=act.subject, cents=act.cents)
    keys = [f"year:{act.key}:{step}" for step in ("reserve", "commit")]
    said = JournalEntry.objects.filter(action="commit_year", subject_id=act.subject.pk, details__cents=act.cents)
    moved = Posting.objects.filter(key__in=keys)
    return {
        "tirage": draws.count(),
        "réservation": moved.filter(kind="reserve").count(),
        "engagement": moved.filter(kind="commit").count(),
        "mouvements": (moved.aggregate(c=Sum("movements__amount_cents"))["c"] or 0) / (2 * act.cents),
        "journal": said.count(),
    }


def prepare(payments, commitments, a_award=25):
    """Acts to send: instalments that wait for a payment read in Chorus, yearly parts to commit."""
    line = make.make_line()
    for axis in ("ae", "cp"):
        make.open_credits(line, axis, 100 * make.GRANT)
    finance = [make.make_user(Role.FINANCE_OFFICER) for _ in range(3)]
    decider = make.make_user(Role.DECISION_MAKER)
    acts = [*payments_of(line, finance, payments, a_award), *commitments_of(line, decider, commitments)]
    random.Random(5).shuffle(acts)
    return acts


def payments_of(line, finance, count, a_award):
    """Each instalment ordered, its line of Chorus read and waiting, its difference open: one button pays it."""
    wave, year = make.make_wave(line.programme, agreement_required=False), make.today().year
    ordered, lines = [], []
    for _ in range(-(-count // a_award)):
        cents = make.CAP // a_award
        (award,) = make.reserve(wave, [make.request_for(wave, line, cents=cents * a_award)])
        make.commit([award])
        plans = [schedules.Plan("interim", year, cents, "Condition", make.today())] * a_award
        schedules.plan(award=award, instalments=plans, by=None)
        awards.mark_notified(award=award, on=make.today())
        award = Award.objects.get(pk=award.pk)
        ej = f"21{70_000_000 + award.pk}"
        numbering.record_commitment(award=award, number=ej, by=finance[2])
        for one in Instalment.objects.live().filter(award=award).order_by("number"):
            ordered.append((order(one, finance), dp := str(60_000_000 + one.pk)))
            siret = award.organisation.siret
            lines.append(extracts.line(ej, dp, cents / 100, make.today(), siret=siret, payee=award.fabrique.name))
            numbering.record_request(number=dp, instalments=[Instalment.objects.get(pk=one.pk)], by=finance[2])
    file = reading.receive(uploaded=extracts.as_csv(lines), fiscal_year=year, by=finance[2])
    confirming.confirm(file=file, by=finance[2], digest=confirming.preview(file=file, by=finance[2]).digest)
    session = session_of(finance[2])
    for one, dp in ordered[:count]:
        noted = applying.note_difference(
            f"dp:{dp}", kind=Difference.Kind.NOT_ORDERED, sentence="À juger de nouveau.", label=str(one),
            cents=one.cents, file=file, instalment=one,
        )  # fmt: skip
        fields = {"act": "retry", "idempotency_key": uuid.uuid4().hex, "request": dp}
        yield Act("pay", one, one.cents, DIFFERENCE.format(noted.public_id), session, fields)


def order(one, finance):
    if one.state == "planned":
        instalments.make_due(instalment=one, on=make.today(), by=None)
    instalments.certify(instalment=Instalment.objects.get(pk=one.pk), by=finance[0])
    return instalments.order(instalment=Instalment.objects.get(pk=one.pk), by=finance[1])


def commitments_of(line, decider, count, awards_=6):
    """Parts of awards that are committed year by year; no two of the same amount."""
    wave = make.make_wave(line.programme, agreement_required=False)
    wave.call.versions.update(commitment_extent="yearly")
    made = [make.reserve(wave, [make.request_for(wave, line)])[0] for _ in range(awards_)]
    make.commit(made)
    session = session_of(decider)
    for rank, award in zip(range(count), itertools.cycle(made), strict=False):
        cents = 1_000 + rank
        fields = {
            "line": line.public_id, "amount": f"{cents // 100},{cents % 100:02}", "on": make.today().isoformat(),
            "act": f"Arrêté {rank}", "idempotency_key": uuid.uuid4().hex,
        }  # fmt: skip
        yield Act("commit", award, cents, YEAR_PART.format(award.public_id), session, fields)


# --- The kills ---------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    kills: Counter = field(default_factory=Counter)
    in_flight: int = 0
    told: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)
    whole: int = 0
    absent: int = 0
    again: Counter = field(default_factory=Counter)


class Run:
    """Clients that send without pause, and somebody who kills."""

    def __init__(self, site, database, acts, clients=4):
        self.site, self.database, self.acts = site, database, acts
        self.waiting: queue.SimpleQueue = queue.SimpleQueue()
        for act in acts:
            self.waiting.put(act)
        self.up, self.over, self.flying = threading.Event(), threading.Event(), set()
        self.threads = [threading.Thread(target=self.client, args=(number,)) for number in range(clients)]

    def client(self, number):
        while not self.over.is_set():
            if not self.up.wait(0.2):
                continue
            try:
                act = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.flying.add(number)
            act.send(self.site)
            self.flying.discard(number)

    def kill_at_random(self, kills, seconds, dice):
        outcome, until = Outcome(), time.monotonic() + seconds
        for thread in self.threads:
            thread.start()
        for number in range(kills):
            if time.monotonic() > until or self.waiting.empty():
                break
            self.up.set()
            time.sleep(dice.uniform(*BETWEEN))
            outcome.in_flight += len(self.flying)
            self.kill_one(number, outcome)
        self.over.set()
        for thread in self.threads:
            thread.join()
        return outcome

    def kill_one(self, number, outcome):
        """The database one time in three; else the processes of the site that work, once in twenty its master too."""
        self.up.clear()
        if number % 3 == 1:
            self.database.kill()
            self.database.start()
            outcome.kills["PostgreSQL"] += 1
        elif number % 30 == 15:
            self.site.kill()
            self.site.start()
            outcome.kills["site"] += 1
        else:
            for pid in children_of(self.site.process.pid):
                kill(pid)
            outcome.kills["site"] += 1
        self.wait_for_the_site()

    def wait_for_the_site(self):
        deadline = time.monotonic() + 60
        while not self.site.answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Le site ne répond plus. {self.site.tail()}")
            time.sleep(LOOK)


def run(*, kills, seconds, payments, commitments, seed=1):
    """Send while things die, then look, then send everything again."""
    with own_database() as database:
        acts = prepare(payments, commitments)
        folder = tempfile.mkdtemp(prefix="fabriques-killed-site-")
        site = Site(folder, workers=2, threads=4)
        site.start()
        try:
            outcome = Run(site, database, acts).kill_at_random(kills, seconds, random.Random(seed))
            connections.close_all()
            judge(outcome, acts)
            send_again(outcome, site, [act for act in acts if act.told])
        finally:
            site.kill()
            shutil.rmtree(folder, ignore_errors=True)
    return outcome


def judge(outcome, acts):
    """Nothing lost, nothing doubled, nothing half done, now that everything is up again."""
    for act in acts:
        outcome.told[str(act.told[-1]) if act.told else "non envoyé"] += 1
        traces = act.traces()
        counts = set(traces.values())
        if counts == {1}:
            outcome.whole += 1
        elif counts == {0}:
            outcome.absent += 1
        else:
            outcome.faults.append(f"{act.kind} à moitié : {traces}")
        if ANSWERED in act.told and counts != {1}:
            outcome.faults.append(f"{act.kind} répondu, perdu : {traces}")
    outcome.faults += storm_faults.faults()


def insist(act, site):
    """The first time, a page whose first sending died is told to look; the second, it is done."""
    status = act.send(site)
    return act.send(site) if status == STALE else status


def send_again(outcome, site, acts):
    """Press every button again, with the key of its page, a minute later: all of them are done, once."""
    keys = IdempotencyKey.objects.filter(location="")
    for row in keys:
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(minutes=2))
    with ThreadPoolExecutor(4) as pool:
        outcome.again += Counter(str(status) for status in pool.map(lambda act: insist(act, site), acts))
    for act in acts:
        traces = act.traces()
        if set(traces.values()) != {1}:
            outcome.faults.append(f"{act.kind} renvoyé, pas fait une fois : {traces}, {act.told}")
    outcome.faults += storm_faults.faults()
