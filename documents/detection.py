"""What a file really is, told from its bytes: its name and the type that the browser claims prove nothing."""

import io
import warnings

import pikepdf
from PIL import Image

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
# A page of 60 million points is an A1 at 400 dpi: more is a mistake or a bomb.
MAX_PIXELS = 60_000_000


class Unreadable(ValueError):
    """Begins like a known type and is not one. `reason`: damaged, protected, empty_pdf or too_many_pixels."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def detect(content: bytes) -> str | None:
    """The content type of `content`, or None when it is none of those we know.

    Raises:
        Unreadable: it looks like a PDF or a picture and cannot be opened as one.
    """
    for signature, content_type in SIGNATURES:
        if content.startswith(signature):
            (_check_pdf if content_type == PDF else _check_picture)(content)
            return content_type
    return None


def _check_pdf(content):
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise Unreadable("protected") from error
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        raise Unreadable("damaged") from error
    if not pages:
        raise Unreadable("empty_pdf")


def _check_picture(content):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
                width, height = picture.size
                picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable("damaged") from error
    if width * height > MAX_PIXELS:
        raise Unreadable("too_many_pixels")
