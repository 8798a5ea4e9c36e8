"""What a file says of itself: its seals and the code that it carries. In a process of its own for a stranger's file.

    python -m documents.seal_reading FILE

Prints the JSON of a `Reading`. No settings, no database, no secret in the environment; bounded in memory and time.
"""

import hashlib
import io
import json
import logging
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from documents.archival import attached_facts

CODE = re.compile(r"[?&]code=([2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4})")
KEYWORD = re.compile(r"^[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4}$")
# Of a scan: the square is at the foot of each page, one that reads is enough.
PAGES_LOOKED_AT = 3
SCALE = 150 / 72


@dataclass(frozen=True)
class Seal:
    """One electronic signature of a file.

    Attributes:
        by: common name of its certificate; issuer: of the authority that gave it ("" when it gave itself).
        at: instant that it states or that an authority proves, ISO; "" when it states none.
        whole: the sealed bytes are those that were sealed, and the signature is of that certificate.
        to_the_end: nothing was added to the file since.
        fingerprint: SHA-256 of the certificate.
    """

    by: str
    issuer: str
    at: str
    whole: bool
    to_the_end: bool
    fingerprint: str
    time_stamped: bool = False


@dataclass(frozen=True)
class Reading:
    """What could be read of a file.

    Attributes:
        readable: it opens as a PDF.
        codes: verification codes that it bears, the surest first.
        by_picture: the code was read in the picture of a page: a scan, a photograph, a print to a file.
        seals: its signatures, first to last.
        facts_sha256: of the facts that it carries, "" without.
        traces: it holds a signature, be it one that can no longer be read.
    """

    readable: bool = False
    codes: tuple[str, ...] = ()
    by_picture: bool = False
    seals: tuple[Seal, ...] = ()
    facts_sha256: str = ""
    traces: bool = False


def read(content):
    """Everything that one file says of itself; never raises for what the file is."""
    codes, facts, readable = _carried(content)
    seals = seals_of(content) if readable else ()
    by_picture = not codes
    traces = b"/ByteRange" in content
    return Reading(readable, tuple(codes or _pictured(content)), by_picture, seals, facts, traces)


def _carried(content):
    """(codes of the metadata and of the facts, fingerprint of the facts, whether it opens)."""
    import pikepdf

    codes, facts = [], b""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            words = str(pdf.docinfo.get("/Keywords", "")).strip()
            codes = [words] if KEYWORD.match(words) else []
            facts = attached_facts(pdf)
            stated = str(json.loads(facts)["imprint"]["code"]) if facts else ""
            codes += [stated] if KEYWORD.match(stated) and stated not in codes else []
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, MemoryError):
        return codes, "", bool(codes) or _opens(content)
    return codes, hashlib.sha256(facts).hexdigest() if facts else "", True


def _opens(content):
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            return len(pdf.pages) > 0
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, MemoryError):
        return False


def seals_of(content):
    """The signatures of a PDF, each judged against its own certificate: whose it is, the caller decides."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        embedded = PdfFileReader(io.BytesIO(content), strict=False).embedded_signatures
        return tuple(_judged(one) for one in embedded)
    except Exception:  # a parser of strangers' files: whatever it says, this file shows no seal
        logging.getLogger(__name__).debug("no seal could be read", exc_info=True)
        return ()


def _judged(embedded):
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    certificate, stated = embedded.signer_cert, embedded.self_reported_timestamp
    # On the day of the seal: a certificate that expired since has sealed all the same.
    context = ValidationContext(trust_roots=[certificate], moment=stated, allow_fetching=False)
    status = validate_pdf_signature(embedded, context, skip_diff=True)
    names, stamp = _names(certificate), status.timestamp_validity
    proved = stamp is not None and stamp.intact and stamp.valid
    at = stamp.timestamp if proved else stated
    return Seal(
        *names,
        at=at.isoformat() if at else "",
        whole=bool(status.intact and status.valid),
        to_the_end=status.coverage.name == "ENTIRE_FILE",
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        time_stamped=proved,
    )


def _names(certificate):
    def name(of):
        return str(of.native.get("common_name") or of.human_friendly)[:200]

    own = certificate.subject == certificate.issuer
    return name(certificate.subject), "" if own else name(certificate.issuer)


def _pictured(content):
    """Codes read in the squares of the first pages."""
    try:
        return list(dict.fromkeys(code for page in _pictures(content) for code in codes_in(page)))
    except Exception:  # neither a PDF nor a picture that can be drawn: it bears no code
        logging.getLogger(__name__).debug("no page could be drawn", exc_info=True)
        return []


def _pictures(content):
    if content.startswith(b"%PDF"):
        import pypdfium2

        document = pypdfium2.PdfDocument(content)
        for index in range(min(len(document), PAGES_LOOKED_AT)):
            yield document[index].render(scale=SCALE, grayscale=True, may_draw_forms=False).to_pil()
        return
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = 60_000_000
    yield Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]).convert("L")


def codes_in(picture):
    """The verification codes that the squares of one picture say."""
    import zxingcpp

    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [match[1] for one in found if (match := CODE.search(one.text))]


if __name__ == "__main__":
    from documents.drawing import limit_this_process

    limit_this_process()
    print(json.dumps(asdict(read(Path(sys.argv[1]).read_bytes()))))
