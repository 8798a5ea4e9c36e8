"""Is this letter real, whole, still standing? Three separate answers for anyone who holds the paper or the file."""

import hashlib
import io
import re
from dataclasses import dataclass

import pikepdf

from documents.models import CODE_ALPHABET, Document

MAX_BYTES = 10 * 1024 * 1024
NOT_A_CODE_SIGN = re.compile(f"[^{CODE_ALPHABET}]")


@dataclass(frozen=True)
class Verification:
    """The answers. `document` is None when nothing that we handed over matches.

    Attributes:
        code: the code as it was understood, "" when none was given.
        authentic: we issued it.
        intact: the file is the original, byte for byte; None when no file was compared.
        valid: no later decision ended its effect; None when it is not ours.
    """

    document: Document | None
    code: str
    authentic: bool
    intact: bool | None
    valid: bool | None


def verify(code="", uploaded=None):
    """Compare a code, a file, or both, with what was handed over.

    Args:
        code: as typed: lower case, spaces and missing hyphens are understood.
        uploaded: a file object, read up to 10 MB and not kept.

    Returns:
        A `Verification`. A letter that is not handed over yet is unknown: its code must reveal nothing.
    """
    content = uploaded.read(MAX_BYTES + 1) if uploaded else None
    digest = hashlib.sha256(content).hexdigest() if content else ""
    code = normalise(code) or (_code_inside(content) if content else "")
    document = _find(code, digest)
    return Verification(
        document=document,
        code=code,
        authentic=document is not None,
        intact=document.sha256 == digest if document and digest else None,
        valid=document.voided_on is None if document else None,
    )


def normalise(code):
    """K7QM-4TXR-9WHD out of what people type, "" when twelve signs are not there."""
    signs = NOT_A_CODE_SIGN.sub("", code.upper())
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}" if len(signs) == 12 else ""


def _find(code, digest):
    known = Document.objects.released().filter(rendered_at__isnull=False)
    if digest and (exact := known.filter(sha256=digest).first()):
        return exact
    return known.filter(verification_code=code).first() if code else None


def _code_inside(content):
    """The code that our PDFs carry in their keywords: an altered copy can still name its original."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            return normalise(str(pdf.docinfo.get("/Keywords", "")))
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return ""
