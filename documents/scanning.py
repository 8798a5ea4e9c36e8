"""The antivirus: asked after the commit by a worker, asked again by the sweep; nobody opens what is not clean.

A file waits (`pending`), then is `clean`, `infected` or, when the scanner gives no verdict, `unavailable`: tried again
each minute, for ever. Without CLAMD_URL scanning is declared off: files are `not_scanned` and open, pages say so, and
the day an address is given they are scanned like the others.
"""

import logging
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.dispatch import Signal
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.queueing import enqueue
from documents import clamd
from documents.models import StoredFile

log = logging.getLogger(__name__)
Scan = StoredFile.Scan
# A worker that says nothing for this long is taken for dead, a scanner that gave no verdict is asked again.
RETRY_AFTER = timedelta(minutes=1)
GRACE = timedelta(seconds=10)
BATCH = 50
QUARANTINE = "quarantine"
# Sent in the transaction that records the verdict, with `stored` (the `StoredFile`): higher floors tell their people.
file_infected = Signal()


class FileClosed(Refusal):
    """A file that nobody opens: infected, or not judged yet."""

    title = "Ce fichier ne peut pas être ouvert"

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


def is_on():
    """Scanning is declared by the address of the scanner."""
    return bool(settings.CLAMD_URL)


def first_state():
    return Scan.PENDING if is_on() else Scan.NOT_SCANNED


def refuse_closed(stored):
    """Let only what may be read pass.

    Raises:
        FileClosed: infected (403), not judged yet (409), or the scanner does not answer (503).
    """
    if stored.is_open:
        return
    if stored.is_infected:
        raise FileClosed(
            f"L’antivirus a reconnu un fichier infecté : « {stored.name} » est mis à l’écart et personne ne peut "
            "l’ouvrir. Vérifiez votre ordinateur, puis joignez un fichier sain.",
            403,
        )
    if stored.scan_state == Scan.UNAVAILABLE:
        raise FileClosed(
            f"L’antivirus ne répond pas : « {stored.name} » est gardé et s’ouvrira dès qu’il aura été analysé. "
            "L’analyse est retentée chaque minute ; revenez plus tard.",
            503,
        )
    raise FileClosed(
        f"L’antivirus analyse « {stored.name} » : le fichier s’ouvrira dès qu’il sera reconnu sain. "
        "Revenez dans une minute.",
        409,
    )


def ask_later(stored):
    """Tell a worker, after the commit; a broker that is down is the sweep's business."""
    if is_on():
        transaction.on_commit(partial(enqueue, "documents.scan", stored.pk))


def scan(file_id):
    """Have one file judged, unless it is judged or another worker is at it. Safe to call any number of times.

    Args:
        file_id: key of a `StoredFile`; an unknown key does nothing.

    Returns:
        False when nobody answers at the scanner's address: the caller may spare the next files the wait.
    """
    if not is_on() or not _claim(file_id):
        return True
    stored = StoredFile.objects.get(pk=file_id)
    try:
        with stored.file.open("rb") as file:
            verdict = clamd.scan(file, url=settings.CLAMD_URL, timeout=settings.CLAMD_TIMEOUT)
    except clamd.Unavailable as error:
        log.warning("file %s not scanned: %s", file_id, error)
        _record_no_verdict(file_id, str(error))
        return not error.silent
    except OSError as error:
        log.exception("file %s cannot be read", file_id)
        _record_no_verdict(file_id, f"Les octets ne peuvent pas être lus ({error.strerror}).")
        return True
    if verdict.infected:
        _quarantine(file_id, verdict.signature)
    else:
        _record_clean(file_id)
    return True


def _claim(file_id):
    now = timezone.now()
    free = Q(scan_claimed_at=None) | Q(scan_claimed_at__lte=now - RETRY_AFTER)
    waiting = StoredFile.objects.to_scan().filter(free, pk=file_id)
    return bool(waiting.update(scan_claimed_at=now, scan_attempts=F("scan_attempts") + 1))


def _record_no_verdict(file_id, reason):
    """The claim stays until it expires: that is the pause before the next attempt."""
    StoredFile.objects.to_scan().filter(pk=file_id).update(scan_state=Scan.UNAVAILABLE, scan_note=reason[:200])


@transaction.atomic
def _record_clean(file_id):
    judged = StoredFile.objects.to_scan().filter(pk=file_id)
    if judged.update(scan_state=Scan.CLEAN, scanned_at=timezone.now(), scan_note=""):
        transaction.on_commit(partial(enqueue, "documents.preview", file_id))


@transaction.atomic
def _quarantine(file_id, signature):
    """Put the bytes aside, under a folder that no page reads, and tell the floors that know what the file was for."""
    stored = StoredFile.objects.select_for_update(of=("self",)).get(pk=file_id)
    if stored.is_infected:
        return
    before = stored.file.name
    with stored.file.open("rb") as file:
        stored.file.name = stored.file.storage.save(f"{QUARANTINE}/{PurePosixPath(before).name}", file)
    stored.scan_state, stored.scanned_at, stored.scan_note = Scan.INFECTED, timezone.now(), signature
    stored.preview_state = StoredFile.Preview.NONE
    stored.save(update_fields=["file", "scan_state", "scanned_at", "scan_note", "preview_state"])
    JournalEntry.write(
        action="quarantine_file", subject=stored, actor=None, details={"name": stored.name, "signature": signature}
    )
    file_infected.send(StoredFile, stored=stored)
    transaction.on_commit(partial(stored.file.storage.delete, before))
    log.warning("file %s is infected (%s) and was put aside", file_id, signature)


def sweep(*, grace=GRACE):
    """Ask again for every file that has no verdict and waits for nobody; returns how many were tried.

    Args:
        grace: how long a fresh file is left to the workers.
    """
    if not is_on():
        return 0
    now = timezone.now()
    forgotten = Q(scan_claimed_at=None, uploaded_at__lte=now - grace) | Q(scan_claimed_at__lte=now - RETRY_AFTER)
    waiting = StoredFile.objects.to_scan().filter(forgotten).order_by("scan_attempts", "pk")
    tried = 0
    for file_id in list(waiting.values_list("pk", flat=True)[:BATCH]):
        tried += 1
        if not scan(file_id):
            break
    return tried
