"""Many letters at once: a ZIP of the files as they were made, or one PDF to print."""

import io
import logging
import zipfile

import pikepdf
from django.utils import timezone
from django.utils.text import slugify

from accounts.errors import Refusal
from accounts.french import folded, plural
from documents.letter_bytes import BytesAltered, read_checked
from documents.models import DocumentContent

log = logging.getLogger(__name__)
# One PDF is put together in memory, while its reader waits: about five seconds for this many.
MOST_IN_ONE = 400
CHUNK = 20
ALTERED = "COURRIERS-ALTERES.txt"


def structure_of(document):
    """To whom a letter is written, or what it is about."""
    letter = document.facts["letter"]
    addressee = letter.get("addressee") or letter.get("beneficiary") or {}
    return addressee.get("organisation") or addressee.get("name") or letter.get("wave", "")


def file_name(document):
    """Sorts by number, says the structure: « FT-2026-00012_association-la-halle.pdf »."""
    structure = slugify(folded(structure_of(document)))[:60].strip("-")
    return f"{document.number}_{structure}.pdf" if structure else f"{document.number}.pdf"


def made(letters):
    """(Document, bytes) of the letters that are made, by number; bytes are None when they are not those made."""
    keys = list(letters.filter(rendered_at__isnull=False).order_by("number").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        contents = DocumentContent.objects.filter(pk__in=keys[start : start + CHUNK]).select_related("document")
        for content in sorted(contents, key=lambda one: one.document.number):
            yield content.document, intact(content.document)


def intact(document):
    """Its bytes, or None when they are not those that were made."""
    try:
        return read_checked(document)
    except BytesAltered as error:
        log.error("%s", error)
        return None


class Outlet:
    """Where a ZIP writes while it is sent: it keeps nothing that was taken."""

    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)

    def flush(self):
        """Nothing waits."""

    def take(self):
        parts, self.parts = self.parts, []
        return b"".join(parts)


def zip_of(letters):
    """The bytes of a ZIP of the letters, piece by piece; PDFs are not compressed a second time.

    A letter whose bytes were altered is not in it: a text names it.
    """
    outlet, altered = Outlet(), []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for document, data in made(letters):
            if data is None:
                altered.append(document.number)
                continue
            at = timezone.localtime(document.rendered_at)
            archive.writestr(zipfile.ZipInfo(file_name(document), at.timetuple()[:6]), data)
            yield outlet.take()
        if altered:
            archive.writestr(ALTERED, "Octets différents de l’empreinte, non remis :\n" + "\n".join(altered))
    yield outlet.take()


def one_pdf(letters, *, recto_verso=False):
    """All the letters one after the other, to be printed; each by itself stays the original.

    Args:
        recto_verso: each starts on a new sheet: a blank page follows those that end on a front.

    Raises:
        Refusal: none is made, one is altered, or there are too many for one file.
    """
    count = letters.filter(rendered_at__isnull=False).count()
    if not count:
        raise Refusal("Aucun de ces courriers n’est fabriqué : il n’y a rien à imprimer.")
    if count > MOST_IN_ONE:
        raise Refusal(
            f"{plural(count, 'courrier')} : au-delà de {MOST_IN_ONE}, le PDF est préparé par un worker. Demandez-le "
            "depuis la page des courriers, ou téléchargez le ZIP."
        )
    return bound(letters, recto_verso=recto_verso)[0]


def bound(letters, *, recto_verso=False):
    """(bytes, pages) of the letters that are made, by number, one after the other.

    Raises:
        Refusal: one is altered.
    """
    out = io.BytesIO()
    with pikepdf.new() as together:
        for document, data in made(letters):
            append(together, document, data, recto_verso)
        together.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue(), len(together.pages)


def append(together, document, data, recto_verso):
    if data is None:
        raise Refusal(f"Les octets du courrier {document.number} ne sont plus ceux fabriqués : signalez-le.")
    with pikepdf.open(io.BytesIO(data)) as letter:
        leave_seal_out(letter)
        together.pages.extend(letter.pages)
    if recto_verso and len(together.pages) % 2:
        together.add_blank_page(page_size=(595.28, 841.89))


def leave_seal_out(letter):
    """A seal holds for the bytes of its own file: among other pages it would be a broken one."""
    if "/AcroForm" in letter.Root:
        del letter.Root.AcroForm
    for page in letter.pages:
        if kept := [one for one in page.get("/Annots", ()) if one.get("/Subtype") != "/Widget"]:
            page.Annots = kept
        elif "/Annots" in page:
            del page.Annots
