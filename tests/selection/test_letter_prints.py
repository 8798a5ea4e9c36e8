"""One PDF of many letters: put together by a worker, followed, fetched by who may, removed after a while."""

import datetime
import io
import uuid

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.errors import Refusal
from accounts.models import Job, JobRow
from applications.evaluations import recusals
from documents.letter_bytes import BytesAltered
from documents.models import Document, DocumentContent
from selection import letter_prints
from selection.decisions import sign_wave
from selection.letter_work import letters_of_wave
from selection.models import Decision, LetterPrint
from selection.outcomes import adopt
from selection.views import letter_files, letters
from tests.guards import triggers_aside
from tests.selection.conftest import make_letters, prepare_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(panel, monkeypatch, django_capture_on_commit_callbacks):
    """A wave whose letters are made; slices of two."""
    monkeypatch.setattr(letter_prints, "SLICE", 2)
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    make_letters(panel.wave, rendered=True)
    return panel


def ask(signed, **options):
    return letter_prints.ask(letters=letters_of_wave(signed.wave), name="courriers", by=signed.officer, **options)


def made(signed, **options):
    one = ask(signed, **options)
    jobs.run(one.job_id)
    return LetterPrint.objects.get(pk=one.pk)


def lengths():
    for content in DocumentContent.objects.order_by("document__number"):
        with pikepdf.open(io.BytesIO(content.pdf)) as pdf:
            yield len(pdf.pages)


def bytes_of(answer):
    """Closing the answer would close the connection too, and what the tests share is in it."""
    return answer.getvalue()


@pytest.mark.parametrize("recto_verso", [False, True])
def test_slices_are_joined_in_the_order_of_the_numbers(signed, client, recto_verso):
    one = made(signed, recto_verso=recto_verso)
    numbers = list(letters_of_wave(signed.wave).order_by("number").values_list("number", flat=True))
    rows = list(JobRow.objects.filter(job=one.job).order_by("pk").values_list("label", flat=True))
    assert len(numbers) > 2 and not one.parts.exists()
    assert rows[0] == f"Courriers {numbers[0]} à {numbers[1]}" and rows[-1] == "Assemblage du PDF"
    expected = sum(n + n % 2 if recto_verso else n for n in lengths())
    client.force_login(signed.officer)
    answer = client.get(reverse("selection:print_pdf", args=[one.public_id]))
    assert answer["Content-Disposition"] == 'attachment; filename="courriers.pdf"'
    with pikepdf.open(io.BytesIO(bytes_of(answer))) as pdf:
        assert len(pdf.pages) == expected == one.pages
        assert "/AcroForm" not in pdf.Root, "a seal holds for its own file alone"


def test_the_page_says_how_far_it_is_then_gives_the_file(signed, client):
    one = ask(signed)
    client.force_login(signed.officer)
    page = client.get(one.get_absolute_url()).content.decode()
    assert "Le PDF se prépare" in page and "hx-get" in page
    assert client.get(reverse("selection:print_pdf", args=[one.public_id])).status_code == 404
    jobs.run(one.job_id)
    page = client.get(one.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "Le PDF est prêt" in page and "hx-get" not in page and "<h1" not in page


def test_above_the_limit_the_list_offers_the_worker_and_asks_it(signed, client, monkeypatch):
    monkeypatch.setattr(letters, "MOST_IN_ONE", 1)
    monkeypatch.setattr("selection.letter_files.MOST_IN_ONE", 1)
    client.force_login(signed.officer)
    query = {"vague": str(signed.wave.public_id)}
    page = client.get(reverse("selection:letters"), query).content.decode()
    assert "Préparer un seul PDF" in page and reverse("selection:letters_pdf") not in page
    refused = client.get(reverse("selection:letters_pdf"), query)
    assert refused.status_code == 422 and "préparé par un worker" in refused.content.decode()
    url = f"{reverse('selection:print_letters')}?vague={signed.wave.public_id}&sorte=refusal_letter&recto_verso=1"
    answer = client.post(url, {"idempotency_key": uuid.uuid4().hex})
    one = LetterPrint.objects.get()
    assert answer.url == one.get_absolute_url() and one.recto_verso
    assert set(Document.objects.filter(pk__in=one.letters).values_list("kind", flat=True)) == {"refusal_letter"}


def test_the_same_asked_twice_is_made_once(signed):
    one = ask(signed)
    assert ask(signed) == one
    assert ask(signed, recto_verso=True) != one
    jobs.run(one.job_id)
    assert ask(signed) != one, "what is done may be asked again"


def test_nothing_made_is_nothing_to_print(signed):
    with pytest.raises(Refusal, match="rien à imprimer"):
        letter_prints.ask(letters=Document.objects.none(), name="courriers", by=signed.officer)


def test_a_worker_that_died_leaves_slices_that_another_goes_on_from(signed):
    one = ask(signed)
    first = JobRow.objects.filter(job=one.job).order_by("pk").first()
    Job.objects.filter(pk=one.job_id).update(status="running", beat_at=timezone.now() - 2 * jobs.SILENCE)
    jobs.do_row(one.job, jobs.KINDS[letter_prints.KIND], first.pk)
    Job.objects.filter(pk=one.job_id).update(beat_at=timezone.now() - 2 * jobs.SILENCE)
    assert one.parts.count() == 1
    jobs.sweep()
    one.refresh_from_db()
    assert one.is_kept and one.pages == sum(lengths())


def test_an_altered_letter_makes_no_file_and_is_named(signed, client):
    altered = letters_of_wave(signed.wave).order_by("number")[1]
    with triggers_aside(connection):
        DocumentContent.objects.filter(document=altered).update(data=b"%PDF-1.7 autre chose")
    one = made(signed)
    assert not one.is_kept
    client.force_login(signed.officer)
    page = client.get(one.get_absolute_url()).content.decode()
    assert "n’a pas pu être fait" in page and altered.number in page


def test_a_tie_that_is_declared_since_closes_the_whole(signed, client):
    one = made(signed)
    decision = Decision.objects.filter(wave=signed.wave).first()
    recusals.recuse(
        application=decision.application, user=signed.officer, text="Ma sœur y travaille.", by=signed.officer
    )
    client.force_login(signed.officer)
    for name in ("letter_print", "print_pdf"):
        assert client.get(reverse(f"selection:{name}", args=[one.public_id])).status_code == 404


def test_a_flipped_byte_is_not_handed_over(signed, client):
    one = made(signed)
    with default_storage.open(one.file.name, "r+b") as file:
        file.seek(100)
        file.write(b"\0")
    client.force_login(signed.officer)
    with pytest.raises(BytesAltered):
        client.get(reverse("selection:print_pdf", args=[one.public_id]))


def test_the_file_is_kept_a_week(signed, client, django_capture_on_commit_callbacks):
    one = made(signed)
    assert letter_prints.sweep() == 0
    name = one.file.name
    with django_capture_on_commit_callbacks(execute=True):
        assert letter_prints.sweep(timezone.now() + letter_prints.KEPT_FOR + datetime.timedelta(minutes=1)) == 1
    assert not default_storage.exists(name)
    client.force_login(signed.officer)
    assert client.get(reverse("selection:print_pdf", args=[one.public_id])).status_code == 404
    assert "n’est plus gardé" in client.get(one.get_absolute_url()).content.decode()


def test_a_print_that_never_ended_leaves_no_slice(signed, django_capture_on_commit_callbacks):
    one = ask(signed)
    first = JobRow.objects.filter(job=one.job).order_by("pk").first()
    jobs.do_row(one.job, jobs.KINDS[letter_prints.KIND], first.pk)
    part = one.parts.get().file.name
    Job.objects.filter(pk=one.job_id).update(status="failed")
    with django_capture_on_commit_callbacks(execute=True):
        letter_prints.sweep(timezone.now() + letter_prints.GIVEN_UP_AFTER + datetime.timedelta(minutes=1))
    assert not default_storage.exists(part)


def test_the_names_of_the_files_are_those_of_the_list(signed):
    assert letter_files.name_of(signed.wave).startswith(f"courriers-vague-{signed.wave.number}-")
