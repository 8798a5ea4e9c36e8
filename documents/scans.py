"""Print, sign, scan: a pile comes back, each page goes to its document by the square that it bears.

A document whose pages are all there has its signed copy: one PDF, kept like any file received (antivirus included).
What could not be read waits for a person, with its picture.
"""

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pikepdf
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts import jobs
from accounts.errors import Refusal
from accounts.french import plural
from accounts.models import JournalEntry
from documents import uploads
from documents.detection import PDF, PICTURES
from documents.models import Document, ScanPage, ScanPile, SignedScan, StoredFile
from documents.previews import bare_environment

KIND = "pages-numerisees"
Reading = ScanPage.Reading
SLICE = 10
MAX_PAGES = 1000
AT_MOST_SECONDS = 120
RESCAN = "Numérisez de nouveau ces pages."


def deposit(*, uploaded, by):
    """Keep one pile; it is read by a worker once the antivirus has found it clean.

    Args:
        uploaded: a PDF, or the picture of one page.
        by: the `User` at the scanner; whether this person may is the caller's to check.

    Raises:
        UploadRefused: not such a file. Refusal: too many pages.
    """
    examined = uploads.examine(uploaded=uploaded, allowed=(PDF, *PICTURES), field="sheets")
    count = page_count(examined.content) if examined.content_type == PDF else 1
    if count > MAX_PAGES:
        raise Refusal(
            f"Cette pile a {count} pages, {MAX_PAGES} au plus : séparez-la en deux fichiers.", field="sheets"
        )
    with transaction.atomic():
        pile = ScanPile.objects.create(
            stored_file=uploads.keep(examined=examined, by=by), page_count=count, uploaded_by=by
        )
        JournalEntry.write(action="deposit_scans", subject=pile, actor=by, details={"pages": count})
        begin(pile)
    return pile


def page_count(content):
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
        return len(pdf.pages)


def begin(pile):
    """Start the reading of a pile, unless it is begun or the antivirus has not found it clean."""
    if pile.job_id or not pile.stored_file.is_open:
        return
    slices = [
        jobs.Subject(first, f"{pile} : pages {first} à {min(first + SLICE - 1, pile.page_count)}")
        for first in range(1, pile.page_count + 1, SLICE)
    ]
    arguments = {"pile": str(pile.public_id)}
    pile.job = jobs.start(kind=KIND, scope=str(pile.pk), subjects=slices, by=pile.uploaded_by, arguments=arguments)
    pile.save(update_fields=["job"])


def sweep():
    """Begin the piles that waited for the antivirus; returns how many."""
    begun = 0
    for pk in ScanPile.objects.filter(job=None, stored_file__in=StoredFile.objects.open()).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            pile = ScanPile.objects.select_for_update(of=("self",)).get(pk=pk)
            begun += pile.job_id is None
            begin(pile)
    return begun


def perform(*, subject_id, version, by, arguments):
    """One row of the job: read some pages of a pile and file them.

    Raises:
        Refusal: the pages could not be read at all.
    """
    pile = ScanPile.objects.select_related("stored_file").get(public_id=arguments["pile"])
    last = min(subject_id + SLICE - 1, pile.page_count)
    with tempfile.TemporaryDirectory(prefix="fabriques-pile-") as folder:
        found = _read_apart(pile.stored_file, Path(folder), subject_id, last)
        for number, code, page, blank in found:
            file_page(_kept(pile, number, Path(folder), blank), code, page)
    filed = ScanPage.objects.filter(pile=pile, number__range=(subject_id, last), reading=Reading.FILED).count()
    return f"{plural(filed, 'page classée', 'pages classées')} sur {last - subject_id + 1}."


def _read_apart(stored, folder, first, last):
    source = folder / "file"
    with stored.file.open("rb") as file, source.open("wb") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
    command = [sys.executable, "-m", "documents.scan_reading", str(source), stored.content_type, str(folder)]
    try:
        done = subprocess.run(
            [*command, str(first), str(last)], cwd=settings.BASE_DIR, env=bare_environment(),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=AT_MOST_SECONDS, check=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise Refusal(f"Ces pages n’ont pas pu être lues. {RESCAN}") from error
    return json.loads(done.stdout)


def _kept(pile, number, folder, blank):
    """The row of one page, with its bytes and its picture; not filed yet."""
    page = ScanPage(pile=pile, number=number, reading=Reading.BLANK if blank else Reading.UNREAD)
    with (folder / f"{number}.pdf").open("rb") as content, (folder / f"{number}.png").open("rb") as picture:
        page.content.save("page.pdf", File(content), save=False)
        page.picture.save("page.png", File(picture), save=False)
    page.save()
    return page


def file_page(page, code, number, *, by=None):
    """Give a page to the document whose code it bears, in the caller's transaction; says what became of it.

    Args:
        page: a `ScanPage` that is not filed.
        code: verification code, "" when none could be read.
        number: of the page in its document, from 1.
        by: the `User` who files it by hand, None for the square.
    """
    if not code:
        return page.reading
    document = Document.objects.select_for_update(of=("self",)).filter(verification_code=code).first()
    total = pages_of(document) if document and document.rendered_at else 0
    page.document, page.page, page.filed_by = document, number or None, by
    if not 1 <= number <= total:
        page.reading = Reading.UNKNOWN
    elif document.scanned_pages.filter(page=number, reading=Reading.FILED).exists():
        page.reading = Reading.DOUBLE
    else:
        page.reading = Reading.FILED
    page.save(update_fields=["document", "page", "reading", "filed_by"])
    if page.reading == Reading.FILED:
        _complete(document, total, by or page.pile.uploaded_by)
    return page.reading


def pages_of(document):
    """How many pages a document has."""
    return page_count(document.content.pdf)


def _complete(document, total, by):
    """Make the signed copy once the last page is filed."""
    filed = list(document.scanned_pages.filter(reading=Reading.FILED).order_by("page"))
    if len(filed) < total or SignedScan.objects.filter(document=document).exists():
        return
    examined = uploads.Examined.of(f"{document.number}-signe.pdf", _bound(filed), PDF)
    stored = uploads.keep(examined=examined, by=by)
    SignedScan.objects.create(document=document, stored_file=stored, completed_at=timezone.now())
    JournalEntry.write(action="complete_signed_copy", subject=document, actor=by, details={"pages": total})


def _bound(pages):
    """The pages of a document as one PDF."""
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for page in pages:
            with page.content.open("rb") as file, pikepdf.open(io.BytesIO(file.read())) as one:
                whole.pages.extend(one.pages)
        whole.save(out, deterministic_id=True)
    return out.getvalue()


@transaction.atomic
def file_by_hand(*, page, document, number, by):
    """Say which page of which document an unread page is.

    Args:
        page: a `ScanPage` that waits.
        document: a `Document` that the person may see.
        number: of the page in the document, from 1.

    Raises:
        Refusal: it is filed already, the document has no such page, or has it already.
    """
    page = ScanPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if not page.waits:
        raise Refusal("Cette page n’attend plus : elle est classée ou mise de côté. Rechargez la liste.")
    if document.rendered_at is None:
        raise Refusal(f"Le document {document.number} n’est pas encore fabriqué.", field="number")
    reading = file_page(page, document.verification_code, number, by=by)
    if reading == Reading.DOUBLE:
        raise Refusal(
            f"La page {number} de {document.number} est déjà classée : mettez celle-ci de côté.", field="page"
        )
    if reading != Reading.FILED:
        total = plural(pages_of(document), "page")
        raise Refusal(f"Le document {document.number} a {total} : il n’a pas de page {number}.", field="page")
    JournalEntry.write(action="file_scanned_page", subject=document, actor=by, details={"page": number})
    return page


@transaction.atomic
def put_aside(*, page, by):
    """Say that a page goes nowhere: a double, a back, a sheet of something else. Its picture stays.

    Raises:
        Refusal: it does not wait.
    """
    page = ScanPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if not page.waits:
        raise Refusal("Cette page n’attend plus : elle est classée ou mise de côté. Rechargez la liste.")
    page.reading, page.filed_by = Reading.ASIDE, by
    page.save(update_fields=["reading", "filed_by"])
    JournalEntry.write(action="put_scan_aside", subject=page.pile, actor=by, details={"page": page.number})
    return page


def register():
    jobs.register(
        jobs.Kind(
            key=KIND, label="Lecture de pages numérisées", perform=perform, home="/pilotage/courriers/numerisations/"
        )
    )
