"""Is this letter real, whole, still standing? Three separate answers for anyone who holds the paper or the file."""

import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from documents.models import CODE_ALPHABET, Document, SignedScan
from documents.previews import bare_environment
from documents.seal_reading import Reading, Seal, seals_of

MAX_BYTES = 10 * 1024 * 1024
AT_MOST_SECONDS = 15
NOT_A_CODE_SIGN = re.compile(f"[^{CODE_ALPHABET}]")
UNREAD = Reading()


@dataclass(frozen=True)
class Verification:
    """The answers. `document` is None when nothing that we handed over matches.

    Attributes:
        code: the code as it was understood, "" when none was given.
        authentic: we issued it.
        intact: the file is the original, byte for byte; None when no file was compared, or a picture of the paper.
        valid: no later decision ended its effect; None when it is not ours.
        seal: the seal of the file, None when it bears none or no file was compared.
        sealed_by_us: that seal is the one that was put on this document.
        difference: how a file that is not the original differs (`DIFFERENCES`), "" otherwise.
        scan: the file is the copy signed by hand, as the service scanned it.
    """

    document: Document | None
    code: str
    authentic: bool
    intact: bool | None
    valid: bool | None
    seal: Seal | None = None
    sealed_by_us: bool = False
    difference: str = ""
    scan: bool = False

    @property
    def seal_day(self):
        return dt.datetime.fromisoformat(self.seal.at) if self.seal and self.seal.at else None

    @property
    def difference_words(self):
        return DIFFERENCES.get(self.difference, "")


DIFFERENCES = {
    "added": "Quelque chose a été ajouté au fichier après le cachet : annotation, signature ou page. "
    "Ce que le cachet couvre n’a pas changé, mais seul l’original fait foi.",
    "broken": "Le cachet est brisé : ce qu’il couvre a changé depuis qu’il a été posé.",
    "foreign": "Le fichier porte la signature de quelqu’un d’autre, pas le cachet que nous avons posé.",
    "unsealed": "Le cachet a disparu : le fichier a été enregistré de nouveau, ou fabriqué.",
    "unreadable": "Le fichier est abîmé : il ne s’ouvre plus comme un PDF.",
    "resaved": "Ses octets ne sont plus ceux de l’original : il a été enregistré de nouveau, ou modifié.",
}


def verify(code="", uploaded=None):
    """Compare a code, a file, or both, with what was handed over.

    Args:
        code: as typed: lower case, spaces and missing hyphens are understood.
        uploaded: a file object, read up to 10 MB and not kept. A file that is not ours byte for byte is read in a
            process apart, under limits of memory and time.

    Returns:
        A `Verification`. A letter that is not handed over yet is unknown: its code must reveal nothing.
    """
    code = normalise(code)
    content = uploaded.read(MAX_BYTES + 1) if uploaded else None
    if not content:
        return _by_code(code)
    digest = hashlib.sha256(content).hexdigest()
    if len(content) <= MAX_BYTES and (exact := _exact(content, digest)):
        return exact
    return _of_another_file(code, content if len(content) <= MAX_BYTES else b"")


def normalise(code):
    """K7QM-4TXR-9WHD out of what people type, "" when twelve signs are not there."""
    signs = NOT_A_CODE_SIGN.sub("", code.upper())
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}" if len(signs) == 12 else ""


def _known():
    return Document.objects.released().filter(rendered_at__isnull=False)


def _by_code(code):
    document = _known().filter(verification_code=code).first() if code else None
    return _answer(document, code, None)


def _answer(document, code, intact, **more):
    valid = document.voided_on is None if document else None
    return Verification(document, code, document is not None, intact, valid, **more)


def _exact(content, digest):
    """What we handed over byte for byte: the file itself, or the scan of its paper."""
    if document := _known().filter(sha256=digest).first():
        # Our own bytes: they need no process of their own.
        seal = next(iter(seals_of(content)), None) if document.sealed_at else None
        return _answer(document, document.verification_code, True, seal=seal, sealed_by_us=_ours(document, seal))
    scan = SignedScan.objects.filter(stored_file__sha256=digest, document__in=_known()).first()
    return _answer(scan.document, scan.document.verification_code, True, scan=True) if scan else None


def _ours(document, seal):
    return bool(seal and seal.whole and seal.fingerprint == document.seal_certificate_sha256)


def _of_another_file(code, content):
    """A file that we did not hand over as it is: what it bears says which letter it was, or pretends to be."""
    reading = read_apart(content) if content else UNREAD
    codes = [code] if code else list(map(normalise, reading.codes))
    document = next(filter(None, (_known().filter(verification_code=one).first() for one in codes)), None)
    code = document.verification_code if document else next(iter(codes), "")
    if document is None:
        return _answer(None, code, None)
    if reading.by_picture and reading.codes:
        # Of paper, a picture proves nothing: it is compared by eye.
        return _answer(document, code, None, difference="picture")
    seal = _seal_of(document, reading)
    return _answer(
        document,
        code,
        False,
        seal=seal,
        sealed_by_us=_ours(document, seal),
        difference=_difference(document, reading, seal),
    )


def _seal_of(document, reading):
    """Ours among those of the file, else the first."""
    own = [seal for seal in reading.seals if seal.fingerprint == document.seal_certificate_sha256]
    return next(iter([*own, *reading.seals]), None)


def _difference(document, reading, seal):
    if not reading.readable:
        return "unreadable"
    if seal is None:
        return ("broken" if reading.traces else "unsealed") if document.sealed_at else "resaved"
    if seal.fingerprint != document.seal_certificate_sha256:
        return "foreign"
    if not seal.whole:
        return "broken"
    return "resaved" if seal.to_the_end else "added"


def read_apart(content):
    """What a stranger's file says of itself, read by a process that it cannot leave."""
    with tempfile.TemporaryDirectory(prefix="fabriques-lecture-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        command = [sys.executable, "-m", "documents.seal_reading", str(path)]
        try:
            done = subprocess.run(
                command, cwd=settings.BASE_DIR, env=bare_environment(), stdin=subprocess.DEVNULL,
                capture_output=True, timeout=AT_MOST_SECONDS, check=True,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return UNREAD
    found = json.loads(done.stdout)
    return Reading(**found | {"seals": tuple(Seal(**seal) for seal in found["seals"])})
