"""The calendar of a wave: deadlines by the server's clock, traced amendments, steps in order."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from programme import waves
from programme.models import Wave, WaveAmendment
from programme.waves import BadCalendar
from tests import factories

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)


def amend(wave, officer, **changes):
    return waves.amend_wave(wave=wave, by=officer, reason="panne du service", **changes)


def test_the_window_includes_its_opening_and_excludes_its_closing(wave):
    assert not wave.accepts_deposit(wave.opens_at - SECOND)
    assert wave.accepts_deposit(wave.opens_at)
    assert wave.accepts_deposit(wave.closes_at - SECOND)
    assert not wave.accepts_deposit(wave.closes_at)


def test_the_window_in_sql_says_the_same(wave):
    for at in (wave.opens_at - SECOND, wave.opens_at, wave.closes_at - SECOND, wave.closes_at):
        assert Wave.objects.accepting_deposit(at).exists() == wave.accepts_deposit(at)


def test_an_amendment_keeps_before_after_reason_and_author(wave, officer):
    old, later = wave.closes_at, wave.closes_at + datetime.timedelta(days=7)
    amended = amend(wave, officer, closes_at=later, capacity=35)
    assert (amended.closes_at, amended.capacity) == (later, 35)
    rows = {row.field: row for row in wave.amendments.all()}
    assert set(rows) == {"closes_at", "capacity"}
    assert (rows["closes_at"].old, rows["closes_at"].new) == (old.isoformat(), later.isoformat())
    assert (rows["capacity"].old, rows["capacity"].new) == ("30", "35")
    assert all((row.reason, row.amended_by) == ("panne du service", officer) for row in rows.values())
    entry = JournalEntry.objects.get(action="amend_wave", subject_id=wave.pk)
    assert entry.details["changes"]["capacity"] == "35"


def test_amendments_are_append_only(wave, officer):
    amend(wave, officer, capacity=31)
    for write in (lambda: WaveAmendment.objects.update(reason="autre"), lambda: WaveAmendment.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_an_amendment_needs_a_reason_and_a_change(wave, officer):
    with pytest.raises(Refusal) as refused:
        waves.amend_wave(wave=wave, by=officer, reason="  ", capacity=31)
    assert refused.value.field == "reason"
    with pytest.raises(Refusal, match="Rien ne change"):
        amend(wave, officer, capacity=wave.capacity, closes_at=wave.closes_at)
    assert not wave.amendments.exists()


def test_shortening_to_now_closes_the_deposit_at_once(wave, officer):
    """The hour at which the form was opened means now, never an instant that is past."""
    now = timezone.now()
    amended = amend(wave, officer, closes_at=now - datetime.timedelta(minutes=9))
    assert now <= amended.closes_at <= timezone.now()
    assert not amended.accepts_deposit(timezone.now())
    assert waves.start_instruction(wave=wave, by=officer).state == "instruction"


def test_a_deadline_is_never_moved_into_the_past(wave, officer):
    with pytest.raises(BadCalendar) as refused:
        amend(wave, officer, closes_at=timezone.now() - datetime.timedelta(hours=1))
    assert refused.value.field == "closes_at"
    assert not wave.amendments.exists()


def test_a_deadline_that_passed_may_be_extended_while_nobody_has_started(wave, officer):
    after = wave.closes_at + datetime.timedelta(days=1)
    with time_machine.travel(after, tick=False):
        amended = amend(wave, officer, closes_at=after + datetime.timedelta(days=2))
        assert amended.accepts_deposit(timezone.now())


def test_the_window_is_fixed_once_instruction_has_started(wave, officer):
    amend(wave, officer, closes_at=timezone.now())
    waves.start_instruction(wave=wave, by=officer)
    with pytest.raises(Refusal, match="ne peut plus changer"):
        amend(wave, officer, closes_at=factories.days(3))
    assert amend(wave, officer, capacity=40).capacity == 40


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": 90}, "instruction_until"),
        ({"panel_on": 10}, "panel_on"),
        ({"announcement_on": 99}, "announcement_on"),
        ({"opens_at": 31}, "closes_at"),
    ],
)
def test_dates_follow_one_another(wave, officer, changes, field):
    values = {name: (factories.days if name.endswith("_at") else factories.day)(n) for name, n in changes.items()}
    with pytest.raises(BadCalendar) as refused:
        amend(wave, officer, **values)
    assert refused.value.field == field
    assert not wave.amendments.exists()


def test_the_database_keeps_the_window_in_order(wave):
    with pytest.raises(IntegrityError), transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(closes_at=wave.opens_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wave.objects.create(call=wave.call, number=wave.number)


def test_only_those_who_steer_amend_and_the_page_must_be_fresh(wave, officer, auditor):
    for person in (auditor, factories.applicant(), factories.finance_officer()):
        with pytest.raises(NotAllowed):
            waves.amend_wave(wave=wave, by=person, reason="x", capacity=31)
    seen = wave.version
    waves.amend_wave(wave=wave, by=officer, reason="x", capacity=31, version=seen)
    with pytest.raises(StalePage):
        waves.amend_wave(wave=wave, by=officer, reason="x", capacity=32, version=seen)
    with pytest.raises(ValueError, match="state"):
        waves.amend_wave(wave=wave, by=officer, reason="x", state="announced")


def test_a_wave_added_to_a_published_call_opens_at_its_dates(wave, officer):
    later = waves.plan_wave(call=wave.call, by=officer, opens_at=factories.days(40), closes_at=factories.days(70))
    assert (later.number, later.state) == (2, "collecting")
    assert not later.accepts_deposit(timezone.now())
    assert later.accepts_deposit(factories.days(50))


@pytest.mark.parametrize("fields", [{"capacity": 0}, {"panel_on": 1, "announcement_on": 0}])
def test_a_wave_is_planned_in_order(wave, officer, fields):
    fields = {name: value if name == "capacity" else factories.day(value) for name, value in fields.items()}
    with pytest.raises(BadCalendar):
        waves.plan_wave(call=wave.call, by=officer, **fields)
    assert wave.call.waves.count() == 1


def test_the_steps_come_in_order_each_by_who_may(wave, officer):
    decision_maker = factories.decision_maker()
    with pytest.raises(Refusal, match="Le dépôt est ouvert jusqu’au"):
        waves.start_instruction(wave=wave, by=officer)
    with pytest.raises(StalePage):
        waves.start_review(wave=wave, by=officer)
    amend(wave, officer, closes_at=timezone.now())
    for verb in (waves.start_instruction, waves.start_review, waves.start_deliberation):
        with pytest.raises(NotAllowed):
            verb(wave=wave, by=decision_maker)
        wave = verb(wave=wave, by=officer)
    with pytest.raises(NotAllowed):
        waves.mark_decided(wave=wave, by=officer)
    wave = waves.mark_decided(wave=wave, by=decision_maker)
    wave = waves.mark_announced(wave=wave, by=decision_maker, version=wave.version)
    assert wave.state == "announced"
    assert wave.announced_at
    with pytest.raises(StalePage):
        waves.mark_announced(wave=wave, by=decision_maker)
    assert JournalEntry.objects.filter(
        subject_type="programme.Wave", subject_id=wave.pk, to_state="announced"
    ).exists()


def test_a_step_from_an_old_page_is_refused(wave, officer):
    seen = wave.version
    amend(wave, officer, closes_at=timezone.now())
    with pytest.raises(StalePage):
        waves.start_instruction(wave=wave, by=officer, version=seen)


def test_a_lived_wave_cannot_be_recorded_as_past(wave):
    fresh = waves.plan_wave(call=factories.draft_call(), by=None)
    with pytest.raises(StalePage):
        fresh.move("record_past_announcement", by=None, announced_at=timezone.now())


def test_more_laureates_than_the_capacity_need_a_reason(wave, officer):
    assert waves.exceed_capacity(wave=wave, laureates=30, reason="", by=officer).capacity_exceeded_reason == ""
    with pytest.raises(Refusal, match="31 lauréats pour une capacité de 30"):
        waves.exceed_capacity(wave=wave, laureates=31, reason=" ", by=officer)
    waves.exceed_capacity(wave=wave, laureates=31, reason="Un territoire sans fabrique", by=officer)
    wave.refresh_from_db()
    assert wave.capacity_exceeded_reason == "Un territoire sans fabrique"
    assert wave.amendments.get().new == "31 lauréats"
