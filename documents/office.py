"""Office documents (DOCX, XLSX, ODT, ODS), told from what the archive holds, refused when they can act by themselves.

Nothing is unpacked to disk; every part is read once, under limits. Refused: macros, programs, parts that have no place
in a document, links that fetch content by themselves, XML that declares entities, passwords, archives that unpack to
much more than they weigh or that carry something before or after themselves.
"""

import io
import re
import zipfile
import zlib
from xml.etree import ElementTree

from documents.errors import Unreadable

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
MAX_ENTRIES = 4000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_TEXT = 48 * 1024 * 1024
CHUNK = 256 * 1024
# What a document is made of; anything else (a program, an archive, a script) has no place in it.
PARTS = re.compile(
    r"(?i)(^mimetype|/|^layout-cache|\.(xml|rels|rdf|vml|png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|svg|odttf|fntdata|ttf|otf)"
    r"|embeddings/[^/]+\.(docx|xlsx)|printersettings/[^/]+\.bin|customproperty\d*\.bin"
    r"|objectreplacements/[^/]+)$"
)
MACROS = re.compile(r"(?i)vbaproject|vbadata|macroenabled|macrosheet|activex|^basic/|^scripts/|/basic/|/scripts/")
OOXML_MAIN = {
    f"{DOCX}.main+xml": DOCX,
    f"{XLSX}.main+xml": XLSX,
}
ACTIVE_TEXT = re.compile(
    r"(?i)<(\w+:)?(ddelink|olelink|dde-source|dde-connection-decl|event-listener|script)\b|formula=\"[^\"]*\bdde\("
)
INSTRUCTIONS = re.compile(r"<w:instrText[^>]*>([^<]*)<|w:instr=\"([^\"]*)\"")


def detect(content):
    """The type of an office document, or None for another archive.

    Raises:
        Unreadable: damaged, protected, macro, external, bomb or hidden.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            content_type = _type_of(archive, {one.filename for one in entries})
            if content_type:
                _refuse_odd_archive(content, entries)
                _read_parts(archive, entries)
            return content_type
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise Unreadable("damaged") from error
    except RuntimeError as error:  # zipfile's word for a password
        raise Unreadable("protected") from error
    except (ElementTree.ParseError, UnicodeError, ValueError, KeyError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("damaged") from error


def _type_of(archive, names):
    if "mimetype" in names:
        declared = _read(archive, archive.getinfo("mimetype"), 200).decode("ascii", "replace")
        return declared if declared in (ODT, ODS) else None
    if "[Content_Types].xml" not in names:
        return None
    types = _text(_read(archive, archive.getinfo("[Content_Types].xml"), MAX_TEXT))
    if MACROS.search(types):
        raise Unreadable("macro")
    declared = {one.get("ContentType") for one in ElementTree.fromstring(types)}
    return next((OOXML_MAIN[one] for one in OOXML_MAIN if one in declared), None)


def _refuse_odd_archive(content, entries):
    names = [one.filename for one in entries]
    if len(entries) > MAX_ENTRIES or sum(one.file_size for one in entries) > MAX_UNPACKED:
        raise Unreadable("bomb")
    if any(one.flag_bits & 0x1 for one in entries):
        raise Unreadable("protected")
    if min(one.header_offset for one in entries) or content[-22:-18] != b"PK\x05\x06" or len(set(names)) != len(names):
        raise Unreadable("hidden")
    if any(MACROS.search(name) for name in names):
        raise Unreadable("macro")
    if not all(_is_ordinary(name) for name in names):
        raise Unreadable("foreign_part")


def _is_ordinary(name):
    return bool(PARTS.search(name)) and ".." not in name.split("/") and not name.startswith("/") and "\\" not in name


def _read_parts(archive, entries):
    """Every part once: its checksum, and for text what it would do by itself."""
    for entry in entries:
        lower = entry.filename.lower()
        if lower.endswith((".docx", ".xlsx")):
            _refuse_foreign(_read(archive, entry, MAX_TEXT))
        elif lower.endswith((".xml", ".rels", ".rdf", ".vml", ".svg")):
            _check_text(lower, _text(_read(archive, entry, MAX_TEXT)))
        else:
            _read(archive, entry, MAX_UNPACKED)


def _read(archive, entry, limit):
    """The bytes of one part; reading to the end makes zipfile compare the checksum."""
    parts, left = [], limit
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Unreadable("bomb")
            parts.append(chunk)
    return b"".join(parts)


def _text(data):
    """XML as text; entities are refused before anything parses it."""
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    if "\0" in text:
        raise Unreadable("damaged")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("external")
    return text


def _check_text(name, text):
    if name == "meta-inf/manifest.xml" and "encryption-data" in text:
        raise Unreadable("protected")
    instructions = "".join(one or two for one, two in INSTRUCTIONS.findall(text))
    if ACTIVE_TEXT.search(text) or re.search(r"(?i)\bdde(auto)?\b", instructions):
        raise Unreadable("macro")
    if name.endswith(".rels") and any(_fetches(one) for one in ElementTree.fromstring(text)):
        raise Unreadable("external")


def _fetches(relation):
    """A link that the reader's program follows without being asked: a remote template, a linked picture."""
    return relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith("/hyperlink")


def _refuse_foreign(content):
    """A document within a document (the table behind a chart) obeys the same rules."""
    if detect(content) is None:
        raise Unreadable("foreign_part")
