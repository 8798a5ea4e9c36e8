"""One dossier sent many times at the same moment over real HTTP: shared by the concurrency test and `make proof`."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
import uuid
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.test import Client

from accounts.models import JournalEntry, Membership, OutboxMessage
from applications.models import Application
from documents.models import Document, NumberCounter
from tests import factories
from tests.documents.real_parts import database_url, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "t" * 32
LOST = "no answer"


class Site:
    """gunicorn on the database of this process: several workers, several threads, and it can be killed."""

    def __init__(self, folder, workers=3, threads=8):
        self.port, self.log = free_port(), Path(folder) / "web.log"
        own = {"PORT": str(self.port), "WEB_WORKERS": str(workers), "WEB_THREADS": str(threads)}
        # The key that signs the sessions is that of this process.
        own |= {"DATABASE_URL": database_url(), "DJANGO_SECRET_KEY": settings.SECRET_KEY, "PYTHONUNBUFFERED": "1"}
        self.env, self.process = {**os.environ, **own}, None

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "config.wsgi:application"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        wait_until(self.answers, "gunicorn does not answer", self)

    def answers(self):
        try:
            return self.request("GET", "/sante/")[0] == 200
        except OSError:
            return False

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def kill(self):
        """SIGKILL to the master and to every worker, whatever each is doing."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def request(self, method, path, fields=None, session=""):
        """(status, address it leads to). No redirect is followed."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        headers = {"Host": "localhost", "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": TOKEN, **(fields or {})})
        try:
            link.request(method, path, body if method == "POST" else None, headers)
            answer = link.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location", "")
        finally:
            link.close()

    def send(self, application, session, key):
        """Press « Envoyer mon dossier » once; what came back."""
        fields = {"sincere": "on", "idempotency_key": key}
        try:
            return self.request("POST", f"/dossiers/{application.public_id}/envoyer/", fields, session)
        except (OSError, http.client.HTTPException):
            return LOST, ""


def session_of(person):
    """The cookie of a person who signed in."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def ready(wave=None):
    """A dossier that may be sent, of a structure with two people who may write and one who only reads."""
    application = factories.complete_draft(wave_=wave)
    for right in ("editor", "reader"):
        Membership.objects.create(user=factories.applicant(), organisation=application.organisation, role=right)
    return application


def at_once(acts):
    """Run all `acts` at the same moment, each in its own thread; what each gave."""
    told, start = [None] * len(acts), threading.Barrier(len(acts), timeout=60)

    def run(number):
        start.wait()
        told[number] = acts[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def rush(site, application, keys):
    """Send one dossier with all these keys at the same moment; Counter of the statuses."""
    session = session_of(application.created_by)
    answers = at_once([lambda key=key: site.send(application, session, key) for key in keys])
    return Counter(status for status, _ in answers)


def rush_and_kill(site, application, keys, after_s):
    """The same, every process of the site killed that long after the start; the site is up again afterwards."""
    killer = threading.Timer(after_s, site.kill)
    killer.start()
    told = rush(site, application, keys)
    killer.join()
    site.start()
    return told


def faults(application):
    """What is not exactly once: sentences, none when everything is."""
    application = Application.objects.get(pk=application.pk)
    about = Document.objects.about(application).filter(kind=Document.Kind.RECEIPT)
    journal = JournalEntry.objects.filter(
        subject_type=Application._meta.label, subject_id=application.pk, action="submit"
    )
    writers = application.organisation.memberships.filter(role__in=Membership.WRITERS).count()
    mails = OutboxMessage.objects.filter(key__startswith=f"receipt:{application.pk}:")
    counted = {
        "état envoyé": (int(application.state == Application.State.SUBMITTED), 1),
        "numéro": (int(bool(application.reference)), 1),
        "version": (application.revisions.count(), 1),
        "accusé": (about.count(), 1),
        "entrée du journal": (journal.count(), 1),
        "courriel": (mails.count(), writers),
    }
    return [f"{name} : {found} au lieu de {wanted}" for name, (found, wanted) in counted.items() if found != wanted]


def number_faults():
    """Numbers given and not on a dossier or a receipt, or twice: none, whatever died."""
    references = Application.objects.filter(reference__isnull=False).values_list("reference", flat=True)
    receipts = Document.objects.filter(kind=Document.Kind.RECEIPT).values_list("number", flat=True)
    found = []
    for series, numbers in (("DOS", references), ("AR", receipts)):
        last = {counter.year: counter.last for counter in NumberCounter.objects.filter(name=series)}
        wanted = [f"{series}-{year}-{n:05d}" for year in sorted(last) for n in range(1, last[year] + 1)]
        if sorted(numbers) != wanted:
            found.append(f"série {series} : {len(wanted)} numéros donnés pour {len(numbers)} portés")
    return found


def fresh_keys(count):
    return [uuid.uuid4().hex for _ in range(count)]
