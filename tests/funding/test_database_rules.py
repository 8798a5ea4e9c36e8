"""What the database itself refuses, on both engines, whoever asks: checks, unique keys, triggers and their holes."""

import datetime

import pytest
from django.core import checks
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts import database
from funding.models import (
    Account,
    Agreement,
    Award,
    DayTotal,
    Draw,
    Instalment,
    Kind,
    MonthTotal,
    Movement,
    Posting,
    Schedule,
    ScheduleYear,
)
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today

pytestmark = pytest.mark.django_db
TOMORROW = datetime.timedelta(days=1)


def refused(action, error=IntegrityError):
    with pytest.raises(error), transaction.atomic():
        action()
    return True


def posting(line, key="raw", **fields):
    values = {"kind": "open", "effective_on": today(), "act": "Acte", "fingerprint": "x", "movement_count": 1}
    return Posting.objects.create(key=key, **{**values, **fields})


def account(kind, line, **fields):
    return Account.objects.create(kind=kind, line=line, fiscal_year=today().year, **fields)


def movement(origin, destination, **fields):
    values = {"amount_cents": 1, "effective_on": today(), "rank": 1}
    return Movement(from_account=origin, to_account=destination, **{**values, **fields})


@pytest.fixture
def opened(line):
    """1 000 cents opened: (source, opened) accounts."""
    make.open_credits(line, "ae", 1000)
    return Account.objects.get(kind=Kind.AE_SOURCE), Account.objects.get(kind=Kind.AE_OPENED)


# --- Accounts ----------------------------------------------------------------------------------------------------


def test_no_account_falls_below_zero_even_without_the_ledger(line, opened):
    source, account_ = opened
    raw = posting(line)
    assert refused(lambda: movement(account_, source, posting=raw, amount_cents=1001).save())
    movement(account_, source, posting=raw, amount_cents=1000).save()
    account_.refresh_from_db()
    assert account_.balance_cents == 0


def test_an_account_opens_empty(line):
    assert refused(lambda: account(Kind.AE_OPENED, line, balance_cents=5))


def test_a_balance_moves_only_with_a_movement(opened):
    source, account_ = opened
    for cents in (999, 1001, 10_000):
        assert refused(lambda c=cents: Account.objects.filter(pk=account_.pk).update(balance_cents=c))
    assert refused(lambda: Account.objects.filter(pk=source.pk).update(balance_cents=0))


def test_what_an_account_holds_is_fixed(line, opened):
    other = make.make_line(line.programme)
    for change in ({"kind": Kind.AE_FROZEN}, {"line": other}, {"fiscal_year": 1999}):
        assert refused(lambda c=change: Account.objects.filter(pk=opened[1].pk).update(**c))
    assert refused(lambda: opened[1].delete())


def test_one_account_a_slot(line, committed):
    for fields in ({"kind": Kind.AE_OPENED}, {"kind": Kind.AE_COMMITTED, "award": committed}):
        Account.objects.get_or_create(line=line, fiscal_year=today().year, **fields)
        assert refused(lambda f=fields: account(f["kind"], line, award=f.get("award")))


def test_an_account_carries_an_award_where_one_is_due(line, committed):
    assert refused(lambda: account(Kind.CP_PAID, line))
    assert refused(lambda: account(Kind.CP_FROZEN, line, award=committed))


# --- Postings and movements --------------------------------------------------------------------------------------


def test_one_posting_a_key(line):
    posting(line)
    assert refused(lambda: posting(line))


def test_a_posting_is_not_in_the_future_and_moves_something(line):
    assert refused(lambda: posting(line, effective_on=today() + TOMORROW))
    assert refused(lambda: posting(line, movement_count=0))


@pytest.mark.parametrize("fields", [{"amount_cents": 0}, {"amount_cents": -1}, {"rank": 0}, {"effective_on": None}])
def test_what_a_movement_may_be(line, opened, fields):
    source, account_ = opened
    if fields.get("effective_on", 0) is None:
        fields = {"effective_on": today() - TOMORROW}
    assert refused(lambda: movement(source, account_, posting=posting(line), **fields).save())


def test_a_movement_goes_from_one_account_to_another(line, opened):
    assert refused(lambda: movement(opened[0], opened[0], posting=posting(line)).save())


def test_no_movement_is_slipped_into_a_posting_of_the_past(line, opened):
    """It would change what we knew that day."""
    known = Posting.objects.get()
    assert refused(lambda: movement(*opened, posting=known, rank=2).save())
    assert refused(lambda: movement(*opened, posting=known, rank=1).save())


@pytest.mark.parametrize("model", [Posting, Movement, Draw])
def test_written_once(committed, model):
    rows = model.objects.filter(pk=model.objects.first().pk)
    field = {Posting: {"act": "autre"}, Movement: {"amount_cents": 7}, Draw: {"cents": 7}}[model]
    assert refused(lambda: rows.update(**field))
    assert refused(lambda: rows._raw_delete(rows.db))


KEPT = [Account, Award, Schedule, ScheduleYear, Instalment, Agreement]


@pytest.mark.parametrize("model", KEPT)
def test_never_deleted(in_force, model):
    rows = model.objects.filter(pk=model.objects.first().pk)
    assert refused(lambda: rows._raw_delete(rows.db))


@pytest.mark.parametrize("model", [Posting, Movement, Draw, *KEPT])
def test_never_truncated(in_force, model):
    if connection.vendor == "sqlite":
        # SQLite has no TRUNCATE: emptying is a DELETE, row by row.
        assert refused(lambda: connection.cursor().execute(f"DELETE FROM {model._meta.db_table}"))
    else:
        connection.check_constraints()
        assert refused(lambda: connection.cursor().execute(f"TRUNCATE {model._meta.db_table} CASCADE"))


@pytest.mark.parametrize("table", ["funding_posting", "funding_movement"])
def test_no_upsert_goes_round_the_triggers(opened, table):
    """SQLite's REPLACE deletes without the DELETE trigger, unless `recursive_triggers` is on."""
    cursor = connection.cursor()
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    else:
        statement = f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id"
    assert refused(lambda: cursor.execute(statement))


@pytest.mark.parametrize(("model", "name"), [(DayTotal, "total du jour"), (MonthTotal, "total du mois")])
def test_totals_are_kept_by_the_movements(opened, model, name):
    total = model.objects.get()
    assert total.cents == 1000
    if connection.vendor == "postgresql":
        assert refused(lambda: model.objects.update(cents=1))
        assert refused(lambda: model.objects.all()._raw_delete("default"))
    else:
        from funding.reconciliation import differences

        model.objects.update(cents=1)
        assert any(name in sentence for sentence in differences())


# --- The holes ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_lost_trigger_is_seen_and_comes_back(line):
    """Django's SQLite table rebuild drops triggers: a check sees it, `migrate` puts them back."""
    lose_triggers()
    assert "funding_movement_apply" in database.missing(connection)
    (error,) = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert error.id == "accounts.E001"
    assert "funding_movement_apply" in error.msg
    database.install_after_migrate(using="default")
    assert database.missing(connection) == []
    assert checks.run_checks(tags=[checks.Tags.database], databases=["default"]) == []
    make.open_credits(line, "ae", 1000)
    assert Account.objects.get(kind=Kind.AE_OPENED).balance_cents == 1000


def lose_triggers():
    if connection.vendor == "sqlite":
        database.make_room_before_migrate(using="default")
        with connection.schema_editor() as editor:
            editor._remake_table(Movement)
    else:
        connection.cursor().execute("DROP TRIGGER funding_movement_apply ON funding_movement")


# --- Awards and schedules ----------------------------------------------------------------------------------------


def test_the_amount_of_an_award_is_fixed_and_within_its_bounds(committed):
    rows = Award.objects.filter(pk=committed.pk)
    for field in ("total_cents", "min_cents", "max_cents", "year_cap_cents"):
        assert refused(lambda f=field: rows.update(**{f: 5}))
    assert refused(lambda: raw_award(committed, total_cents=GRANT + 1))
    assert refused(lambda: raw_award(committed, total_cents=0))


def raw_award(like, **fields):
    values = {field.attname: getattr(like, field.attname) for field in Award._meta.concrete_fields}
    for name in ("id", "public_id", "state", "committed_on"):
        values.pop(name)
    wave = make.make_wave(like.wave.call.programme, number=2)
    application = make.make_application(wave)
    values |= {"wave_id": wave.pk, "application_id": application.pk, "fabrique_id": application.fabrique_id}
    return Award.objects.create(**values | fields)


def test_one_live_award_a_dossier_and_a_place_in_a_wave(committed):
    assert refused(lambda: raw_award(committed, application_id=committed.application_id))
    assert refused(lambda: raw_award(committed, fabrique_id=committed.fabrique_id, wave_id=committed.wave_id))


def test_only_a_reconstruction_has_no_dossier(committed):
    assert refused(lambda: raw_award(committed, application_id=None))
    raw_award(committed, application_id=None, origin="reconstruction")


def test_a_committed_award_has_its_date(committed):
    assert refused(lambda: Award.objects.filter(pk=committed.pk).update(committed_on=None))


def test_a_draw_is_positive_and_once(committed, line):
    other = make.make_line(line.programme)
    assert refused(lambda: Draw.objects.create(award=committed, line=other, fiscal_year=2026, cents=0))
    known = committed.draws.get()
    assert refused(lambda: Draw.objects.create(award=committed, line=line, fiscal_year=known.fiscal_year, cents=1))


def test_a_schedule_in_force_plans_exactly_the_award(committed):
    draft = Schedule.objects.create(award=committed, number=2, total_cents=GRANT)
    assert refused(lambda: Schedule.objects.filter(pk=draft.pk).update(state="current"))
    assert refused(lambda: Schedule.objects.filter(award=committed, number=1).update(total_cents=1))
    assert refused(lambda: Schedule.objects.create(award=committed, number=2, total_cents=1))
    assert refused(lambda: Schedule.objects.create(award=committed, number=3, total_cents=0, state="current"))


def test_a_year_stays_under_its_cap(committed):
    year = ScheduleYear.objects.filter(schedule__award=committed).first()
    assert year.planned_cents == year.cap_cents == CAP
    add = {"schedule_year": year, "award": committed, "kind": "interim", "condition": "", "expected_on": today()}
    assert refused(lambda: Instalment.objects.create(number=9, cents=1, **add))
    assert refused(lambda: Instalment.objects.create(number=1, cents=1, **add))
    assert refused(lambda: ScheduleYear.objects.create(schedule=year.schedule, year=year.year, cap_cents=CAP))


# --- Instalments -------------------------------------------------------------------------------------------------


@pytest.fixture
def instalment(in_force):
    """Planned: its award is notified and its agreement signed by both, so that it may be owed."""
    return in_force.instalments.get(number=2)


def steps(people):
    day = today()
    return {
        "due": {"due_on": day, "due_at": timezone.now()},
        "certified": {"certified_on": day, "certified_by": people[0]},
        "ordered": {"ordered_on": day, "ordered_by": people[1], "cp_year": day.year},
        "paid": {"paid_on": day, "paid_recorded_by": people[2], "chorus_reference": "DP-1"},
    }


def up_to(state, people):
    """The fields of an instalment that went as far as `state`."""
    fields = {}
    for name, values in steps(people).items():
        fields |= values
        if name == state:
            return fields | {"state": state}


def write(instalment, fields):
    Instalment.objects.filter(pk=instalment.pk).update(**fields)


@pytest.mark.parametrize("state", ["due", "certified", "ordered", "paid"])
def test_each_state_has_its_facts(instalment, finance, state):
    write(instalment, up_to(state, finance))
    for name in steps(finance)[state]:
        if name != "due_at":
            assert refused(lambda n=name: write(instalment, {n: None})), name


def test_three_people(instalment, finance):
    ada, blaise, _ = finance
    for people in ([ada, ada, blaise], [ada, blaise, ada], [ada, blaise, blaise]):
        assert refused(lambda p=people: write(instalment, up_to("paid", p)))
    write(instalment, up_to("paid", finance))


def test_the_dates_follow_each_other(instalment, finance):
    write(instalment, up_to("paid", finance))
    before = today() - TOMORROW
    for field in ("certified_on", "ordered_on", "paid_on"):
        assert refused(lambda f=field: write(instalment, {f: before})), field


def test_a_chorus_reference_may_pay_two_instalments_and_is_never_empty(instalment, finance):
    write(instalment, up_to("paid", finance))
    second = instalment.award.instalments.get(number=3)
    write(second, up_to("paid", finance))
    assert refused(lambda: write(second, up_to("paid", finance) | {"chorus_reference": ""}))


def test_what_an_instalment_pays_is_fixed(instalment):
    other = instalment.award.instalments.get(number=3)
    for change in ({"cents": 1}, {"schedule_year": other.schedule_year}):
        assert refused(lambda c=change: write(instalment, c))


def test_an_agreement_in_force_is_signed_by_both_in_order(in_force):
    rows = Agreement.objects.filter(award=in_force)
    assert refused(lambda: rows.update(state_signed_on=None))
    assert refused(lambda: rows.update(state_signed_on=today() - TOMORROW))
    assert refused(lambda: rows.update(beneficiary_signed_on=today() - TOMORROW))


# --- The models of this floor hide nothing -----------------------------------------------------------------------


def test_decided_things_are_protected():
    """Deleting a person, a dossier or a line never takes money away with it."""
    from django.apps import apps

    cascades = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("funding").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert cascades == []
