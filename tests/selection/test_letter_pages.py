"""The page of letters, what is downloaded from it, and the making that a person holds back."""

import io
import uuid
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.db import connection
from django.urls import reverse

from accounts.errors import NotAllowed, Refusal
from accounts.jobs import sweep as sweep_jobs
from accounts.models import Job, JobRow, JournalEntry
from applications.evaluations import recusals
from documents.models import Document, DocumentContent
from documents.production import produce
from documents.sweeper import sweep, waiting_ids
from documents.tasks import produce as produce_task
from selection import letter_files, letter_work
from selection.decisions import LettersMissing, announce
from selection.letter_work import letters_of_wave
from selection.models import Decision
from selection.sending import progress_of
from tests import factories
from tests.guards import triggers_aside
from tests.selection.conftest import make_letters

pytestmark = pytest.mark.django_db
LETTERS = reverse("selection:letters")


def of(wave, **query):
    return {"vague": str(wave.public_id), **query}


def post(client, user, name, *args, query=""):
    client.force_login(user)
    return client.post(reverse(name, args=args) + query, {"idempotency_key": uuid.uuid4().hex})


def fail(document, text="FactsError : essai"):
    Document.objects.filter(pk=document.pk).update(last_error=text, attempts=5)


# --- One job ---------------------------------------------------------------------------------------------------------


def test_one_job_follows_the_letters_of_a_wave_to_its_end(signed):
    job = letter_work.job_of(signed.wave)
    assert (job.status, job.total, job.done) == ("running", 4, 0)
    assert job.started_by == signed.signatory
    for document in letters_of_wave(signed.wave).order_by("pk"):
        produce_task(document.pk)
    job = factories.fresh(job)
    assert (job.status, job.done) == ("done", 4)
    assert set(JobRow.objects.filter(job=job).values_list("status", flat=True)) == {"done"}


def test_the_sweep_catches_up_a_job_that_no_worker_told(signed):
    for document in letters_of_wave(signed.wave):
        produce(document.pk)
    assert letter_work.job_of(signed.wave).done == 0
    sweep_jobs()
    assert letter_work.job_of(signed.wave).status == "done"


def test_what_failed_is_in_the_job_and_is_followed_again_when_retried(client, signed):
    first, *others = letters_of_wave(signed.wave).order_by("pk")
    fail(first)
    for document in others:
        produce_task(document.pk)
    sweep_jobs()
    job = letter_work.job_of(signed.wave)
    assert (job.status, len(job.errors)) == ("done", 1)
    post(client, signed.officer, "selection:retry_letters", query=f"?vague={signed.wave.public_id}")
    again = letter_work.job_of(signed.wave)
    assert (again.pk == job.pk, again.total, again.status) == (False, 1, "running")
    produce_task(first.pk)
    assert factories.fresh(again).status == "done"


def test_a_retry_while_the_others_are_made_stays_in_the_same_job(signed):
    first, *others = letters_of_wave(signed.wave).order_by("pk")
    fail(first)
    sweep_jobs()
    from selection.sending import retry_letter

    assert letter_work.job_of(signed.wave).done == 1
    retry_letter(document=first, by=signed.officer)
    job = letter_work.job_of(signed.wave)
    assert (job.total, job.done, Job.objects.count()) == (4, 0, 1)
    for document in [first, *others]:
        produce_task(document.pk)
    assert factories.fresh(job).status == "done"


# --- Pause -----------------------------------------------------------------------------------------------------------


def test_a_paused_wave_is_taken_by_no_worker_and_no_sweep_until_it_is_resumed(signed):
    assert letter_work.pause(wave=signed.wave, by=signed.officer) == 4
    for document in letters_of_wave(signed.wave):
        produce_task(document.pk)
    assert sweep(grace=timedelta(0)) == 0
    assert not Document.objects.filter(rendered_at__isnull=False).exists()
    assert set(Document.objects.values_list("attempts", flat=True)) == {0}
    assert progress_of(signed.wave).paused == 4
    assert letter_work.resume(wave=signed.wave, by=signed.officer) == 4
    assert len(waiting_ids(grace=timedelta(0))) == 4
    assert sweep(grace=timedelta(0)) == 4
    said = JournalEntry.objects.filter(action__in=["pause_letters", "resume_letters"]).order_by("pk")
    assert list(said.values_list("action", flat=True)) == ["pause_letters", "resume_letters"]


def test_pausing_twice_or_nothing_is_said(signed):
    letter_work.pause(wave=signed.wave, by=signed.officer)
    with pytest.raises(Refusal, match="rien à suspendre"):
        letter_work.pause(wave=signed.wave, by=signed.officer)
    letter_work.resume(wave=signed.wave, by=signed.officer)
    with pytest.raises(Refusal, match="suspendu"):
        letter_work.resume(wave=signed.wave, by=signed.officer)
    with pytest.raises(NotAllowed):
        letter_work.pause(wave=signed.wave, by=signed.chair)


def test_a_paused_wave_is_not_announced_and_the_page_says_why(client, signed):
    made, *_ = letters_of_wave(signed.wave).order_by("pk")
    produce(made.pk)
    assert post(client, signed.officer, "selection:pause_letters", signed.wave.public_id).status_code == 302
    with pytest.raises(LettersMissing, match="3\u00a0courriers suspendus"):
        announce(wave=signed.wave, by=signed.signatory)
    page = client.get(LETTERS, of(signed.wave)).content.decode()
    assert "Fabrication suspendue" in page
    assert "Reprendre 3\u00a0courriers" in page
    assert "every 3s" not in page
    post(client, signed.officer, "selection:resume_letters", signed.wave.public_id)
    make_letters_left(signed.wave)
    assert announce(wave=signed.wave, by=signed.signatory) == 4


def make_letters_left(wave):
    for document in letters_of_wave(wave).filter(rendered_at=None):
        produce(document.pk)


# --- Files -----------------------------------------------------------------------------------------------------------


def entries(response):
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_the_zip_has_each_letter_as_it_was_made_under_a_name_that_sorts(client, signed):
    make_letters(signed.wave, rendered=True)
    client.force_login(signed.officer)
    archive = entries(client.get(reverse("selection:letters_zip"), of(signed.wave)))
    documents = list(letters_of_wave(signed.wave).order_by("number"))
    assert archive.namelist() == [letter_files.file_name(one) for one in documents]
    assert archive.namelist()[0].startswith(f"{documents[0].number}_association-exemple-")
    assert archive.testzip() is None
    for document, name in zip(documents, archive.namelist(), strict=True):
        assert archive.read(name) == bytes(document.content.data)


def test_the_filters_of_the_list_are_those_of_the_files(client, signed):
    make_letters(signed.wave)
    client.force_login(signed.officer)
    archive = entries(client.get(reverse("selection:letters_zip"), of(signed.wave, sorte="refusal_letter")))
    assert len(archive.namelist()) == 1
    page = client.get(LETTERS, of(signed.wave, sorte="refusal_letter")).content.decode()
    assert "zip/?vague=" in page
    assert "sorte=refusal_letter" in page


def test_one_pdf_starts_each_letter_on_a_new_sheet_when_asked(client, signed):
    make_letters(signed.wave, rendered=True)
    lengths = []
    for content in DocumentContent.objects.order_by("document__number"):
        with pikepdf.open(io.BytesIO(bytes(content.data))) as pdf:
            lengths.append(len(pdf.pages))
    client.force_login(signed.officer)
    for query, wanted in (({}, sum(lengths)), ({"recto_verso": "1"}, sum(n + n % 2 for n in lengths))):
        answer = client.get(reverse("selection:letters_pdf"), of(signed.wave, **query))
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert len(pdf.pages) == wanted


def test_altered_bytes_are_never_handed_over(client, signed):
    make_letters(signed.wave)
    altered = letters_of_wave(signed.wave).order_by("number")[1]
    with triggers_aside(connection):
        DocumentContent.objects.filter(document=altered).update(data=b"%PDF-1.7 autre chose")
    client.force_login(signed.officer)
    archive = entries(client.get(reverse("selection:letters_zip"), of(signed.wave)))
    assert letter_files.file_name(altered) not in archive.namelist()
    assert altered.number in archive.read(letter_files.ALTERED).decode()
    answer = client.get(reverse("selection:letters_pdf"), of(signed.wave))
    assert answer.status_code in (409, 422)


def test_nothing_made_is_said(client, signed):
    client.force_login(signed.officer)
    answer = client.get(reverse("selection:letters_pdf"), of(signed.wave))
    assert answer.status_code in (409, 422)
    assert "rien à imprimer" in answer.content.decode()


# --- The list --------------------------------------------------------------------------------------------------------


def test_every_kind_is_listed_filtered_and_written_to_files(client, signed):
    make_letters(signed.wave)
    announce(wave=signed.wave, by=signed.signatory)
    client.force_login(signed.officer)
    everything = client.get(LETTERS, {"vague": "toutes"}).content.decode()
    assert everything.count("Remis") >= 4
    assert client.get(LETTERS, of(signed.wave, remis="non")).content.decode().count("<tr") <= 1
    found = client.get(LETTERS, of(signed.wave, notifie="non", q=signed.dossiers[0].reference)).content.decode()
    assert signed.dossiers[0].fabrique.name in found
    assert signed.dossiers[1].fabrique.name not in found
    for kind, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("ods", b"PK")):
        answer = client.get(LETTERS, of(signed.wave, format=kind))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert content.startswith(start)


def test_a_closed_dossier_is_in_no_list_no_zip_and_no_pdf(client, signed):
    make_letters(signed.wave, rendered=True)
    closed = signed.dossiers[0]
    recusals.recuse(application=closed, user=signed.chair, text="Ma sœur y travaille.", by=signed.chair)
    number = Document.objects.about(Decision.objects.get(application=closed)).get().number
    client.force_login(signed.chair)
    page = client.get(LETTERS, of(signed.wave)).content.decode()
    assert number not in page
    assert closed.fabrique.name not in page
    archive = entries(client.get(reverse("selection:letters_zip"), of(signed.wave)))
    assert len(archive.namelist()) == 3
    assert not any(name.startswith(number) for name in archive.namelist())


def test_missing_letters_are_on_the_page_until_they_are_asked_for(client, signed):
    with triggers_aside(connection):
        letters_of_wave(signed.wave).delete()
    client.force_login(signed.officer)
    page = client.get(LETTERS, of(signed.wave)).content.decode()
    assert "Des actes n’ont pas leur courrier" in page
    query = f"?vague={signed.wave.public_id}"
    assert post(client, signed.officer, "selection:ask_missing_letters", query=query).status_code == 302
    page = client.get(LETTERS, of(signed.wave)).content.decode()
    assert "Des actes n’ont pas leur courrier" not in page
    assert letters_of_wave(signed.wave).count() == 4
