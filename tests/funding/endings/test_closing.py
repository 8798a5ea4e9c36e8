"""Before 31 December: what waits, what falls, what sleeps, what is extinguished by time, what is left to pay."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import Organisation, Role
from funding import budgets, instalments
from funding.endings import dormant, prescription, remaining
from funding.endings.closing import SECTIONS
from funding.envelopes.acts import record_act
from funding.models import Award, Instalment, Kind, Recovery
from monitoring import reconciliation as whole
from monitoring.todo import to_do
from programme.models import CallVersion
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import days
from tests.funding.test_payments import balance

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
    assert [one.balance_cents for one in rows("ae", reader)] == [GRANT]
    assert [one.balance_cents for one in rows("cp", reader)] == [CAP]
    act = record_act(kind="order", number="A-1", dated_on=today(), by=finance[0])
    budgets.carry_over(
        axis="cp", line=line, from_year=today().year, cents=CAP - 1, effective_on=today(), act=act, by=finance[0],
        key="c:1",
    )  # fmt: skip
    assert [one.balance_cents for one in rows("cp", reader)] == [1]
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
