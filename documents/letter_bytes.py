"""Where the bytes of letters are: in the row, or in the store of files under the name that they give themselves.

`settings.LETTERS_STORE` says where new ones go; each row says where its own are, so that the setting may change.
Bytes are written once: in the row the database refuses a change, in the store their name is their fingerprint.
"""

import hashlib

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


class BytesAltered(RuntimeError):
    """The stored bytes are not those that were made: nothing is served, somebody must look."""


def place_of(pdf):
    fingerprint = hashlib.sha256(pdf).hexdigest()
    return f"letters/{fingerprint[:2]}/{fingerprint}"


def put(pdf):
    """Write the bytes of a letter, outside any transaction.

    Returns:
        The fields `data` and `place` of its `DocumentContent`.

    Raises:
        StoreUnavailable: the bucket does not answer.
    """
    if settings.LETTERS_STORE == "database":
        return {"data": pdf, "place": ""}
    return {"data": b"", "place": default_storage.save(place_of(pdf), ContentFile(pdf))}


def take_back(kept, *, unless):
    """Remove bytes that no row will name.

    Args:
        kept: what `put` returned.
        unless: the `DocumentContent` that stays: it may be the same bytes.
    """
    if kept["place"] and kept["place"] != unless.place:
        default_storage.delete(kept["place"])


def read(content):
    """The bytes of a `DocumentContent`, as they are now.

    Raises:
        FileNotFoundError: they are gone. StoreUnavailable: the bucket does not answer.
    """
    if not content.place:
        return bytes(content.data)
    with default_storage.open(content.place, "rb") as file:
        return file.read()


def read_checked(document):
    """The bytes of a document that is made, as they were made.

    Raises:
        BytesAltered: gone, or not those of its fingerprint. StoreUnavailable: the bucket does not answer.
    """
    try:
        data = read(document.content)
    except FileNotFoundError as error:
        raise BytesAltered(f"{document.number}: its bytes are gone") from error
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise BytesAltered(f"{document.number}: stored bytes differ from their fingerprint")
    return data
