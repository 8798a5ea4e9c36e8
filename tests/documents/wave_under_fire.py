"""A wave whose letters are made while the workers are killed -9: for the proof, and its short form in the suite."""

import io
import os
import random
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pikepdf
from django.db import connections
from django.utils import timezone

from config.celery import app
from documents import requests
from documents.downloads import serve
from documents.models import CLAIM_EXPIRES_AFTER, MAX_ATTEMPTS, Document, DocumentContent, NumberCounter
from selection.decisions import sign_wave
from selection.letter_work import job_of, letters_of_wave
from selection.models import Decision
from selection.outcomes import adopt
from tests.documents.nursery import Nursery, is_running, kill
from tests.documents.real_parts import TRANSPORT, database_url, fingerprints
from tests.selection import conftest as panels

LOOK, BEAT, AT_ONCE = 0.04, 1.5, 2
# How long after the letter it was waiting for a worker is killed: a letter takes about as long.
WITHIN = (0.0, 0.3)


@dataclass
class Outcome:
    kills: int = 0
    in_hand: int = 0
    seconds: float = 0
    retried: int = 0
    attempts: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)


def environment(broker, folder):
    """What the workers are told: Redis, or files in a folder."""
    redis = os.environ["REDIS_URL"] if broker == "redis" else ""
    return {"DATABASE_URL": database_url(), "REDIS_URL": redis, "VAR_DIR": str(folder)}


@contextmanager
def messages_by(broker, folder):
    """What this process sends goes to the broker of the workers."""
    before = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    app.conf.update(transport(broker, folder))
    app._after_fork()
    requests._quiet_until = 0.0
    try:
        yield
    finally:
        app.conf.update(before)
        app._after_fork()


def transport(broker, folder):
    if broker == "redis":
        return {"broker_url": os.environ["REDIS_URL"], "broker_transport_options": TRANSPORT}
    queue = folder / "broker" / "queue"
    queue.mkdir(parents=True, exist_ok=True)
    options = {"data_folder_in": str(queue), "data_folder_out": str(queue), "control_folder": str(queue.parent)}
    return {"broker_url": "filesystem://localhost", "broker_transport_options": options}


def adopted_wave(letters, seed):
    """A wave ready to be signed: a fifth of awards, as many on the waitlist, the others refused."""
    share = max(letters // 5, 1)
    panel = panels.build(0, money=share * panels.GRANT + seed, capacity=letters)
    panel.dossiers = [panels.reviewed(panel.wave, [9000 - 25 * n]) for n in range(letters)]
    panels.meet(panel)
    for position, dossier in enumerate(panel.dossiers):
        if position < share:
            panels.propose(panel, dossier)
        elif position < 2 * share:
            panels.wait(panel, dossier)
        else:
            panels.reject(panel, dossier)
    adopt(wave=panel.wave, by=panel.officer)
    return panel


class Fire:
    """Two workers that work, somebody who kills them, and the beat that asks for the sweep."""

    def __init__(self, wave, nursery, dice):
        self.wave, self.nursery, self.dice = wave, nursery, dice
        self.alive, self.dead, self.outcome = [], [], Outcome()
        self.seen, self.beat_at = {}, 0.0

    def made(self):
        return letters_of_wave(self.wave).filter(rendered_at__isnull=False).count()

    def man(self):
        """As many workers as on a server; a worker that stopped by itself is a fault."""
        for pid in [pid for pid in self.alive if not is_running(pid)]:
            self.outcome.faults.append(f"le worker {pid} s’est arrêté seul : {self.nursery.tail()[-300:]}")
            self.alive.remove(pid)
        while len(self.alive) < AT_ONCE:
            self.alive.append(self.nursery.born())

    def wait(self, condition, seconds=90):
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                return False
            self.man()
            self.beat()
            time.sleep(LOOK)
        return True

    def beat(self):
        """What runs every twenty seconds, more often; the claims of the dead are as old as they would be by then."""
        if time.monotonic() < self.beat_at:
            return
        self.beat_at = time.monotonic() + BEAT
        old = timezone.now() - CLAIM_EXPIRES_AFTER - timedelta(seconds=1)
        for pid in self.dead:
            waiting = letters_of_wave(self.wave).filter(rendered_at=None, claimed_by__endswith=f":{pid}")
            waiting.update(claimed_at=old)
        self.dead.clear()
        app.send_task("documents.sweep")
        self.press_retry()

    def press_retry(self):
        """What waits for a person after five deaths gets one."""
        for document in letters_of_wave(self.wave).filter(rendered_at=None, attempts__gte=MAX_ATTEMPTS):
            if document.claimed_at < timezone.now() - CLAIM_EXPIRES_AFTER:
                requests.retry(document=document, by=None)
                self.outcome.retried += 1

    def kill_one(self):
        victim = self.alive.pop(self.dice.randrange(len(self.alive)))
        kill(victim)
        self.dead.append(victim)
        self.outcome.kills += 1
        in_hand = letters_of_wave(self.wave).filter(rendered_at=None, claimed_by__endswith=f":{victim}")
        self.outcome.in_hand += in_hand.exists()
        for number, sha256 in fingerprints().items():
            if self.seen.setdefault(number, sha256) != sha256:
                self.outcome.faults.append(f"{number} remplacé")

    def burn(self, kills, letters):
        started = time.monotonic()
        for number in range(kills):
            # The last ones die while there is still work to do.
            goal = int(number * letters * 0.95 / kills)
            if not self.wait(lambda goal=goal: self.made() >= goal):
                self.outcome.faults.append(f"rien n’avance après {number} arrêts")
                break
            time.sleep(self.dice.uniform(*WITHIN))
            self.man()
            self.kill_one()
        if not self.wait(lambda: self.made() == letters):
            self.outcome.faults.append(f"{letters - self.made()} courriers jamais faits")
        self.outcome.seconds = time.monotonic() - started
        for pid in self.alive:
            kill(pid)


def run(broker, folder, *, letters, kills, seed):
    """Sign a wave, kill its workers, then look at every letter."""
    folder.mkdir(parents=True, exist_ok=True)
    panel = adopted_wave(letters, seed)
    nursery = Nursery(folder, environment(broker, folder))
    try:
        with messages_by(broker, folder):
            sign_wave(wave=panel.wave, by=panel.signatory)
            fire = Fire(panel.wave, nursery, random.Random(seed))
            fire.burn(kills, letters)
    finally:
        nursery.close()
    outcome = fire.outcome
    outcome.attempts = Counter(letters_of_wave(panel.wave).values_list("attempts", flat=True))
    outcome.faults += faults(panel.wave, letters, fire.seen)
    return outcome


def faults(wave, letters, seen):
    """What is wrong with the letters of a wave: missing, doubled, corrupt, replaced, or a number skipped."""
    documents = list(letters_of_wave(wave).order_by("number"))
    decided = Decision.objects.filter(wave=wave).count()
    found = []
    if not len(documents) == decided == letters == len({one.subject_id for one in documents}):
        found.append(f"{len(documents)} courriers, {decided} décisions, {letters} attendus")
    if DocumentContent.objects.filter(document__in=documents).count() != len(documents):
        found.append("un courrier n’a pas ses octets")
    for document in documents:
        if document.number in seen and seen[document.number] != document.sha256:
            found.append(f"{document.number} remplacé")
    if letters_left := job_of(wave).total - job_of(wave).done:
        found += left_in_job(wave, letters_left)
    with ThreadPoolExecutor(2) as pool:
        found += [one for one in pool.map(corrupt, documents) if one]
    return found + gaps()


def left_in_job(wave, left):
    """The job of the wave is closed by the sweep of jobs, whatever died."""
    from accounts.jobs import sweep

    sweep()
    return [] if job_of(wave).status == "done" else [f"le travail en attend encore {left}"]


def gaps():
    counter = NumberCounter.objects.get(name="FT")
    given = list(Document.objects.filter(number__startswith="FT-").values_list("number", flat=True))
    wanted = {f"FT-{counter.year}-{n:05d}" for n in range(1, counter.last + 1)}
    doubled = len(given) - len(set(given))
    return (
        []
        if set(given) == wanted and not doubled
        else [f"numéros : {len(set(given) ^ wanted)} écart, {doubled} double"]
    )


def corrupt(document):
    """Why these bytes are not a letter; "" when they are: their fingerprint, a PDF that opens, its number inside."""
    try:
        data = serve(document).content
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pages = len(pdf.pages)
        text = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
        return "" if pages and document.number in text else f"{document.number} : son numéro n’y est pas"
    except Exception as error:
        return f"{document.number} : {type(error).__name__} {error}"[:200]
    finally:
        connections.close_all()
