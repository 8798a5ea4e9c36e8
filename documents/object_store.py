"""Files in an S3 bucket: never under an address of their own, never written over, checked as they arrive.

The bucket is private: pages hand its bytes themselves (`documents.downloads`), once the reader’s scope is checked.
"""

import base64
import hashlib
import tempfile

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from documents.errors import StoreUnavailable, code_of

IN_MEMORY = 5 * 1024 * 1024
CHUNK = 1024 * 1024
THERE_ALREADY = "PreconditionFailed"
GONE = {"404", "NoSuchKey", "NotFound"}
# Neither a page nor a worker is held by a bucket that does not answer. Checksums that only AWS knows are left out:
# what arrives is checked by its MD5, what is read by our own SHA-256.
CLIENT = {
    "connect_timeout": 3,
    "read_timeout": 20,
    "retries": {"max_attempts": 3, "mode": "standard"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class ReadFile(File):
    """What was read of the bucket; opened again, it is read again."""

    def __init__(self, file, name, store):
        super().__init__(file, name)
        self.store = store

    def open(self, mode="rb"):
        if self.closed:
            self.file = self.store.open(self.name, mode).file
        self.seek(0)
        return self


class ObjectStore(S3Storage):
    """A bucket as a Django storage. Read whole at the opening, so that its failures are told before any byte is sent.

    Args:
        conditional: write with `If-None-Match`, so that the bucket itself refuses to write over an object; False for a
            provider that does not know it (names are random or made from the bytes: none comes twice).
    """

    def __init__(self, *, conditional=True, path_style=True, **options):
        style = {"addressing_style": "path"} if path_style else {}
        super().__init__(
            client_config=Config(s3=style, signature_version="s3v4", **CLIENT), querystring_auth=True, **options
        )
        self.conditional = conditional

    def url(self, name, parameters=None, expire=None, http_method=None):
        raise NotImplementedError("No file has an address of its own: a page hands it once the reader is known.")

    def _open(self, name, mode="rb"):
        if mode != "rb":
            raise ValueError("A kept file is never written again.")
        spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — closed with the file it makes
        try:
            answer = self.client.get_object(Bucket=self.bucket_name, Key=self.key_of(name))
            for part in answer["Body"].iter_chunks(CHUNK):
                spool.write(part)
        except (BotoCoreError, ClientError) as error:
            spool.close()
            if code_of(error) in GONE:
                raise FileNotFoundError(name) from error
            raise StoreUnavailable(error) from error
        spool.seek(0)
        return ReadFile(spool, name, self)

    def _save(self, name, content):
        name = clean_name(name)
        content.seek(0)
        unless_there = {"IfNoneMatch": "*"} if self.conditional else {}
        try:
            self.client.put_object(
                Bucket=self.bucket_name, Key=self.key_of(name), Body=content.file, ContentMD5=md5_of(content),
                ContentType=self.default_content_type, **unless_there,
            )  # fmt: skip
        except (BotoCoreError, ClientError) as error:
            if code_of(error) != THERE_ALREADY:
                raise StoreUnavailable(error) from error
            self.accept_if_same(name, content)
        return name

    def accept_if_same(self, name, content):
        """What is there already is ours when it is the same: an answer that was lost, a worker that died.

        Raises:
            FileExistsError: other bytes are there.
        """
        content.seek(0)
        with self._open(name) as there:
            if hashlib.file_digest(there, "sha256").digest() != hashlib.file_digest(content, "sha256").digest():
                raise FileExistsError(name)

    def delete(self, name):
        try:
            self.client.delete_object(Bucket=self.bucket_name, Key=self.key_of(name))
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailable(error) from error

    def exists(self, name):
        try:
            self.client.head_object(Bucket=self.bucket_name, Key=self.key_of(name))
        except (BotoCoreError, ClientError) as error:
            if code_of(error) in GONE:
                return False
            raise StoreUnavailable(error) from error
        return True

    @property
    def client(self):
        return self.connection.meta.client

    def key_of(self, name):
        return self._normalize_name(clean_name(name))


def md5_of(content):
    """What the bucket compares with what it received."""
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    return base64.b64encode(digest.digest()).decode()
