"""From the signed act to the paid instalment: who, when, in which order, against which credits."""

import datetime

import pytest
import time_machine

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage, Role
from applications.models import FabriqueFact
from funding import agreements, awards, instalments, reconciliation, schedules
from funding.conventions.clauses import COMPULSORY
from funding.ledger import InsufficientFunds, Leg, Slot, post
from funding.models import Account, Agreement, Award, Draw, Kind, Posting
from funding.schedules import Plan, default_plan, plan
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def first(award):
    return schedules.current_instalments(award).first()


def ordered(award, finance, line, cents=CAP):
    make.open_credits(line, "cp", cents)
    instalments.certify(instalment=first(award), by=finance[0])
    return instalments.order(instalment=first(award), by=finance[1])


def pay(instalment, by, on=None, reference="DP-2027-000123", **kwargs):
    return instalments.record_payment(
        instalment=instalment, by=by, on=on or today(), chorus_reference=reference, **kwargs
    )


def balance(kind, award=None):
    return sum(Account.objects.filter(kind=kind, award=award).values_list("balance_cents", flat=True))


def test_the_whole_way_to_a_paid_first_instalment(in_force, finance, line):
    paid = pay(ordered(in_force, finance, line), finance[2])
    assert paid.state == "paid"
    assert balance(Kind.CP_PAID, in_force) == balance(Kind.AE_LIQUIDATED, in_force) == CAP
    assert balance(Kind.AE_COMMITTED, in_force) == GRANT - CAP
    posting = Posting.objects.get(kind="pay")
    assert posting.movements.count() == 2
    assert posting.effective_on == today()
    in_force.refresh_from_db()
    assert in_force.state == "in_force"
    assert FabriqueFact.objects.filter(fabrique=in_force.fabrique, kind="contracted").exists()
    assert OutboxMessage.objects.filter(subject__startswith="Versement de").count() == 1
    assert reconciliation.differences() == []


def test_an_award_is_completed_by_its_last_payment(in_force, finance, line):
    make.open_credits(line, "cp", GRANT)
    for number in (1, 2, 3):
        instalment = in_force.instalments.get(number=number)
        with time_machine.travel(datetime.datetime(today().year + number - 1, 12, 1, 12, tzinfo=datetime.UTC)):
            if number > 1:
                make.open_credits(line, "cp", CAP, year=today().year, on=today())
                instalments.make_due(instalment=instalment, on=today(), by=None)
            instalments.certify(instalment=instalment, by=finance[0])
            instalments.order(instalment=instalment, by=finance[1])
            pay(instalment, finance[2], reference=f"DP-{number:04}")
    in_force.refresh_from_db()
    assert in_force.state == "completed"
    assert balance(Kind.AE_LIQUIDATED, in_force) == balance(Kind.CP_PAID, in_force) == GRANT


# --- Due ---------------------------------------------------------------------------------------------------------


def test_nothing_is_due_before_notification_and_both_signatures(committed, officer):
    instalment = first(committed)
    with pytest.raises(Refusal, match="n’est pas encore notifiée, la convention n’est pas signée"):
        instalments.make_due(instalment=instalment, on=today(), by=officer)
    awards.mark_notified(award=committed, on=today())
    with pytest.raises(Refusal, match="la convention n’est pas signée par les deux parties"):
        instalments.make_due(instalment=instalment, on=today(), by=officer)
    make.announce(committed)
    make.sign_agreement(committed, officer)
    instalment.refresh_from_db()
    assert (instalment.state, instalment.due_on) == ("due", today())


def test_a_signed_agreement_waits_for_the_notification(committed, officer):
    make.announce(committed)
    agreement = make.sign_agreement(committed, officer)
    committed.refresh_from_db()
    assert (agreement.state, committed.state, first(committed).state) == ("in_force", "committed", "planned")
    awards.mark_notified(award=committed, on=today())
    committed.refresh_from_db()
    assert (committed.state, first(committed).state) == ("in_force", "due")


def test_a_later_instalment_waits_for_its_year_and_its_turn(in_force, officer):
    second, third = in_force.instalments.filter(number__gt=1).order_by("number")
    with pytest.raises(Refusal, match="compte dans le plafond"):
        instalments.make_due(instalment=second, on=today(), by=officer)
    later = datetime.datetime(third.schedule_year.year, 6, 1, tzinfo=datetime.UTC)
    with time_machine.travel(later), pytest.raises(Refusal, match="L’échéance 2 n’est pas encore exigible"):
        instalments.make_due(instalment=third, on=today(), by=officer)


def test_who_may_make_due(in_force, finance):
    with pytest.raises(NotAllowed):
        instalments.make_due(instalment=in_force.instalments.get(number=2), on=today(), by=finance[0])


# --- Three people, four dates ------------------------------------------------------------------------------------


def test_three_different_people(in_force, finance, line):
    ada, blaise, colette = finance
    make.open_credits(line, "cp", CAP)
    instalment = instalments.certify(instalment=first(in_force), by=ada)
    with pytest.raises(Refusal, match="Vous avez certifié"):
        instalments.order(instalment=instalment, by=ada)
    instalments.order(instalment=instalment, by=blaise)
    for person, what in ((ada, "certifié"), (blaise, "mis en paiement")):
        with pytest.raises(Refusal, match=f"Vous avez {what}"):
            pay(instalment, person)
    pay(instalment, colette)


def test_only_finance_pays(in_force, officer):
    with pytest.raises(NotAllowed):
        instalments.certify(instalment=first(in_force), by=officer)
    with pytest.raises(NotAllowed):
        instalments.certify(instalment=first(in_force), by=make.make_user(Role.AUDITOR))


def test_each_step_comes_after_the_one_before(in_force, finance, line):
    due = first(in_force)
    with pytest.raises(Refusal, match="est exigible depuis") as refusal:
        instalments.certify(instalment=due, by=finance[0], on=today() - DAY)
    assert refusal.value.field == "on"
    with pytest.raises(Refusal, match="dans le futur"):
        instalments.certify(instalment=due, by=finance[0], on=today() + DAY)
    for verb, by in ((instalments.order, finance[1]), (pay, finance[2])):
        with pytest.raises(StalePage):
            verb(due, by) if verb is pay else verb(instalment=due, by=by)


def test_a_stale_page_is_refused(in_force, finance):
    instalment = first(in_force)
    version = instalment.version
    instalments.certify(instalment=instalment, by=finance[0], version=version)
    with pytest.raises(StalePage):
        instalments.order(instalment=instalment, by=finance[1], version=version)


# --- Against which credits ---------------------------------------------------------------------------------------


def test_an_order_does_not_exceed_the_cp_left(in_force, finance, line):
    make.open_credits(line, "cp", CAP - 1)
    instalments.certify(instalment=first(in_force), by=finance[0])
    with pytest.raises(InsufficientFunds, match="CP ouverts"):
        instalments.order(instalment=first(in_force), by=finance[1])
    assert first(in_force).state == "certified"
    assert balance(Kind.CP_AVAILABLE) == CAP - 1


def test_an_order_uses_the_cp_of_its_own_year(in_force, finance, line):
    make.open_credits(line, "cp", CAP, year=today().year + 1)
    instalments.certify(instalment=first(in_force), by=finance[0])
    with pytest.raises(Refusal, match="CP de"):
        instalments.order(instalment=first(in_force), by=finance[1], cp_year=today().year + 1)


def test_the_year_of_the_comptable_is_that_of_the_cp(in_force, finance, line):
    instalment = ordered(in_force, finance, line)
    january = datetime.datetime(today().year + 1, 1, 8, 12, tzinfo=datetime.UTC)
    with time_machine.travel(january):
        with pytest.raises(Refusal, match="Annulez la mise en paiement") as refusal:
            pay(instalment, finance[2])
        assert refusal.value.field == "on"
        instalments.cancel_order(instalment=instalment, by=finance[1], reason="Exercice clos")
        make.open_credits(line, "cp", CAP, year=today().year, on=today())
        instalments.order(instalment=instalment, by=finance[1])
        pay(instalment, finance[2])
    # The credits of the year that ended are free again, and of no use.
    assert balance(Kind.CP_AVAILABLE) == CAP
    assert balance(Kind.CP_PAID, in_force) == CAP
    assert reconciliation.differences() == []


def test_an_order_is_cancelled_with_a_reason(in_force, finance, line):
    instalment = ordered(in_force, finance, line)
    with pytest.raises(Refusal) as refusal:
        instalments.cancel_order(instalment=instalment, by=finance[1], reason="  ")
    assert refusal.value.field == "reason"
    instalments.cancel_order(instalment=instalment, by=finance[1], reason="RIB rejeté")
    instalment.refresh_from_db()
    assert (instalment.state, instalment.cp_year, instalment.ordered_by) == ("certified", None, None)
    assert balance(Kind.CP_AVAILABLE) == CAP
    assert Posting.objects.get(kind="cancel_order").reason == "RIB rejeté"


@pytest.mark.parametrize("reference", ["", "  ", "DP", "x" * 41, "DP é 12"])
def test_a_chorus_reference_looks_like_one(in_force, finance, line, reference):
    with pytest.raises(Refusal, match="Chorus") as refusal:
        pay(ordered(in_force, finance, line), finance[2], reference=reference)
    assert refusal.value.field == "chorus_reference"


def test_a_payment_over_several_lines_is_split_to_the_cent(line, finance):
    """An award on three draws, paid in three: each line pays exactly what it promised."""
    lines = [line, *(make.make_line(line.programme) for _ in range(2))]
    shares = [7_000_001, 4_999_998, 3_000_001]
    wave = make.make_wave(line.programme, agreement_required=False)
    award = award_on(wave, lines, shares)
    awards.mark_notified(award=award, on=today())
    with time_machine.travel(datetime.datetime(today().year + 2, 12, 1, tzinfo=datetime.UTC)):
        for one in lines:
            make.open_credits(one, "cp", GRANT, year=today().year, on=today())
        for number, instalment in enumerate(schedules.current_instalments(award), start=1):
            if number > 1:
                instalments.make_due(instalment=instalment, on=today(), by=None)
            instalments.certify(instalment=instalment, by=finance[0])
            instalments.order(instalment=instalment, by=finance[1])
            assert sum(cents for _, cents in instalments.split(instalment)) == instalment.cents
            pay(instalment, finance[2], reference=f"DP-{number:04}")
    for kind in (Kind.CP_PAID, Kind.AE_LIQUIDATED):
        held = {a.line_id: a.balance_cents for a in Account.objects.filter(kind=kind, award=award)}
        assert [held[one.pk] for one in lines] == shares
    assert reconciliation.differences() == []


def award_on(wave, lines, shares):
    """An award that draws on several lines, reserved and committed in one posting each."""
    application = make.make_application(wave)
    award = Award.objects.create(
        wave=wave, fabrique=application.fabrique, application=application, organisation=application.organisation,
        total_cents=sum(shares), min_cents=1, max_cents=GRANT, year_cap_cents=CAP, reserved_on=today(),
    )  # fmt: skip
    legs = []
    for line, cents in zip(lines, shares, strict=True):
        make.open_credits(line, "ae", cents)
        Draw.objects.create(award=award, line=line, fiscal_year=today().year, cents=cents)
        slot = Slot(Kind.AE_RESERVED, line.pk, today().year, award.pk)
        legs.append(Leg(Slot(Kind.AE_OPENED, line.pk, today().year), slot, cents))
    post(key=f"several:{award.pk}", kind="reserve", effective_on=today(), actor=None, act="Avis", legs=legs)
    make.commit([award])
    return award


# --- Schedules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cents", "parts"), [(GRANT, [CAP] * 3), (100, [34, 33, 33]), (CAP + 1, [1_666_667] * 3)])
def test_a_default_plan_is_exact_and_under_the_cap(line, wave, cents, parts):
    make.open_credits(line, "ae", cents)
    (award,) = make.reserve(wave, [make.request_for(wave, line, cents=cents)])
    plans = default_plan(award, today())
    assert [p.cents for p in plans] == parts
    assert [p.kind for p in plans] == ["advance", "interim", "balance"]
    assert [p.year for p in plans] == [today().year + rank for rank in range(3)]


def test_a_leap_day_keeps_its_month(line, wave):
    make.open_credits(line, "ae", GRANT)
    (award,) = make.reserve(wave, [make.request_for(wave, line)])
    days = [p.expected_on for p in default_plan(award, datetime.date(2028, 2, 29))]
    assert days == [datetime.date(2028, 2, 29), datetime.date(2029, 2, 28), datetime.date(2030, 2, 28)]


def plans(*cents, year=None):
    year = year or today().year
    return [Plan("interim", year + n, c, "Condition", today()) for n, c in enumerate(cents)]


def test_a_new_version_replaces_the_schedule(committed, officer):
    schedule = plan(award=committed, instalments=plans(CAP - 100, CAP, CAP, 100), by=officer)
    assert (schedule.number, schedule.state) == (2, "current")
    assert committed.schedules.get(number=1).state == "replaced"
    assert [i.cents for i in schedules.current_instalments(committed)] == [CAP - 100, CAP, CAP, 100]
    assert committed.instalments.filter(state="cancelled").count() == 3


@pytest.mark.parametrize(
    ("cents", "sentence"), [((CAP, CAP), "planifie"), ((CAP + 1, CAP, CAP - 1), "plafond"), ((GRANT, 0), "planifie")]
)
def test_a_plan_that_does_not_fit_is_refused(committed, officer, cents, sentence):
    with pytest.raises(Refusal, match=sentence):
        plan(award=committed, instalments=plans(*cents), by=officer)
    assert committed.schedules.get().state == "current"


def test_a_schedule_under_way_is_not_replaced(in_force, officer):
    with pytest.raises(Refusal, match="avenant"):
        plan(award=in_force, instalments=plans(CAP, CAP, CAP), by=officer)


# --- Agreements --------------------------------------------------------------------------------------------------


def test_an_agreement_is_prepared_once_and_numbered(committed, officer):
    agreement = agreements.prepare(award=committed, by=officer)
    assert agreement.number == f"FT-C-{today().year}-00001"
    assert agreements.prepare(award=committed, by=officer) == agreement


def test_no_agreement_where_none_is_needed_or_nothing_is_committed(line, wave, officer):
    make.open_credits(line, "ae", 2 * GRANT)
    (award,) = make.reserve(wave, [make.request_for(wave, line)])
    with pytest.raises(Refusal, match="« réservée »"):
        agreements.prepare(award=award, by=officer)
    plain = make.make_wave(line.programme, agreement_required=False)
    (award,) = make.reserve(plain, [make.request_for(plain, line)])
    make.commit([award])
    with pytest.raises(Refusal, match="ne demande pas de convention"):
        agreements.prepare(award=award, by=officer)


def test_a_structure_without_siret_cannot_contract(committed, officer):
    type(committed.organisation).objects.update(siret=None)
    agreement = agreements.prepare(award=committed, by=officer)
    with pytest.raises(Refusal, match="SIRET"):
        agreements.send(agreement=agreement, by=officer)


def test_signatures_come_in_order_with_a_name(committed, officer, finance):
    make.announce(committed)
    agreement = agreements.prepare(award=committed, by=officer)
    with pytest.raises(NotAllowed):
        agreements.send(agreement=agreement, by=finance[0])
    sign = agreements.record_beneficiary_signature
    with pytest.raises(StalePage):
        sign(agreement=agreement, by=officer, on=today(), signatory="Mme A")
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY, version=agreement.version)
    for wrong, field in (
        ({"on": today() - DAY}, "on"),
        ({"on": today() + DAY}, "on"),
        ({"signatory": " "}, "signatory"),
    ):
        with pytest.raises(Refusal) as refusal:
            sign(agreement=agreement, by=officer, **({"on": today(), "signatory": "Mme A"} | wrong))
        assert refusal.value.field == field
    sign(agreement=agreement, by=officer, on=today(), signatory="Mme A")
    assert OutboxMessage.objects.filter(subject__startswith="Convention FT-C").count() == 1


def test_where_the_agreement_commits(line, officer):
    """A call setting: the AE stay reserved until both have signed."""
    wave = make.make_wave(line.programme, commitment_act="agreement")
    make.open_credits(line, "ae", GRANT)
    (award,) = make.reserve(wave, [make.request_for(wave, line)])
    make.record_fact(
        fabrique=award.fabrique, kind=FabriqueFact.Kind.SELECTED, effective_on=today(), evidence="Annonce", by=None
    )
    awards.mark_notified(award=award, on=today())
    make.sign_agreement(award, officer)
    award.refresh_from_db()
    assert (award.state, award.committed_on, first(award).state) == ("in_force", today(), "due")
    assert balance(Kind.AE_COMMITTED, award) == GRANT
    posting = Posting.objects.get(kind="commit")
    assert posting.act == f"Convention {Agreement.objects.get().number}"
