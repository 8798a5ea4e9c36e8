"""Before 31 December: what waits, what falls, what sleeps, what is extinguished by time, what is left to pay."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import Organisation, Role
from funding import budgets, instalments
from funding.endings import dormant, prescription, remaining, withdrawals
from funding.endings.closing import SECTIONS
from funding.envelopes.acts import record_act
from funding.models import Award, Claim, Instalment, Kind, Recovery
from funding.then import Then
from monitoring import reconciliation as whole
from monitoring.todo import to_do
from programme.models import CallVersion
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import asked, days, decide, issue
from tests.funding.test_payments import balance, ordered, pay

pytestmark = pytest.mark.django_db


def at(day):
    return time_machine.travel(datetime.datetime.combine(day, datetime.time(12), datetime.UTC))


def in_years(count, month=3):
    return at(datetime.date(today().year + count, month, 1))


@pytest.fixture
def reader(db):
    return make.make_user(Role.AUDITOR)


def rows(slug, user, year=None):
    return SECTIONS[slug].rows(user, year or today().year)


# --- Commitments asleep -----


def release(awards, by, **more):
    fields = {"on": today(), "act": "Décision 6", "reason": "Rien ne bouge.", "key": "d:1"}
    return dormant.release_dormant(awards=awards, by=by, **(fields | more))


def test_two_years_without_a_movement(paid, finance):
    assert not dormant.dormants().exists()
    with in_years(2, month=12):
        found = dormant.dormants().get()
        assert (found.pk, found.asleep_cents, found.committed_cents) == (paid.pk, 2 * CAP, 2 * CAP)
        assert not dormant.dormants(months=36).exists()


def test_each_call_says_after_how_long(paid):
    version = paid.application.call_version
    CallVersion.objects.filter(pk=version.pk).update(dormant_months=36)
    with in_years(2, month=12):
        assert not dormant.dormants().exists()
        assert dormant.dormants(months=24).exists()
    with in_years(3, month=12):
        assert dormant.dormants().exists()


def test_the_page_starts_from_what_each_call_says(paid, reader, client):
    CallVersion.objects.filter(pk=paid.application.call_version_id).update(dormant_months=36)
    with in_years(2, month=12):
        client.force_login(reader)
        page = client.get("/pilotage/budget/engagements-dormants/").content.decode()
        assert "<strong>ce que dit chaque appel</strong>" in page and paid.fabrique.name not in page
        page = client.get("/pilotage/budget/engagements-dormants/?mois=24").content.decode()
        assert "<strong>24 mois</strong>" in page and paid.fabrique.name in page


def test_the_months_are_frozen_with_the_conditions(paid):
    version = paid.application.call_version
    CallVersion.objects.filter(pk=version.pk).update(frozen_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        CallVersion.objects.filter(pk=version.pk).update(dormant_months=12)


def test_what_is_owed_does_not_sleep(in_force, finance):
    with in_years(3):
        assert dormant.dormants().get().asleep_cents == 2 * CAP  # the first third is due


def test_several_in_one_act_all_or_none(paid, wave, line, finance):
    make.open_credits(line, "ae", GRANT)
    second = wave.call.waves.create(number=2)
    (other,) = make.reserve(second, [make.request_for(second, line)])
    make.commit([other])
    with in_years(3):
        assert dormant.dormants().count() == 2
        count, cents = release(dormant.dormants(), finance[0])
        assert (count, cents) == (2, 2 * CAP + GRANT)
        assert set(Award.objects.values_list("state", flat=True)) == {"completed", "lapsed"}
        assert balance(Kind.AE_LAPSED, other) == GRANT
        assert release(Award.objects.all(), finance[0]) == (2, 0)  # the same key: nothing twice
        with pytest.raises(Refusal, match="plus rien à rendre"):
            release(Award.objects.all(), finance[0], key="d:2")
        assert whole.differences() == []


def test_none_chosen_and_the_right_to_do_it(paid, finance, officer):
    with pytest.raises(Refusal, match="au moins un"):
        release([], finance[0])
    with pytest.raises(NotAllowed):
        release([paid], officer)


# --- The lists of the closing -----


def test_reservations_fall_with_the_year(wave, line, reader):
    make.open_credits(line, "ae", GRANT)
    (award,) = make.reserve(wave, [make.request_for(wave, line)])
    assert list(rows("reservations", reader)) == [award]
    assert not rows("reservations", reader, today().year - 1).exists()


def test_credits_that_fall_and_what_an_arrete_carries_over(line, reader, finance):
    make.open_credits(line, "ae", GRANT)
    make.open_credits(line, "cp", CAP)
    assert [one.held_cents for one in rows("ae", reader)] == [GRANT]
    assert [one.held_cents for one in rows("cp", reader)] == [CAP]
    act = record_act(kind="order", number="A-1", dated_on=today(), by=finance[0])
    budgets.carry_over(
        axis="cp", line=line, from_year=today().year, cents=CAP - 1, effective_on=today(), act=act, by=finance[0],
        key="c:1",
    )  # fmt: skip
    assert [one.held_cents for one in rows("cp", reader)] == [1]
    found = rows("reports", reader).get()
    assert (found.act_file, found.cp_cents, found.ae_cents) == (act, CAP - 1, None)
    assert not rows("reports", reader, today().year - 1).exists()


def test_charges_to_pay_and_what_is_off_balance(in_force, reader, finance):
    charge = rows("charges", reader).get()
    assert (charge.state, charge.cents) == ("due", CAP)
    instalments.certify(instalment=charge, by=finance[0])
    assert rows("charges", reader).get().state == "certified"
    assert not rows("charges", reader, today().year - 1).exists()
    found = rows("hors-bilan", reader).get()
    assert (found.committed_cents, found.owed_cents, found.asleep_cents) == (GRANT, CAP, 2 * CAP)


# --- On another day -----


def then_rows(slug, user, as_of, known_on=None, year=None):
    return SECTIONS[slug].rows(user, year or as_of.year, Then(as_of, known_on))


def shown(slug, user, *days):
    return list(then_rows(slug, user, *days))


def test_a_reservation_is_read_on_the_day_when_it_stood(wave, line, reader):
    first = today()
    make.open_credits(line, "ae", GRANT)
    (award,) = make.reserve(wave, [make.request_for(wave, line)])
    with at(first + datetime.timedelta(days=5)):
        make.commit([award])
    with at(first + datetime.timedelta(days=9)):
        (found,) = shown("reservations", reader, first + datetime.timedelta(days=4))
        assert (found.pk, found.reserved_cents) == (award.pk, GRANT)
        assert not shown("reservations", reader, first + datetime.timedelta(days=5))
        assert not shown("reservations", reader, first - datetime.timedelta(days=1))
        assert [one.held_cents for one in shown("ae", reader, first)] == []
        assert not shown("hors-bilan", reader, first)
        (asleep,) = shown("hors-bilan", reader, first + datetime.timedelta(days=5))
        assert asleep.committed_cents == GRANT


def test_credits_are_those_of_the_day_and_of_what_was_known(line, reader):
    first = today()
    make.open_credits(line, "ae", GRANT)
    with at(first + datetime.timedelta(days=5)):
        # Known five days later, and true since the first day.
        make.open_credits(line, "ae", CAP, on=first)
        assert [one.held_cents for one in shown("ae", reader, first)] == [GRANT + CAP]
        assert [one.held_cents for one in shown("ae", reader, first, first)] == [GRANT]
        assert [one.held_cents for one in rows("ae", reader)] == [GRANT + CAP]


def test_a_charge_is_in_the_state_of_the_day_and_leaves_on_the_day_of_the_payment(in_force, finance, line, reader):
    first = today()
    make.open_credits(line, "cp", CAP)
    with at(first + datetime.timedelta(days=2)):
        instalments.certify(instalment=in_force.instalments.get(number=1), by=finance[0])
    with at(first + datetime.timedelta(days=4)):
        instalments.order(instalment=in_force.instalments.get(number=1), by=finance[1])
    with at(first + datetime.timedelta(days=8)):
        # Paid on the sixth day, read on the eighth.
        pay(in_force.instalments.get(number=1), finance[2], on=first + datetime.timedelta(days=6))
    day = [first + datetime.timedelta(days=n) for n in range(10)]
    with at(day[9]):
        states = [[one.then_state for one in shown("charges", reader, one_day)] for one_day in day]
        assert states == [["due"]] * 2 + [["certified"]] * 2 + [["ordered"]] * 2 + [[]] * 4
        assert [one.then_state for one in shown("charges", reader, day[6], day[7])] == ["ordered"]
        assert not shown("charges", reader, day[0] - datetime.timedelta(days=1))
        assert not rows("charges", reader).exists()


def test_a_recovery_waits_for_its_title_until_the_day_when_it_is_issued(heard, decider, finance, reader):
    first = today()
    with at(first + datetime.timedelta(days=3)):
        issue(decide(Recovery.objects.get(), decider), finance[0])
        assert [one.then_state for one in shown("reversements", reader, first)] == ["hearing"]
        assert not shown("reversements", reader, first - datetime.timedelta(days=1))
        assert not rows("reversements", reader).exists()


def test_what_slept_that_day(paid, reader):
    with in_years(2, month=12):
        quiet = today()
    with in_years(3):
        instalments.make_due(instalment=paid.instalments.get(number=2), on=today(), by=None)
        (found,) = shown("dormants", reader, quiet)
        assert (found.pk, found.asleep_cents) == (paid.pk, 2 * CAP)
        assert not shown("dormants", reader, quiet - datetime.timedelta(days=700))
        assert rows("dormants", reader).get().asleep_cents == CAP


def test_what_was_owed_for_long_that_day(in_force, finance, line, reader):
    with in_years(4):
        before = today()
        assert rows("prescriptions", reader).exists()
    with in_years(4, month=6):
        make.open_credits(line, "cp", CAP)
        pay(ordered(in_force, finance, line), finance[2])
        assert not rows("prescriptions", reader).exists()
        assert shown("prescriptions", reader, before)


def test_an_award_with_an_open_claim_or_an_open_hearing_does_not_sleep(paid, officer, decider, writer):
    with in_years(3):
        assert dormant.dormants().exists()
        claim = Claim.objects.create(
            instalment=paid.instalments.get(number=2), created_by=officer, sent_by=officer, sent_at=timezone.now(),
            state="sent",
        )  # fmt: skip
        assert not dormant.dormants().exists()
        Claim.objects.filter(pk=claim.pk).update(state="accepted", judged_by=decider, judged_at=timezone.now())
        assert dormant.dormants().exists()
        opened = withdrawals.open_withdrawal(award=paid, by=officer, **asked(cents=CAP))
        assert not dormant.dormants().exists()
        withdrawals.drop(withdrawal=opened, reason="Erreur.", by=officer)
        assert dormant.dormants().exists()


def test_the_page_and_its_lists_take_the_two_dates(wave, line, reader, client):
    first = today()
    make.open_credits(line, "ae", GRANT)
    (award,) = make.reserve(wave, [make.request_for(wave, line)])
    with at(first + datetime.timedelta(days=3)):
        client.force_login(reader)
        make.commit([award])
        asked_days = {"au": first.isoformat(), "connu_au": first.isoformat()}
        page = client.get(f"/pilotage/budget/cloture/{first.year}/", asked_days).content.decode()
        assert award.fabrique.name in page and 'name="connu_au"' in page
        assert f"reservations/?au={first.isoformat()}&amp;connu_au={first.isoformat()}" in page
        listed = f"/pilotage/budget/cloture/{first.year}/reservations/"
        assert award.fabrique.name in client.get(listed, asked_days).content.decode()
        assert award.fabrique.name not in client.get(listed).content.decode()
        lines = b"".join(client.get(listed, asked_days | {"format": "csv"})).decode()
        assert award.fabrique.name in lines
        assert client.get(listed, {"au": "hier"}).status_code == 422


def test_money_of_the_service_is_not_for_applicants(in_force):
    stranger = make.make_user(Role.APPLICANT)
    assert not any(rows(slug, stranger).exists() for slug in SECTIONS)


def test_a_closed_dossier_is_in_no_list(in_force, paid_recovery, finance):
    from applications.models import Recusal

    officer = make.make_user(Role.OFFICER)
    before = {slug for slug in SECTIONS if rows(slug, officer).exists()}
    Recusal.objects.create(
        application=in_force.application, user=officer, kind="declared", text="Lien", origin="declared"
    )
    after = {slug for slug in SECTIONS if rows(slug, officer).exists()}
    assert before - after >= {"hors-bilan", "reversements"}


@pytest.fixture
def paid_recovery(recovery):
    return recovery


# --- Time ----------------------------------------------------------------------------------------------------------


def test_four_years_from_the_first_of_january_after(in_force):
    first = in_force.instalments.get(number=1)
    year = first.due_on.year
    assert prescription.instalment_day(first) == datetime.date(year + 4, 12, 31)
    assert not prescription.prescribed_by(year + 3).exists()
    assert prescription.prescribed_by(year + 4).get() == first
    assert prescription.instalment_day(in_force.instalments.get(number=2)) is None


def test_a_request_for_payment_starts_them_again(in_force, officer):
    from django.utils import timezone

    from funding.models import Claim

    first = in_force.instalments.get(number=1)
    with in_years(2):
        Claim.objects.create(
            instalment=first, created_by=officer, sent_by=officer, sent_at=timezone.now(), state="sent"
        )
        year = today().year
    first = Instalment.objects.select_related("claim").get(pk=first.pk)
    assert prescription.instalment_day(first) == datetime.date(year + 4, 12, 31)
    assert not prescription.prescribed_by(year + 3).exists() and prescription.prescribed_by(year + 4).exists()


def test_it_is_told_before_and_never_applied(in_force, finance, line):
    first, programme = in_force.instalments.get(number=1), in_force.wave.call.programme
    with in_years(3):
        assert prescription.told(prescription.instalment_day(first), today()) == ""
        assert not [one for one in to_do(programme, limit=50).items if one.nature.key == "prescription"]
    with in_years(4):
        assert "proche" in prescription.told(prescription.instalment_day(first), today())
        (item,) = [one for one in to_do(programme, limit=50).items if one.nature.key == "prescription"]
        assert "1 échéance due" in item.title.replace("\xa0", " ") and "/prescriptions/" in item.url
    with in_years(6):
        assert "acquise" in prescription.told(prescription.instalment_day(first), today())
        assert instalments.certify(instalment=first, by=finance[0]).state == "certified"


def test_a_title_is_issued_in_five_years_or_four_against_a_public_body(recovery):
    known = recovery.hearing.known_on
    assert prescription.recovery_day(recovery) == prescription.years_after(known, 5)
    assert not prescription.recoveries_by(prescription.recovery_day(recovery) - days(1)).exists()
    assert prescription.recoveries_by(prescription.recovery_day(recovery)).exists()
    Organisation.objects.update(legal_form="local_authority")
    public = Recovery.objects.get()
    last = datetime.date(known.year + 4, 12, 31)
    assert prescription.recovery_day(public) == last
    assert prescription.recoveries_by(last).exists() and not prescription.recoveries_by(last - days(1)).exists()


# --- «À traiter» -----


def test_what_waits_for_a_decision_or_a_title_is_on_the_desk(recovery, writer, decider, withdrawal):
    from funding.endings import hearings
    from tests.funding.endings.conftest import decide

    programme = recovery.award.wave.call.programme

    def waiting():
        items = to_do(programme, limit=50).items
        return {one.nature.key: one for one in items if one.nature.key in ("reversement", "retrait")}

    assert waiting() == {}
    for hearing in (recovery.hearing, withdrawal.hearing):
        hearings.observe(hearing=hearing, by=writer, text="Bien.", complete=True)
    found = waiting()
    assert found["reversement"].who == found["retrait"].who == "Direction"
    decide(recovery, decider)
    assert waiting()["reversement"].note == "Titre de perception à émettre"
    assert not to_do(programme, limit=50, closed=(recovery.award.application_id,)).items


# --- What is left to pay -----


def test_remaining_is_committed_less_given_back_less_paid(paid, finance):
    from funding.endings import giving_up

    year = today().year
    giving_up.give_up(award=paid, why="unspent", cents=CAP, on=today(), act="D", reason="R", by=finance[0], key="k")
    (row,) = remaining.remaining_by_year()
    assert (row.year, row.committed_cents, row.given_back_cents, row.paid_cents) == (year, GRANT, CAP, CAP)
    assert row.remaining_cents == CAP == balance(Kind.AE_COMMITTED, paid)
    assert remaining.remaining_by_year(as_of=today() - days(1)) == []


def test_what_is_recycled_leaves_the_year_it_comes_from(paid, finance):
    from funding.endings import giving_up

    year = today().year
    with in_years(1):
        act = record_act(kind="decision", number="R-1", dated_on=today(), by=finance[0])
        giving_up.give_up(
            award=paid, why="unspent", cents=CAP, on=today(), act="D", reason="R", by=finance[0], key="k",
            recycled_by=act,
        )  # fmt: skip
        found = {row.year: row for row in remaining.remaining_by_year()}
        assert found[year].given_back_cents == CAP and found[year].remaining_cents == CAP


def test_each_figure_of_what_is_left_to_pay_opens_its_movements(in_force, finance, line, reader, client):
    make.open_credits(line, "cp", CAP)
    pay(ordered(in_force, finance, line), finance[2])
    dormant.giving_up.give_up(
        award=in_force, why="unspent", cents=CAP, on=today(), act="Décision 3", reason="Moins.", by=finance[0],
        key="g",
    )  # fmt: skip
    client.force_login(reader)
    context = client.get("/pilotage/budget/restes-a-payer/").context
    cells = [cell for _, row in context["rows"] for cell in row] + context["total"]
    assert [cents for _, cents, _ in cells] == [GRANT, CAP, CAP, CAP] * 2
    for heading, cents, url in cells:
        answer = client.get(url)
        assert abs(answer.context["listing"].sums["total_0"]) == cents, (heading, url)
    assert "tous exercices" in client.get("/pilotage/budget/exercices/?chiffre=ae-a-payer").content.decode()
