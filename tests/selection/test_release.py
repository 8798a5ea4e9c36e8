"""One moment for all, and one answer for each: a crash in the middle, two people, two pages that disagree."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from accounts.errors import Refusal, StalePage
from accounts.models import Notification
from applications.models import Application
from documents import requests
from documents.models import Document
from selection import letter_work
from selection.decisions import announce, sign_wave
from selection.models import Decision
from selection.outcomes import adopt, prepare
from tests import factories
from tests.documents.letters import REFUSAL
from tests.selection.conftest import build, delegate, make_letters, prepare_all

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="a session is ended by PostgreSQL")


def ready(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    make_letters(panel.wave)
    return panel


def apart(work):
    """Run in a thread with its own connection; the result, or what it raised."""
    try:
        return work()
    except (Refusal, OperationalError, IntegrityError) as error:
        return error
    finally:
        connections.close_all()


def together(*works):
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        return apart(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@POSTGRESQL
def test_a_crash_in_the_middle_of_the_announcement_releases_nothing_and_the_second_try_releases_all():
    panel = ready(build())
    pid, last = threading.Event(), panel.dossiers[-1]
    found = {}

    def announce_slowly():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found["pid"] = cursor.fetchone()[0]
        pid.set()
        return announce(wave=panel.wave, by=panel.signatory)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        # The last dossier is held: the announcement has released the others when its connection dies.
        Application.objects.select_for_update(of=("self",)).get(pk=last.pk)
        going = pool.submit(apart, announce_slowly)
        assert pid.wait(10)
        wait_until_blocked(found["pid"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [found["pid"]])
        assert isinstance(going.result(20), OperationalError)
    assert not Document.objects.filter(released_at__isnull=False, kind__endswith="_letter").exists()
    assert set(Decision.objects.values_list("state", flat=True)) == {"signed"}
    assert not Notification.objects.filter(key__startswith="decision:").exists()
    assert announce(wave=panel.wave, by=panel.signatory) == 4
    released = Document.objects.filter(kind__endswith="_letter").values_list("released_at", flat=True)
    assert len(set(released)) == 1


def wait_until_blocked(pid, tries=400):
    with connection.cursor() as cursor:
        for _ in range(tries):
            cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [pid])
            if cursor.fetchone() == ("Lock",):
                return
            cursor.execute("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()")
    raise AssertionError("the announcement did not come to the dossier that is held")


def test_two_officers_and_a_second_click_release_once():
    panel = ready(build())
    other = factories.decision_maker()
    delegate(other, panel.wave)
    version = factories.fresh(panel.wave).version
    clicks = [panel.signatory, panel.signatory, other]
    results = together(*(lambda who=who: announce(wave=panel.wave, by=who, version=version) for who in clicks))
    assert sorted(type(one).__name__ for one in results) == ["StalePage", "StalePage", "int"]
    assert len(set(Document.objects.filter(kind__endswith="_letter").values_list("released_at", flat=True))) == 1
    assert Notification.objects.filter(key__startswith="decision:").values("key").distinct().count() == 4


def test_a_stale_page_does_not_prepare_the_opposite_of_what_is_signed():
    panel = ready(build())
    laureate = panel.dossiers[0]
    with pytest.raises(Refusal):
        prepare(application=laureate, outcome="not_retained", ground="Hors sujet.", by=panel.officer)
    assert Decision.objects.get(application=laureate).act == "award"


def test_opposite_decisions_written_at_the_same_instant_leave_one():
    """Whatever a page or a script tries: the database holds one standing decision for a dossier in its wave."""
    panel = build()
    dossier = panel.dossiers[0]

    def write(ground):
        with transaction.atomic():
            return Decision.objects.create(application=dossier, wave=panel.wave, act="refusal", ground=ground)

    def wait_list():
        with transaction.atomic():
            return Decision.objects.create(application=dossier, wave=panel.wave, act="waitlist", rank=1)

    results = together(lambda: write("Hors sujet."), wait_list, lambda: write("Trop tard."))
    refused = [one for one in results if isinstance(one, IntegrityError | OperationalError)]
    assert len(refused) == 2
    assert Decision.objects.filter(application=dossier).count() == 1


def test_a_decision_never_has_a_second_letter_that_says_otherwise():
    panel = ready(build())
    award = Decision.objects.filter(act="award").first()
    with pytest.raises(IntegrityError, match=r"document_one_answer_per_decision|UNIQUE"), transaction.atomic():
        requests.request(
            kind="refusal_letter", subject_type="selection.Decision", subject_id=award.pk, facts=REFUSAL,
            by=panel.signatory,
        )  # fmt: skip
    assert Document.objects.about(award).count() == 1


def test_a_pause_and_a_resume_at_once_leave_the_wave_whole():
    panel = prepare_all(build())
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    together(
        *(
            lambda act=act: act(wave=panel.wave, by=panel.officer)
            for act in (letter_work.pause, letter_work.resume) * 2
        )
    )
    paused = Document.objects.filter(kind__endswith="_letter", paused_at__isnull=False).count()
    assert paused in (0, 4)


def test_two_signatures_of_a_page_that_changed_sign_nothing():
    panel = prepare_all(build())
    adopt(wave=panel.wave, by=panel.officer)
    results = together(*(lambda: sign_wave(wave=panel.wave, by=panel.signatory, digest="0" * 64) for _ in range(2)))
    assert {type(one) for one in results} == {StalePage}
    assert not Decision.objects.exists()
