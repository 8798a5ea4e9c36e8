"""Bytes in an S3 bucket: a real server of that protocol, a real client, the pages of the product in between."""

import hashlib
import io
import os
import subprocess
import sys
import time
import urllib.request
import zipfile

import boto3
import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.http import Http404

from documents import previews, production, scanning, uploads
from documents.downloads import serve, serve_picture, serve_upload
from documents.errors import StoreUnavailable
from documents.letter_bytes import BytesAltered
from documents.models import Document, DocumentContent, StoredFile
from documents.production import produce
from documents.scans import pages_of
from scripts.servers import free_port
from selection.letter_files import one_pdf, zip_of
from tests.documents.files import pdf_bytes
from tests.guards import ROOT

pytestmark = pytest.mark.django_db
KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "gra"}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    """Address of the server, a process of its own."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            cwd=ROOT, env=os.environ | {"AWS_EC2_METADATA_DISABLED": "true"}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(address):
    for _ in range(150):
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server of the bucket did not start")


@pytest.fixture
def bucket(endpoint, settings, request):
    """The bucket of the service, empty; the settings name it."""
    client = boto3.client("s3", endpoint_url=endpoint, **KEYS)
    name = f"fabriques-{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "gra"})
    declare(settings, endpoint, name)
    return Bucket(client, name)


class Bucket:
    """What is really in the bucket, past the product."""

    def __init__(self, client, name):
        self.client, self.name = client, name

    def keys(self):
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def read(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def write(self, key, data):
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def remove(self, key):
        self.client.delete_object(Bucket=self.name, Key=key)


def declare(settings, endpoint, name):
    options = {
        "bucket_name": name, "endpoint_url": endpoint, "region_name": "gra", "access_key": "key",
        "secret_key": "secret", "location": "service",
    }  # fmt: skip
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "documents.object_store.ObjectStore", "OPTIONS": options}
    }
    settings.LETTERS_STORE = "files"


def upload(by, content=None):
    uploaded = SimpleUploadedFile("statuts.pdf", content or pdf_bytes(text="Statuts"))
    return uploads.store_upload(uploaded=uploaded, by=by)


# --- Letters ---------------------------------------------------------------------------------------------------------


def test_a_letter_is_stored_once_in_the_bucket_and_served_by_our_page(ask, bucket):
    document = produce(ask().pk)
    (key,) = bucket.keys()
    assert key == f"service/letters/{document.sha256[:2]}/{document.sha256}"
    assert hashlib.sha256(bucket.read(key)).hexdigest() == document.sha256
    assert not document.content.data, "once: the row has no copy"
    assert serve(document).content == bucket.read(key)
    assert pages_of(document) >= 1
    produce(document.pk)
    assert bucket.keys() == [key]


def test_nobody_reads_the_bucket_without_the_service(ask, bucket, endpoint):
    produce(ask().pk)
    with pytest.raises(NotImplementedError):
        default_storage.url(bucket.keys()[0])


def test_the_row_holds_the_bytes_or_their_place_and_never_changes(ask, bucket):
    document = produce(ask().pk)
    with pytest.raises(Error), transaction.atomic():
        DocumentContent.objects.filter(document=document).update(place="letters/elsewhere")
    second = ask(2)
    with pytest.raises(Error), transaction.atomic():
        DocumentContent.objects.create(document=second, data=b"%PDF-", place="letters/x")


def test_a_flipped_byte_of_the_bucket_is_not_served(ask, bucket):
    document = produce(ask().pk)
    (key,) = bucket.keys()
    data = bytearray(bucket.read(key))
    data[len(data) // 2] ^= 1
    bucket.write(key, bytes(data))
    with pytest.raises(BytesAltered):
        serve(document)
    bucket.remove(key)
    with pytest.raises(BytesAltered, match="gone"):
        serve(document)


def test_late_bytes_are_taken_back_and_those_of_the_row_stay(ask, bucket):
    document = ask()
    first = produce(document.pk)
    production._store(document.pk, b"%PDF-late")
    assert bucket.keys() == [f"service/{first.content.place}"]
    production._store(document.pk, first.content.pdf)
    assert serve(first).content == first.content.pdf


def test_the_setting_may_change_and_each_letter_is_read_where_it_is(ask, bucket, settings):
    there = produce(ask(1).pk)
    settings.LETTERS_STORE = "database"
    here = produce(ask(2).pk)
    assert here.content.data and not here.content.place and len(bucket.keys()) == 1
    for document in (there, here):
        assert hashlib.sha256(serve(document).content).hexdigest() == document.sha256


def test_many_letters_leave_the_bucket_as_a_zip_or_as_one_pdf(ask, bucket):
    documents = [produce(ask(number).pk) for number in (1, 2, 3)]
    letters = Document.objects.all()
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_of(letters)))) as archive:
        found = {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert found == {one.sha256 for one in documents}
    with pikepdf.open(io.BytesIO(one_pdf(letters))) as pdf:
        assert len(pdf.pages) == sum(map(pages_of, documents))


def test_a_bucket_that_is_away_leaves_the_letter_waiting_with_its_reason(ask, bucket, settings):
    declare(settings, f"http://127.0.0.1:{free_port()}", bucket.name)
    document = produce(ask().pk)
    assert document.rendered_at is None and document.last_error.startswith("StoreUnavailable")
    assert not DocumentContent.objects.exists()


# --- Received files --------------------------------------------------------------------------------------------------


def test_a_received_file_comes_back_whole_through_our_page(officer, bucket):
    content = pdf_bytes(text="Statuts")
    stored = upload(officer, content)
    assert bucket.read(f"service/{stored.file.name}") == content
    answer = serve_upload(stored)
    assert answer.getvalue() == content
    answer.close()
    assert answer["Content-Length"] == str(len(content))
    assert answer["Cache-Control"] == "private, no-store"


def test_a_received_file_that_changed_or_went_away_is_not_served(officer, bucket):
    stored = upload(officer)
    bucket.write(f"service/{stored.file.name}", b"%PDF-other")
    with pytest.raises(BytesAltered):
        serve_upload(stored)
    bucket.remove(f"service/{stored.file.name}")
    with pytest.raises(Http404):
        serve_upload(stored)


def test_pictures_of_the_pages_are_drawn_from_the_bucket_and_kept_there(officer, bucket):
    stored = upload(officer)
    previews.draw(stored.pk)
    stored = StoredFile.objects.get(pk=stored.pk)
    assert stored.preview_state == "ready" and len(bucket.keys()) == 3
    answer = serve_picture(stored, 1)
    assert answer.getvalue().startswith(b"\x89PNG")
    answer.close()


def test_an_infected_file_is_put_aside_in_the_bucket(officer, bucket, django_capture_on_commit_callbacks):
    content = pdf_bytes(text="Statuts")
    stored = upload(officer, content)
    with django_capture_on_commit_callbacks(execute=True):
        scanning._quarantine(stored.pk, "Eicar")
    (key,) = bucket.keys()
    assert key.startswith("service/quarantine/") and bucket.read(key) == content


def test_a_bucket_that_is_away_costs_no_attempt_of_the_pictures(officer, bucket, settings):
    stored = upload(officer)
    declare(settings, f"http://127.0.0.1:{free_port()}", bucket.name)
    previews.draw(stored.pk)
    stored.refresh_from_db()
    assert (stored.preview_state, stored.preview_attempts) == ("pending", 0)


def test_a_bucket_that_is_away_is_told_in_words(client, django_user_model, bucket, settings, ask):
    document = produce(ask().pk)
    declare(settings, f"http://127.0.0.1:{free_port()}", bucket.name)
    with pytest.raises(StoreUnavailable) as refused:
        serve(document)
    assert refused.value.status == 503 and "rien n’est perdu" in refused.value.message


# --- The store itself ------------------------------------------------------------------------------------------------


def test_nothing_is_written_over(bucket):
    name = default_storage.save("uploads/a", ContentFile(b"first"))
    assert default_storage.save(name, ContentFile(b"first")) == name, "an answer that was lost: the same bytes again"
    with pytest.raises(FileExistsError):
        default_storage.save(name, ContentFile(b"second"))
    assert bucket.read("service/uploads/a") == b"first"
    with pytest.raises(ValueError, match="never written"):
        default_storage.open(name, "wb")
