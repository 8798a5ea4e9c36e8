"""The legal clock (CRPA L231-4, L114-5): what stops it, what does not, and the refusal noted once at its date."""

import datetime
import threading

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import JournalEntry
from applications import admissibility, clocks, drafting, outcomes, silence
from applications.models import Application, CorrectionRequest
from tests import factories
from tests.applications import review_steps, web

DAY = datetime.timedelta(days=1)
START = datetime.date(2027, 1, 12)


def noon(day):
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=timezone.get_default_timezone())


# --- Arithmetic -------------------------------------------------------------------------------------------------

# Requests in a row: days before, days allowed, days until the answer (None: never), required pieces or not.
REQUESTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 40), st.none() | st.integers(0, 60), st.booleans()), max_size=5
)


def live(requests, notice):
    """The life of one clock, and the days it lost. `notice`: days until somebody sees that a deadline passed."""
    application = Application(implied_rejection_on=clocks.months_after(START, 2))
    today, lost = START, 0
    for wait, allowed, answer, required in requests:
        today += wait * DAY
        asked = CorrectionRequest(due_at=noon(today + allowed * DAY))
        began = clocks.suspended_from(application, today) if required else None
        application.clock_suspended_on = began
        answered = answer is not None and answer < allowed
        stopped = answer if answered else allowed
        clocks.resume(application, asked, noon(today + (stopped if answered else allowed + notice) * DAY))
        lost += stopped if began else 0
        today += (stopped if answered else allowed + notice) * DAY
    return application, lost


@given(REQUESTS)
def test_the_refusal_comes_later_by_the_days_that_the_clock_stood_still(requests):
    application, lost = live(requests, notice=0)
    assert application.clock_suspended_on is None
    assert application.implied_rejection_on == clocks.months_after(START, 2) + lost * DAY


@given(REQUESTS)
def test_a_request_for_better_quality_changes_nothing(requests):
    application, _ = live([(*one[:3], False) for one in requests], notice=0)
    assert application.implied_rejection_on == clocks.months_after(START, 2)


@given(st.integers(1, 40), st.integers(0, 50))
def test_it_does_not_matter_when_somebody_sees_that_the_deadline_passed(allowed, notice):
    requests = [(3, allowed, None, True)]
    assert live(requests, notice)[0].implied_rejection_on == live(requests, 0)[0].implied_rejection_on


@given(st.dates(datetime.date(2020, 1, 1), datetime.date(2090, 1, 1)), st.integers(0, 24))
def test_months_are_those_of_the_calendar(day, months):
    later = clocks.months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + DAY).day == 1


# --- Requests ---------------------------------------------------------------------------------------------------


@pytest.fixture
def officer():
    return factories.officer()


def ask(application, officer, **fields):
    return admissibility.request_correction(
        **{"application": application, "items": "Le bail", "due_at": factories.days(10), "by": officer} | fields
    )


@pytest.mark.django_db
def test_a_request_for_better_quality_leaves_the_clock_running(officer):
    application = factories.submitted()
    before = application.implied_rejection_on
    asked = ask(application, officer, suspends_clock=False)
    application = factories.fresh(application)
    assert not asked.suspends_clock and application.clock_suspended_on is None
    mail = admissibility.correction_mail(application, asked)[1]
    assert "n’arrêtent pas le compte à rebours" in mail
    assert "pièces obligatoires" in admissibility.correction_mail(*required(officer))[1]
    admissibility.answer_correction(application=application, by=application.created_by, at=timezone.now() + 4 * DAY)
    assert factories.fresh(application).implied_rejection_on == before


def required(officer):
    application = factories.submitted()
    asked = ask(application, officer)
    return factories.fresh(application), asked


@pytest.mark.django_db
def test_the_officer_says_which_kind_of_request_it_is(officer):
    application = factories.submitted()
    data = {
        "demande-items": "Des photos",
        "demande-due_at": factories.day(9).isoformat(),
        "demande-suspends_clock": "0",
    }
    answer = web.post(web.signed_in(officer), web.staff_url(application, "demander/"), data, follow=True)
    assert "l’horloge continue" in web.text(answer) and "Précisions demandées" in web.text(answer)
    assert factories.fresh(application).clock_suspended_on is None


@pytest.mark.django_db
def test_a_deadline_that_passes_lets_the_clock_run_again_by_itself_once(officer):
    application, asked = required(officer)
    version, before = application.version, application.implied_rejection_on
    later = asked.due_at + 3 * DAY
    assert silence.sweep(now=asked.due_at - DAY) == (0, 0)
    assert silence.sweep(now=later) == (1, 0) and silence.sweep(now=later) == (0, 0)
    application = factories.fresh(application)
    assert application.state == "correction_requested" and application.clock_suspended_on is None
    assert application.implied_rejection_on == before + 10 * DAY
    # Nobody's page became stale because a day passed.
    assert application.version == version
    assert JournalEntry.objects.filter(action="resume_clock").count() == 1
    CorrectionRequest.objects.filter(pk=asked.pk).update(due_at=timezone.now() - DAY)
    admissibility.close_correction(application=application, by=officer)
    assert factories.fresh(application).implied_rejection_on == before + 10 * DAY


# --- The refusal, a fact ----------------------------------------------------------------------------------------


def after_silence(application):
    return noon(application.implied_rejection_on)


@pytest.mark.django_db
def test_silence_is_noted_once_at_its_date_and_stops_nothing(officer):
    application = factories.submitted()
    day = after_silence(application)
    assert silence.sweep(now=day - DAY) == (0, 0)
    assert [silence.sweep(now=day), silence.sweep(now=day + DAY)] == [(0, 1), (0, 0)]
    entry = JournalEntry.objects.get(action="implied_rejection")
    assert entry.actor is None and entry.details == {"on": application.implied_rejection_on.isoformat()}
    application = factories.fresh(application)
    assert application.state == "submitted" and application.implied_rejection_noted_at == day
    staff = web.text(web.signed_in(officer).get(web.staff_url(application)))
    assert "Rejet implicite né le" in staff and "une attribution, reste possible" in staff
    mine = web.text(web.signed_in(application.created_by).get(web.url(application)))
    assert "notre silence vaut refus" in mine and "une réponse favorable reste possible" in mine
    asked = ask(application, officer)
    assert asked.suspends_clock and factories.fresh(application).clock_suspended_on is None


@pytest.mark.django_db
def test_an_award_stays_possible_after_the_silence():
    application, assignments = review_steps.sent_dossier()
    for assignment in assignments:
        review_steps.give(assignment)
    assert silence.sweep(now=after_silence(application)) == (0, 1)
    outcomes.publish(application=application, act="award", by=None, at=timezone.now())
    application = factories.fresh(application)
    assert application.state == "awarded" and application.implied_rejection_noted_at
    assert "Rejet implicite" not in web.text(web.signed_in(factories.officer()).get(web.staff_url(application)))


@pytest.mark.django_db
@pytest.mark.parametrize("ended", ["withdrawn", "inadmissible"])
def test_what_was_answered_or_given_up_is_not_silence(ended, officer):
    application = factories.submitted()
    if ended == "withdrawn":
        drafting.withdraw(application=application, by=application.created_by)
    else:
        admissibility.reject_as_inadmissible(application=application, by=officer, ground="Hors zone")
    assert silence.sweep(now=after_silence(application) + DAY) == (0, 0)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_note_it_once():
    application = factories.submitted()
    day, barrier, noted = after_silence(application), threading.Barrier(8), []

    def work():
        barrier.wait()
        noted.append(silence.sweep(now=day)[1])
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(noted) == 1 and JournalEntry.objects.filter(action="implied_rejection").count() == 1


@pytest.mark.django_db
def test_staff_are_warned_when_the_announcement_comes_after_the_silence(officer):
    wave = factories.wave(
        closes_at=factories.days(1), instruction_until=factories.day(10), reviews_due_on=factories.day(20),
        panel_on=factories.day(25), announcement_on=factories.day(30),
    )  # fmt: skip
    application = factories.submitted(wave_=wave)
    quiet = silence.silence_of_wave(wave)
    assert not quiet.warns and not list(quiet.sentences())
    type(wave).objects.filter(pk=wave.pk).update(announcement_on=application.implied_rejection_on + DAY)
    wave = factories.fresh(wave)
    found = silence.silence_of_wave(wave)
    assert (found.before, found.earliest) == (1, application.implied_rejection_on)
    page = web.text(web.signed_in(officer).get(f"/pilotage/vagues/{wave.public_id}/"))
    assert "1 dossier sera refusé par notre silence avant" in page
    board = web.text(web.signed_in(officer).get("/pilotage/"))
    assert "L’annonce vient après : deux mois de silence valent refus" in board
    silence.sweep(now=after_silence(application))
    assert "refus est né" in " ".join(silence.silence_of_wave(wave).sentences())
    assert "Rejet implicite né : une décision reste possible" in web.text(web.signed_in(officer).get("/pilotage/"))
