"""Letters that somebody changed: each is told by the page that anybody can ask."""

import datetime as dt
import io
import logging
import os
import random
import re
import tempfile
import uuid
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from documents import requests, seal_keys, seal_reading, sealing, verification
from documents.models import Document
from documents.production import produce
from documents.verification import verify
from tests.documents.letters import LETTERS
from tests.proof.frame import proof

FLIPS_A_LETTER = 100
BY_THE_PAGE = 3
TRUE = "vraie et toujours valable"


@proof(seconds=900)
def letters_tamper():
    """Every kind of letter, changed in every way we know; the page may say of none that it is intact."""
    logging.disable(logging.WARNING)
    letters = [letter(number, kind) for number, kind in enumerate(sorted(LETTERS))]
    honest = sum(verify(uploaded=io.BytesIO(data)).intact is True and is_sealed(data) for _, data in letters)
    chance = random.Random(7)
    tried, missed, unsealed = 0, [], 0
    for document, data in letters:
        for name, changed in every_change(document, data, chance):
            tried += 1
            # Hundreds of flips are read here, everything else by the process apart: the same reading.
            with read_here() if name == "bit" else nullcontext():
                found = verify(uploaded=io.BytesIO(changed))
            if found.intact or changed == data:
                missed.append(f"{document.number} {name}")
            unsealed += outside_the_seal(data, changed) and is_sealed(changed)
    pages = [told(document, data, chance) for document, data in letters]
    whole = honest == len(letters) and not missed and not unsealed and all(pages)
    figure = (
        f"{tried} fichiers modifiés, {len(missed)} pris pour l’original, {unsealed} au cachet encore valable ; "
        f"{honest} originaux reconnus sur {len(letters)}, {sum(pages)} pages justes"
    )
    return figure, "0 pris pour l’original, 0 au cachet valable, tous les originaux reconnus", whole


@contextmanager
def read_here():
    apart, verification.read_apart = verification.read_apart, seal_reading.read
    try:
        yield
    finally:
        verification.read_apart = apart


def letter(number, kind):
    asked = requests.request(
        kind=kind, subject_type="proof.Letter", subject_id=number, facts=LETTERS[kind], by=None,
        released_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    document = produce(asked.pk)
    return document, Document.objects.get(pk=document.pk).content.pdf


def every_change(document, data, chance):
    """(name, changed bytes), none of them the original."""
    for _ in range(FLIPS_A_LETTER):
        yield "bit", flipped(data, chance)
    # The places that a reader trusts most: the seal itself, what it covers, the table of objects.
    for place in (b"/ByteRange", b"/Contents <", b"startxref", b"%PDF-1.7", b"/M (D:"):
        at = data.rindex(place) + len(place) + 2
        yield f"bit of {place.decode()}", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    for share in (0.2, 0.5, 0.9, 0.999):
        yield "cut", data[: int(len(data) * share)]
    yield "one byte less", data[:-1]
    for tail in (b"\n", b"%%EOF\n", bytes(100), b"\n1 0 obj <</Title (x)>> endobj\n"):
        yield "added", data + tail
    yield "added before", b"\n" + data
    yield "incremental", with_an_update(data)
    yield "title", saved(data, title)
    yield "facts", saved(data, facts)
    yield "page out", saved(data, page_out)
    yield "text", saved(data, text)
    yield "seal out", saved(data, seal_out)
    yield "saved again", saved(data, lambda pdf: None)
    yield "sealed by another", sealed_by_another(data)
    yield "seal of another letter", data.replace(contents_of(data), contents_of(data)[::-1], 1)


def flipped(data, chance):
    """One bit, anywhere: the whole file is covered, the room left in the seal as well."""
    changed = bytearray(data)
    changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def saved(data, change):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def title(pdf):
    pdf.docinfo["/Title"] = "Attribution de 999 000 €"


def facts(pdf):
    pdf.Root.AF[0].EF.F.write(pdf.Root.AF[0].EF.F.read_bytes().replace(b"2027", b"2037"))


def page_out(pdf):
    pdf.pages.append(pdf.pages[0])


def text(pdf):
    """The first letters of the first page, written again from its last ones."""
    content = pdf.pages[0].Contents.read_bytes()
    shown = re.findall(rb"<[0-9a-fA-F]{8,}>", content)
    pdf.pages[0].Contents = pdf.make_stream(content.replace(shown[0], shown[-1], 1) if shown else content[::-1])


def seal_out(pdf):
    del pdf.Root.AcroForm
    del pdf.pages[0].Annots


def with_an_update(data):
    """What a reader of PDF adds when somebody annotates: the sealed bytes are whole, the file is longer."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    writer.root["/Tampered"] = writer.add_object(writer.root["/Lang"])
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed_by_another(data):
    """Brought back before its seal, then sealed with a key of the same name."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["VAR_DIR"]))
    (folder / "key.pem").write_bytes(seal_keys.self_signed(seal_keys.DEMONSTRATION))
    signer = seal_keys._of_file(str(folder / "key.pem"), "")
    return sealing.seal(sealing.unsealed(data), seal_keys.SealKey(signer, "x", "x"), at=dt.datetime.now(dt.UTC)).data


def outside_the_seal(data, changed):
    """Something else differs than the room that the seal itself lies in: only that is not covered by it."""
    start, end = map(int, sealing.FILLED_RANGES.search(data).groups()[:2])
    return data[:start] != changed[:start] or data[end:] != changed[end:]


def contents_of(data):
    start, end = map(int, sealing.FILLED_RANGES.search(data).groups()[:2])
    return data[start + 1 : end - 1]


def is_sealed(data):
    """An independent reading: a signature of our certificate that covers the file to its end, and holds."""
    try:
        found = PdfFileReader(io.BytesIO(data), strict=False).embedded_signatures[0]
        trusted = ValidationContext(trust_roots=[seal_keys.seal_key().signer.signing_cert])
        status = validate_pdf_signature(found, trusted)
        return bool(status.bottom_line and status.coverage.name == "ENTIRE_FILE")
    except Exception:  # whatever the damage, this file shows no valid seal
        return False


def told(document, data, chance):
    """What the page itself says: of the original that it is true, of changed ones never."""
    page = posted(data)
    return TRUE in page and all(TRUE not in posted(flipped(data, chance)) for _ in range(BY_THE_PAGE))


def posted(data):
    key = {"idempotency_key": uuid.uuid4().hex}
    file = SimpleUploadedFile("lettre.pdf", data, "application/pdf")
    return Client().post("/verifier/", {"file": file, **key}).content.decode()
