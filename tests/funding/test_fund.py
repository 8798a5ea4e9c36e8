"""The investment fund: what may happen to an instrument, in which order, up to how much; beside the grants."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import LegalForm, Role
from funding.envelopes import investing, standing
from funding.envelopes.acts import record_act
from funding.envelopes.endowment import EndowmentFundRefused
from funding.models import Account, Act, Fund, Instrument, InstrumentEvent
from funding.positions import grants_committed
from tests.funding import conftest as make
from tests.funding.conftest import GRANT, today

pytestmark = pytest.mark.django_db
E = InstrumentEvent.Kind
DAY = datetime.timedelta(days=1)


def act(number="R-1"):
    return record_act(kind=Act.Kind.STATEMENT, number=number, dated_on=today(), by=None)


@pytest.fixture
def fund(line):
    return investing.open_fund(
        programme=line.programme, name="Fonds tiers-lieux", manager="Un gestionnaire", size_cents=50_000_000_00,
        act=act("F-1"), by=None,
    )  # fmt: skip


def engaged(fund, kind="equity", cents=1000, label="Prise de participation", **extra):
    values = {"kind": kind, "label": label, "cents": cents, "on": today() - 100 * DAY, **extra}
    return investing.engage(fund=fund, act=act("C-1"), by=None, **values)


def happen(instrument, kind, cents, *, days=10, key=None):
    return investing.record_event(
        instrument=instrument, kind=kind, on=today() - days * DAY, cents=cents, act=act(), by=None,
        key=key or f"{instrument.pk}:{kind}:{cents}:{days}",
    )  # fmt: skip


def now(instrument, day=None):
    return standing.standings_of([instrument], day or today())[instrument.pk]


def test_equity_is_called_valued_distributed_and_left(fund):
    share = engaged(fund)
    happen(share, E.CALL, 400, days=90)
    happen(share, E.CALL, 500, days=80)
    happen(share, E.VALUATION, 1200, days=70)
    happen(share, E.VALUATION, 1100, days=60)
    happen(share, E.INCOME, 50, days=50)
    at = now(share)
    assert [at.called_cents, at.income_cents, at.outstanding_cents] == [900, 50, 900]
    assert [at.value_cents, at.valued_on] == [1100, today() - 60 * DAY]
    assert now(share, today() - 65 * DAY).value_cents == 1200
    happen(share, E.EXIT, 1500, days=20)
    at = now(share)
    assert [at.repaid_cents, at.income_cents, at.lost_cents, at.value_cents, at.ended] == [900, 650, 0, 0, True]
    share.refresh_from_db()
    assert [share.repaid_cents, share.income_cents, share.ended_on] == [900, 650, today() - 20 * DAY]
    with pytest.raises(Refusal, match="est terminé"):
        happen(share, E.INCOME, 1)


def test_an_exit_below_its_cost_is_a_loss(fund):
    share = engaged(fund)
    happen(share, E.CALL, 900)
    happen(share, E.EXIT, 300, days=1)
    assert [now(share).repaid_cents, now(share).lost_cents, now(share).outstanding_cents] == [300, 600, 0]


def test_what_cannot_be_is_told_in_a_sentence(fund):
    share, loan = engaged(fund), engaged(fund, "loan", label="Prêt")
    happen(share, E.CALL, 900)
    happen(loan, E.CALL, 900)
    for instrument, kind, cents, days, sentence in (
        (share, E.CALL, 101, 10, "Il reste"),
        (share, E.REPAYMENT, 1, 10, "ne va pas à un instrument"),
        (loan, E.VALUATION, 1, 10, "ne va pas à un instrument"),
        (loan, E.REPAYMENT, 901, 10, "capital dehors"),
        (share, E.LOSS, 901, 10, "capital dehors"),
        (share, E.INCOME, 0, 10, "positif"),
        (share, E.INCOME, -5, 10, "positif"),
        (share, E.INCOME, 5, 101, "avant le contrat"),
        (share, E.INCOME, 5, -1, "à venir"),
    ):
        with pytest.raises(Refusal, match=sentence):
            happen(instrument, kind, cents, days=days, key="never")
    assert InstrumentEvent.objects.count() == 2


def test_a_fact_is_recorded_once(fund):
    share = engaged(fund)
    assert happen(share, E.CALL, 10, key="k") == happen(share, E.CALL, 10, key="k")
    with pytest.raises(Refusal, match="autre contenu"):
        happen(share, E.CALL, 11, key="k")
    assert now(share).called_cents == 10


def test_a_page_read_before_the_last_fact_records_nothing(fund):
    share = engaged(fund)
    happen(share, E.CALL, 10)
    with pytest.raises(StalePage, match="depuis que vous avez ouvert"):
        investing.record_event(
            instrument=share, kind=E.CALL, on=today(), cents=10, act=act(), by=None, key="stale", expected_events=0
        )
    investing.record_event(
        instrument=share, kind=E.CALL, on=today(), cents=10, act=act(), by=None, key="fresh", expected_events=1
    )
    assert now(share).called_cents == 20


def test_a_mistake_is_taken_back_and_stays_readable(fund):
    share = engaged(fund)
    wrong = happen(share, E.CALL, 700)
    happen(share, E.LOSS, 300, days=5)
    with pytest.raises(Refusal, match="reposent sur celui-ci"):
        investing.correct_event(event=wrong, act=act(), by=None, key="c0")
    value = happen(share, E.VALUATION, 10)
    correction = investing.correct_event(event=value, act=act(), by=None, key="c")
    assert investing.correct_event(event=value, act=act(), by=None, key="c") == correction
    assert now(share).value_cents is None
    for event in (value, correction):
        with pytest.raises(Refusal, match="déjà corrigé"):
            investing.correct_event(event=event, act=act(), by=None, key="d")
    assert share.events.count() == 4


def test_the_fund_never_engages_more_than_its_size(fund):
    engaged(fund, cents=fund.size_cents - 5)
    with pytest.raises(Refusal, match="il reste"):
        engaged(fund, cents=6, label="De trop")
    engaged(fund, cents=5, label="Juste")
    with pytest.raises(Refusal, match="existe déjà"):
        investing.open_fund(programme=fund.programme, name=fund.name, manager="x", size_cents=1, act=act(), by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Instrument.objects.create(fund=fund, kind="loan", label="brut", engaged_cents=1, engaged_on=today(), act=act())


def test_the_database_refuses_what_makes_no_sense(fund):
    share = engaged(fund, cents=10)

    def raw(**fields):
        values = {"instrument": share, "kind": "call", "happened_on": today(), "cents": 1, "act": act()}
        InstrumentEvent.objects.create(**{**values, **fields})

    raw(key="a", cents=10)
    for number, fields in enumerate(
        ({"cents": 1}, {"kind": "repayment", "cents": 11}, {"kind": "loss", "cents": 11}, {"cents": 0}, {"cents": -1})
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            raw(key=f"b{number}", **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        InstrumentEvent.objects.update(cents=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Instrument.objects.filter(pk=share.pk).update(engaged_cents=99)
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(size_cents=1)


def test_a_loan_is_repaid_by_its_schedule(fund):
    loan = engaged(fund, "loan", label="Prêt")
    happen(loan, E.CALL, 1000, days=90)
    first, second = today() - 30 * DAY, today() + 30 * DAY
    for dues, sentence in (
        ([(first, 400, 0)], "tomber juste"),
        ([(second, 500, 0), (first, 500, 0)], "dans l’ordre"),
        ([], "dans l’ordre"),
    ):
        with pytest.raises(Refusal, match=sentence):
            investing.plan_repayments(instrument=loan, dues=dues, by=None)
    investing.plan_repayments(instrument=loan, dues=[(first, 1000, 0)], by=None)
    investing.plan_repayments(instrument=loan, dues=[(first, 400, 20), (second, 600, 10)], by=None)
    happen(loan, E.REPAYMENT, 300, days=20)
    assert [(covered, state) for _, covered, state in standing.dues_on(loan, today())] == [
        (300, "late"), (0, "expected")
    ]  # fmt: skip
    happen(loan, E.REPAYMENT, 100, days=10)
    assert standing.dues_on(loan, today())[0][2] == "paid"
    with pytest.raises(Refusal, match="prêt ou à une avance"):
        investing.plan_repayments(instrument=engaged(fund), dues=[(first, 1000, 0)], by=None)


def test_the_fund_is_never_an_ae_a_cp_or_a_grant(fund, committed):
    before = Account.objects.count()
    happen(engaged(fund), E.CALL, 900)
    assert Account.objects.count() == before
    assert grants_committed(today()) == GRANT
    (found,) = standing.funds_on(today())
    assert [found.engaged_cents, found.called_cents, found.left_cents] == [1000, 900, fund.size_cents - 1000]
    assert standing.funds_on(today() - 101 * DAY)[0].engaged_cents == 0


def test_only_finance_records_and_no_endowment_fund_without_derogation(fund):
    with pytest.raises(NotAllowed):
        investing.open_fund(
            programme=fund.programme, name="x", manager="x", size_cents=1, act=act(), by=make.make_user(Role.OFFICER)
        )
    organisation = make.make_organisation()
    organisation.legal_form = LegalForm.ENDOWMENT_FUND
    with pytest.raises(EndowmentFundRefused):
        engaged(fund, organisation=organisation)


def test_what_was_not_known_yet_is_not_counted(fund):
    """« Connu au »: what happened long ago and was told today stands in no figure known yesterday."""
    share, yesterday = engaged(fund), today() - DAY
    happen(share, E.CALL, 400, days=90)
    assert now(share).called_cents == 400
    assert standing.standings_of([share], today(), known_on=today())[share.pk].called_cents == 400
    assert standing.standings_of([share], today(), known_on=yesterday)[share.pk].called_cents == 0
    assert standing.funds_on(today(), known_on=yesterday) == []
    Fund.objects.update(recorded_at=None)
    (found,) = standing.funds_on(today(), known_on=yesterday)
    assert (found.instruments, found.engaged_cents) == ([], 0)
    Instrument.objects.update(recorded_at=None)
    (found,) = standing.funds_on(today(), known_on=yesterday)
    assert (found.engaged_cents, found.called_cents) == (1000, 0)


def test_a_schedule_fixed_today_was_not_known_yesterday(fund):
    loan = engaged(fund, kind="loan", label="Prêt")
    investing.plan_repayments(instrument=loan, dues=[(today() + DAY, 1000, 0)], by=None)
    assert len(standing.dues_on(loan, today(), known_on=today())) == 1
    assert standing.dues_on(loan, today(), known_on=today() - DAY) == []


def test_the_pages_of_the_fund_take_both_dates(fund, client):
    client.force_login(make.make_user(Role.AUDITOR))
    share, yesterday = engaged(fund), (today() - DAY).isoformat()
    happen(share, E.CALL, 400, days=90)
    said = [client.get(f"/pilotage/budget/fonds/{query}") for query in ("", f"?connu_au={yesterday}")]
    assert [fund.name in one.content.decode() for one in said] == [True, False]
    address = f"/pilotage/budget/instruments/{share.public_id}/"
    said = [client.get(f"{address}{query}").context["standing"] for query in ("", f"?connu_au={yesterday}")]
    assert [one.called_cents for one in said] == [400, 0]
