"""Thumbnails and pages in pictures: made once by a worker, in a process that a hostile file cannot leave.

A browser never receives the file itself to display: it shows these pictures, or saves the file.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.queueing import enqueue
from documents.detection import PDF, PICTURES
from documents.errors import StoreUnavailable
from documents.models import PagePicture, StoredFile

log = logging.getLogger(__name__)
Preview = StoredFile.Preview
DRAWN = (PDF, *PICTURES)
AT_MOST_SECONDS = 90
CLAIM_EXPIRES_AFTER = timedelta(minutes=3)
# A file that kills its worker this often has no preview.
MAX_ATTEMPTS = 3
GRACE = timedelta(seconds=10)
BATCH = 10


class CannotDraw(Exception):
    """The file has no picture, and would have none the next time."""


def first_state(content_type):
    return Preview.PENDING if content_type in DRAWN else Preview.NONE


def ask_later(stored):
    """Tell a worker, after the commit; a file that waits for the antivirus is drawn after its verdict."""
    if stored.is_open and stored.preview_state == Preview.PENDING:
        transaction.on_commit(partial(enqueue, "documents.preview", stored.pk))


def draw(file_id):
    """Make the pictures of one file, unless they are made, being made, or the file is not open.

    Safe to call any number of times: the first pictures that reach the row stay, later ones are thrown away.

    Args:
        file_id: key of a `StoredFile`; an unknown key does nothing.
    """
    if not _claim(file_id):
        return
    stored = StoredFile.objects.get(pk=file_id)
    with tempfile.TemporaryDirectory(prefix="fabriques-aperçu-") as folder:
        try:
            drawn = _drawn_apart(stored, Path(folder))
        except CannotDraw as error:
            log.warning("file %s has no preview: %s", file_id, error)
            StoredFile.objects.filter(pk=file_id, preview_state=Preview.PENDING).update(preview_state=Preview.FAILED)
            return
        except StoreUnavailable as error:
            # Not the fault of the file: this attempt does not count.
            log.warning("file %s: %s", file_id, error)
            StoredFile.objects.filter(pk=file_id).update(preview_attempts=F("preview_attempts") - 1)
            return
        _store(file_id, drawn, Path(folder))


def _claim(file_id):
    """The attempt is counted first, so that a file that kills its worker counts."""
    now = timezone.now()
    StoredFile.objects.to_draw().filter(
        pk=file_id, preview_attempts__gte=MAX_ATTEMPTS, preview_claimed_at__lte=now - CLAIM_EXPIRES_AFTER
    ).update(preview_state=Preview.FAILED)
    free = Q(preview_claimed_at=None) | Q(preview_claimed_at__lte=now - CLAIM_EXPIRES_AFTER)
    waiting = StoredFile.objects.to_draw().filter(free, pk=file_id)
    return bool(waiting.update(preview_claimed_at=now, preview_attempts=F("preview_attempts") + 1))


def _drawn_apart(stored, folder):
    """What `documents.drawing` says of the file, drawn by another process that knows nothing of ours.

    Raises:
        CannotDraw: it failed, or went beyond its time, memory or bytes.
    """
    source = folder / "file"
    try:
        with stored.file.open("rb") as file, source.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
    except FileNotFoundError as error:
        raise CannotDraw("its bytes are gone") from error
    command = [sys.executable, "-m", "documents.drawing", str(source), stored.content_type, str(folder)]
    try:
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=bare_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=AT_MOST_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CannotDraw(f"more than {AT_MOST_SECONDS} s") from error
    if done.returncode:
        raise CannotDraw(f"status {done.returncode}, {done.stderr[-300:].decode(errors='replace')}")
    return json.loads(done.stdout)


def bare_environment():
    """No key, no password, no address of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@transaction.atomic
def _store(file_id, drawn, folder):
    """Keep the pictures, unless somebody's are there or the file was closed meanwhile."""
    stored = StoredFile.objects.select_for_update(of=("self",)).get(pk=file_id)
    if stored.preview_state != Preview.PENDING or not stored.is_open:
        log.info("file %s: these pictures are thrown away", file_id)
        return
    for number, width, height, text in drawn["pictures"]:
        row = PagePicture(stored_file=stored, number=number, width=width, height=height, text=text)
        with (folder / f"{number}.png").open("rb") as picture:
            row.picture.save(f"{number}.png", File(picture), save=True)
    stored.preview_state, stored.page_count = Preview.READY, drawn["pages"]
    stored.save(update_fields=["preview_state", "page_count"])


def sweep(*, grace=GRACE):
    """Draw what no worker drew; returns how many files were tried. The rest waits for the next sweep.

    Args:
        grace: how long a fresh file is left to the workers.
    """
    now = timezone.now()
    forgotten = Q(preview_claimed_at=None, uploaded_at__lte=now - grace) | Q(
        preview_claimed_at__lte=now - CLAIM_EXPIRES_AFTER
    )
    ids = list(StoredFile.objects.to_draw().filter(forgotten).order_by("pk").values_list("pk", flat=True)[:BATCH])
    for file_id in ids:
        draw(file_id)
    return len(ids)
