"""Files that people send: checked by their content, kept under a path that nobody can guess, never served directly."""

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile

from accounts.errors import Refusal
from documents import previews, scanning
from documents.detection import ACCEPTED, EXTENSIONS, JPEG, PDF, PNG, Unreadable, detect
from documents.models import StoredFile
from documents.office import DOCX, ODS, ODT, XLSX

NAMES = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG", DOCX: "DOCX", XLSX: "XLSX", ODT: "ODT", ODS: "ODS"}
AS_PDF = "Enregistrez-le au format PDF, puis renvoyez-le."
REASONS = {
    "damaged": "Le fichier « {name} » est abîmé ou n’est pas un vrai {kind}. Ouvrez-le sur votre ordinateur, "
    "enregistrez-le de nouveau, puis renvoyez-le.",
    "protected": "Le {kind} « {name} » est protégé par un mot de passe. Enregistrez-le sans mot de passe, "
    "puis renvoyez-le.",
    "empty_pdf": "Le PDF « {name} » n’a aucune page. Vérifiez le fichier, puis renvoyez-le.",
    "too_many_pixels": "L’image « {name} » est trop grande. Réduisez ses dimensions, puis renvoyez-la.",
    "program": f"Le PDF « {{name}} » lance un programme quand on l’ouvre : il n’est pas accepté. {AS_PDF}",
    "hidden": f"Le fichier « {{name}} » cache un autre fichier dans ses octets : il n’est pas accepté. {AS_PDF}",
    "macro": f"Le document « {{name}} » contient des macros ou des commandes : il n’est pas accepté. {AS_PDF}",
    "foreign_part": f"Le document « {{name}} » contient un fichier incorporé qui n’est pas accepté. {AS_PDF}",
    "external": f"Le document « {{name}} » va chercher du contenu ailleurs (modèle, image liée) quand on l’ouvre : "
    f"il n’est pas accepté. {AS_PDF}",
    "bomb": f"Le document « {{name}} » est démesuré une fois ouvert : il n’est pas accepté. {AS_PDF}",
    "old_office": f"Le fichier « {{name}} » est d’un ancien format bureautique (.doc, .xls) ou protégé par un mot de "
    f"passe. {AS_PDF}",
}


class UploadRefused(Refusal):
    """A file cannot be accepted; the sentence says which, why, and what to do."""

    title = "Ce fichier n’a pas été accepté"


@dataclass(frozen=True)
class Examined:
    """A file whose bytes were checked; nothing of it is kept yet."""

    name: str
    content: bytes
    content_type: str
    sha256: str

    @classmethod
    def of(cls, name, content, content_type):
        """For a caller that checked the bytes itself (a CSV has no signature)."""
        return cls(name, content, content_type, hashlib.sha256(content).hexdigest())


def store_upload(*, uploaded, by, allowed=ACCEPTED, max_bytes=None, field=None):
    """Check and keep one file.

    The file is written before the caller's transaction ends: a rollback leaves bytes that no row names.

    Args:
        uploaded: a Django `UploadedFile` (or any file object with `name` and `size`).
        by: the `User` who sends it.
        allowed: content types, among `documents.detection.ACCEPTED`.
        max_bytes: size limit in bytes, `settings.UPLOAD_MAX_BYTES` by default.
        field: name of the form field, for the error message.

    Raises:
        UploadRefused: no file, empty, too big, of another type, damaged, protected, or able to act by itself.
    """
    return keep(examined=examine(uploaded=uploaded, allowed=allowed, max_bytes=max_bytes, field=field), by=by)


def examine(*, uploaded, allowed=ACCEPTED, max_bytes=None, field=None):
    """Check one file and keep nothing; call it before taking locks. Arguments and refusals of `store_upload`."""
    name, content = read_bytes(uploaded, max_bytes=max_bytes, field=field)
    return Examined.of(name, content, _checked_type(content, name, allowed, field))


def read_bytes(uploaded, *, max_bytes=None, field=None):
    """(clean name, bytes) of one file, its type not looked at. Refusals of `store_upload`."""
    name = clean_name(getattr(uploaded, "name", "") or "")
    return name, _read(uploaded, name, max_bytes or settings.UPLOAD_MAX_BYTES, field)


def keep(*, examined, by):
    """Keep an examined file; the antivirus and the pictures are asked for after the commit.

    Args:
        examined: what `examine` returned.
        by: the `User` who sends it.
    """
    stored = StoredFile(
        name=examined.name,
        content_type=examined.content_type,
        byte_size=len(examined.content),
        sha256=examined.sha256,
        uploaded_by=by,
        scan_state=scanning.first_state(),
        preview_state=previews.first_state(examined.content_type),
    )
    stored.file.save(examined.name, ContentFile(examined.content), save=False)
    stored.save()
    scanning.ask_later(stored)
    previews.ask_later(stored)
    return stored


def clean_name(name):
    """The last part of a name, without what a system or a reader could misread; at most 150 characters."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    path = PurePath(kept or "fichier")
    return f"{path.stem[: 150 - len(path.suffix[:10])]}{path.suffix[:10]}"


def _read(uploaded, name, max_bytes, field):
    if uploaded is None:
        raise UploadRefused(
            "Aucun fichier n’a été reçu. Choisissez un fichier, puis renvoyez le formulaire.", field=field
        )
    # The declared size is not trusted: one byte more than the limit is read, never the whole of a huge file.
    uploaded.seek(0)
    content = uploaded.read(max_bytes + 1)
    if not content:
        raise UploadRefused(f"Le fichier « {name} » est vide (0 octet). Choisissez un autre fichier.", field=field)
    if len(content) > max_bytes:
        raise UploadRefused(
            f"Le fichier « {name} » dépasse {max_bytes // (1024 * 1024)} Mo. "
            "Réduisez-le (un PDF peut être réenregistré en qualité moindre), puis renvoyez-le.",
            field=field,
        )
    return content


def _checked_type(content, name, allowed, field):
    try:
        content_type = detect(content)
    except Unreadable as error:
        kind = _claimed_kind(content)
        raise UploadRefused(REASONS[error.reason].format(name=name, kind=kind), field=field) from error
    if content_type not in allowed:
        raise UploadRefused(_wrong_type(name, allowed), field=field)
    return content_type


def _claimed_kind(content):
    """The word for what the first bytes claim to be."""
    if content.startswith(b"%PDF-"):
        return "PDF"
    return "document" if content.startswith(b"PK") else "fichier image"


def accepted_names(allowed=ACCEPTED):
    """The types in words: "PDF, JPEG ou PNG"."""
    names = [NAMES[content_type] for content_type in allowed]
    return " ou ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _wrong_type(name, allowed):
    expected = accepted_names(allowed)
    claims_pdf = name.lower().endswith(".pdf")
    start = (
        f"Le fichier « {name} » porte le nom d’un PDF mais n’en est pas un."
        if claims_pdf
        else f"Le fichier « {name} » n’est pas d’un type accepté."
    )
    return f"{start} Enregistrez-le au format {expected}, puis renvoyez-le."


def download_name(stored):
    """The name offered at download: the sender's, with the extension of the real type."""
    extension = EXTENSIONS[stored.content_type]
    usual = (extension, ".jpeg") if stored.content_type == JPEG else (extension,)
    return stored.name if stored.name.lower().endswith(usual) else f"{stored.name}{extension}"
