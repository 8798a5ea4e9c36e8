"""The antivirus: a real clamd where there is one, its protocol broken on purpose; what is not clean stays shut."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import JournalEntry
from documents import clamd, scanning
from documents.downloads import serve_picture, serve_upload
from documents.models import StoredFile
from documents.uploads import store_upload
from scripts.clamd import EICAR, SIGNATURE, own_clamd
from tests.documents import antivirus, files

GOOD = files.pdf_bytes()
BAD = GOOD + b"\n%" + EICAR + b"\n"
NO_GRACE = timedelta(0)


def send(officer, content=GOOD, name="statuts.pdf"):
    return store_upload(uploaded=SimpleUploadedFile(name, content), by=officer)


@pytest.fixture
def declared(settings):
    """Scanning is on: nobody answers yet."""
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    settings.CLAMD_TIMEOUT = 0.5
    return settings


@pytest.fixture(scope="session")
def real_clamd():
    with own_clamd() as url:
        yield url


def assert_shut(stored, status):
    for way in (serve_upload, lambda one: serve_picture(one, 0), lambda one: serve_picture(one, 1)):
        with pytest.raises(scanning.FileClosed) as closed:
            way(stored)
        assert closed.value.status == status
        assert stored.name in closed.value.message


def minutes_pass():
    StoredFile.objects.update(scan_claimed_at=timezone.now() - scanning.RETRY_AFTER - timedelta(seconds=1))


# --- the real daemon ----------------------------------------------------------------------------------------------


@pytest.mark.clamd
@pytest.mark.django_db
def test_the_real_clamd_finds_what_is_hidden_and_lets_the_rest_pass(declared, officer, real_clamd):
    declared.CLAMD_URL = real_clamd
    good, bad = send(officer), send(officer, BAD, "devis.pdf")
    hidden = send(officer, files.docx({"word/media/image1.png": EICAR}), "statuts.docx")
    assert_shut(good, 409)
    assert scanning.sweep(grace=NO_GRACE) == 3
    states = dict(StoredFile.objects.values_list("name", "scan_state"))
    assert states == {"statuts.pdf": "clean", "devis.pdf": "infected", "statuts.docx": "infected"}
    hidden.refresh_from_db()
    assert hidden.scan_note.startswith(SIGNATURE)
    good.refresh_from_db()
    assert good.scanned_at
    assert files.body_of(serve_upload(good)) == GOOD
    bad.refresh_from_db()
    assert_shut(bad, 403)


@pytest.mark.clamd
def test_the_real_clamd_says_that_a_file_is_too_big_for_it(real_clamd):
    with pytest.raises(clamd.Unavailable, match="StreamMaxLength"):
        clamd.scan(io.BytesIO(bytes(26 << 20)), url=real_clamd, timeout=10)
    assert clamd.ping(url=real_clamd, timeout=2)


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (antivirus.says_nothing, "pas répondu à temps"),
        (antivirus.hangs_up_at_once, "[Ll]’antivirus"),
        (antivirus.refuses_while_it_is_sent, "StreamMaxLength"),
        (antivirus.answers("Can't allocate memory ERROR"), "Can't allocate memory ERROR"),
        (antivirus.answers(""), "L’antivirus a répondu «\u00a0\u00a0»"),
    ],
)
def test_no_verdict_is_never_a_clean_one(behave, words):
    with antivirus.scanner(behave) as url, pytest.raises(clamd.Unavailable, match=words):
        clamd.scan(io.BytesIO(bytes(8 << 20)), url=url, timeout=0.5)


def test_both_verdicts_are_read():
    with antivirus.scanner(antivirus.answers("stream: OK")) as url:
        assert not clamd.scan(io.BytesIO(b"x"), url=url, timeout=2).infected
    with antivirus.scanner(antivirus.answers("stream: Win.Test.EICAR_HDB-1 FOUND")) as url:
        verdict = clamd.scan(io.BytesIO(b"x"), url=url, timeout=2)
    assert (verdict.infected, verdict.signature) == (True, "Win.Test.EICAR_HDB-1")


@pytest.mark.django_db
def test_a_scanner_that_is_down_keeps_the_file_shut_and_is_asked_again(declared, officer):
    stored = send(officer)
    scanning.sweep(grace=NO_GRACE)
    stored.refresh_from_db()
    assert (stored.scan_state, stored.scan_attempts) == ("unavailable", 1)
    assert "Personne ne répond" in stored.scan_note
    assert_shut(stored, 503)
    assert scanning.sweep(grace=NO_GRACE) == 0
    minutes_pass()
    with antivirus.scanner(antivirus.answers("stream: OK")) as url:
        declared.CLAMD_URL = url
        assert scanning.sweep(grace=NO_GRACE) == 1
    stored.refresh_from_db()
    assert (stored.scan_state, stored.scan_note) == ("clean", "")


@pytest.mark.django_db
def test_a_scanner_that_is_down_costs_the_sweep_one_attempt_not_one_a_file(declared, officer):
    for number in range(3):
        send(officer, files.pdf_bytes(pages=number + 1))
    assert scanning.sweep(grace=NO_GRACE) == 1


@pytest.mark.django_db
def test_a_fresh_file_is_left_to_the_workers_first(declared, officer):
    send(officer)
    assert scanning.sweep() == 0


@pytest.mark.django_db
def test_an_infected_file_is_put_aside_once(declared, officer):
    stored = send(officer, BAD)
    before = stored.file.name
    with antivirus.scanner(antivirus.answers("stream: Bad FOUND")) as url:
        declared.CLAMD_URL = url
        scanning.scan(stored.pk)
        scanning._quarantine(stored.pk, "Bad")
    stored.refresh_from_db()
    assert stored.file.name.startswith("quarantine/")
    assert stored.file.storage.exists(stored.file.name)
    assert stored.preview_state == "none"
    assert JournalEntry.objects.filter(action="quarantine_file").count() == 1
    assert before != stored.file.name
    assert_shut(stored, 403)


@pytest.mark.django_db(transaction=True)
def test_the_bytes_leave_their_first_place_with_the_verdict(declared, officer):
    stored = send(officer, BAD)
    before = stored.file.name
    scanning._quarantine(stored.pk, "Bad")
    assert not stored.file.storage.exists(before)


@pytest.mark.django_db
def test_scanning_declared_off_opens_files_and_a_scanner_declared_later_closes_them(settings, officer):
    settings.CLAMD_URL = ""
    stored = send(officer)
    assert stored.scan_state == "not_scanned"
    assert scanning.sweep(grace=NO_GRACE) == 0
    assert files.body_of(serve_upload(stored)) == GOOD
    with antivirus.scanner(antivirus.answers("stream: OK")) as url:
        settings.CLAMD_URL = url
        assert_shut(stored, 409)
        scanning.sweep(grace=NO_GRACE)
    stored.refresh_from_db()
    assert stored.is_open


@pytest.mark.django_db
def test_an_infected_file_stays_shut_when_scanning_is_declared_off(settings, officer):
    settings.CLAMD_URL = ""
    stored = send(officer)
    stored.scan_state = "infected"
    assert_shut(stored, 403)


@pytest.mark.django_db
def test_a_verdict_is_given_once(declared, officer):
    """A late worker that asks again changes nothing."""
    stored = send(officer)
    with antivirus.scanner(antivirus.answers("stream: OK")) as url:
        declared.CLAMD_URL = url
        scanning.scan(stored.pk)
    declared.CLAMD_URL = "tcp://127.0.0.1:9"
    minutes_pass()
    scanning.scan(stored.pk)
    scanning._record_no_verdict(stored.pk, "trop tard")
    stored.refresh_from_db()
    assert (stored.scan_state, stored.scan_attempts) == ("clean", 1)


@pytest.mark.django_db
def test_the_work_is_asked_for_after_the_commit_only(declared, officer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        send(officer)
    assert [callback.args[0] for callback in callbacks] == ["documents.scan"]
    declared.CLAMD_URL = ""
    with django_capture_on_commit_callbacks() as callbacks:
        send(officer)
    assert [callback.args[0] for callback in callbacks] == ["documents.preview"]
