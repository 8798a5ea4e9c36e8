"""What a file really is, told from its bytes: its name and the type that the browser claims prove nothing."""

import io
import warnings
import zipfile

import pikepdf
from PIL import Image

from documents import office
from documents.errors import Unreadable
from documents.office import DOCX, ODS, ODT, XLSX

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# Has no signature: whoever takes one checks that it reads as a table.
CSV = "text/csv"
PICTURES = (JPEG, PNG)
ACCEPTED = (PDF, JPEG, PNG, DOCX, XLSX, ODT, ODS)
SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", DOCX: ".docx", XLSX: ".xlsx", ODT: ".odt", ODS: ".ods"}
EXTENSIONS[CSV] = ".csv"
# A page of 60 million points is an A1 at 400 dpi: more is a mistake or a bomb.
MAX_PIXELS = 60_000_000
MIB = 1024 * 1024
# Three kilobytes of PDF can ask for two gigabytes when it is opened. Process-wide, letters never come near.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=64 * MIB,
    run_length_max_memory=64 * MIB,
    png_max_memory=64 * MIB,
    tiff_max_memory=64 * MIB,
    dct_max_memory=64 * MIB,
    max_stream_filters=4,
)


def detect(content: bytes) -> str | None:
    """The content type of `content`, or None when it is none of those we know.

    Raises:
        Unreadable: it looks like a known type and cannot be opened as one, or hides something else.
    """
    if content.startswith(office.ZIP):
        return office.detect(content)
    if content.startswith(office.OLE):
        raise Unreadable("old_office")
    for signature, content_type in SIGNATURES:
        if content.startswith(signature):
            (_check_pdf if content_type == PDF else _check_picture)(content)
            _refuse_hidden_archive(content)
            return content_type
    return None


def _check_pdf(content):
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            starts_a_program = _starts_a_program(pdf)
    except pikepdf.PasswordError as error:
        raise Unreadable("protected") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise Unreadable("damaged") from error
    if not pages:
        raise Unreadable("empty_pdf")
    if starts_a_program:
        raise Unreadable("program")


def _starts_a_program(pdf):
    """An action that starts a program of the reader's machine, anywhere in the document."""
    return any(
        isinstance(one, pikepdf.Dictionary) and (_is_launch(one) or _is_launch(one.get("/A")))
        for one in [*pdf.objects, pdf.Root.get("/OpenAction")]
    )


def _is_launch(action):
    return isinstance(action, pikepdf.Dictionary) and action.get("/S") == pikepdf.Name.Launch


def _check_picture(content):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
                width, height = picture.size
                picture.verify()
    except Image.DecompressionBombError as error:
        raise Unreadable("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable("damaged") from error
    if width * height > MAX_PIXELS:
        raise Unreadable("too_many_pixels")


def _refuse_hidden_archive(content):
    """A picture or a PDF that is an archive too (a program for Java, for instance) is made to deceive."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise Unreadable("hidden")
