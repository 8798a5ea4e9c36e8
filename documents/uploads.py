"""Files that people send: checked by their content, kept under a path that nobody can guess, never served directly."""

import hashlib
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile

from accounts.errors import Refusal
from documents.detection import EXTENSIONS, JPEG, PDF, PNG, Unreadable, detect
from documents.models import StoredFile

NAMES = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG"}
REASONS = {
    "damaged": "Le fichier « {name} » est abîmé ou n’est pas un vrai {kind}. Ouvrez-le sur votre ordinateur, "
    "enregistrez-le de nouveau, puis renvoyez-le.",
    "protected": "Le PDF « {name} » est protégé par un mot de passe. Enregistrez-le sans mot de passe, "
    "puis renvoyez-le.",
    "empty_pdf": "Le PDF « {name} » n’a aucune page. Vérifiez le fichier, puis renvoyez-le.",
    "too_many_pixels": "L’image « {name} » est trop grande. Réduisez ses dimensions, puis renvoyez-la.",
}


class UploadRefused(Refusal):
    """A file cannot be accepted; the sentence says which, why, and what to do."""

    title = "Ce fichier n’a pas été accepté"


def store_upload(*, uploaded, by, allowed=(PDF, JPEG, PNG), max_bytes=None, field=None):
    """Check and keep one file.

    The file is written before the caller's transaction ends: a rollback leaves bytes that no row names.

    Args:
        uploaded: a Django `UploadedFile` (or any file object with `name` and `size`).
        by: the `User` who sends it.
        allowed: content types, among `application/pdf`, `image/jpeg` and `image/png`.
        max_bytes: size limit in bytes, `settings.UPLOAD_MAX_BYTES` by default.
        field: name of the form field, for the error message.

    Raises:
        UploadRefused: no file, empty, too big, of another type, damaged, or protected by a password.
    """
    name = clean_name(getattr(uploaded, "name", "") or "")
    content = _read(uploaded, name, max_bytes or settings.UPLOAD_MAX_BYTES, field)
    content_type = _checked_type(content, name, allowed, field)
    stored = StoredFile(
        name=name,
        content_type=content_type,
        byte_size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by,
    )
    stored.file.save(name, ContentFile(content), save=False)
    stored.save()
    return stored


def clean_name(name):
    """The last part of a name, without control characters, at most 150 characters with its extension."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    path = PurePath("".join(c for c in last if c.isprintable() and c not in '<>:"|?*') or "fichier")
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
        raise UploadRefused(f"Le fichier « {name} » est vide (0 octet). Choisissez un autre fichier.", field=field)
    if len(content) > max_bytes:
        raise UploadRefused(
            f"Le fichier « {name} » dépasse {max_bytes // (1024 * 1024)} Mo. "
            "Réduisez-le (un PDF peut être réenregistré en qualité moindre), puis renvoyez-le.",
            field=field,
        )
    return content


def _checked_type(content, name, allowed, field):
    try:
        content_type = detect(content)
    except Unreadable as error:
        kind = "PDF" if content.startswith(b"%PDF-") else "fichier image"
        raise UploadRefused(REASONS[error.reason].format(name=name, kind=kind), field=field) from error
    if content_type not in allowed:
        raise UploadRefused(_wrong_type(name, allowed), field=field)
    return content_type


def _wrong_type(name, allowed):
    names = [NAMES[content_type] for content_type in allowed]
    expected = " ou ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    claims_pdf = name.lower().endswith(".pdf")
    start = (
        f"Le fichier « {name} » porte le nom d’un PDF mais n’en est pas un."
        if claims_pdf
        else f"Le fichier « {name} » n’est pas d’un type accepté."
    )
    return f"{start} Enregistrez-le au format {expected}, puis renvoyez-le."


def download_name(stored):
    """The name offered at download: the sender's, with the extension of the real type."""
    extension = EXTENSIONS[stored.content_type]
    return stored.name if stored.name.lower().endswith((extension, ".jpeg")) else f"{stored.name}{extension}"
