"""An award of which one year is paid; people who write for the structure, decide and collect."""

import datetime

import pytest

from accounts.models import Membership, Role
from documents.consents import consent_of
from funding.endings import hearings, recoveries, withdrawals
from tests.built_once import stage
from tests.factories import accept_online
from tests.funding import conftest as make
from tests.funding.conftest import CAP, today
from tests.funding.test_payments import ordered, pay

FACTS = "Le lieu a ouvert 120 jours sur les 200 prévus.\nL’atelier n’a pas été équipé."


@stage
def paid(in_force, finance, line):
    """150 000 € granted, 50 000 € paid, two instalments planned."""
    pay(ordered(in_force, finance, line), finance[2])
    in_force.refresh_from_db()
    return in_force


@pytest.fixture
def decider(paid):
    """A decision-maker whose delegation covers the whole award."""
    return make.make_signatory(paid.wave.call.programme)


@pytest.fixture
def writer(paid):
    return write_for(paid.organisation)


def write_for(organisation):
    person = make.make_user(Role.APPLICANT, name="Ada")
    Membership.objects.create(user=person, organisation=organisation, role="owner", is_representative=True)
    if consent_of(organisation) is None:
        accept_online(organisation, person)
    return person


def asked(**more):
    fields = {"ground": "breach", "facts": FACTS, "cents": CAP, "known_on": today()}
    return {**fields, "answer_by": hearings.answer_day(today()), **more}


@pytest.fixture
def recovery(paid, officer):
    return recoveries.open_recovery(award=paid, by=officer, **asked(ground="unspent", cents=1_000_001))


@pytest.fixture
def heard(recovery, writer):
    """The structure has said all that she had to say."""
    hearings.observe(hearing=recovery.hearing, by=writer, text="Nous avons tout dépensé.", complete=True)
    return recovery


@pytest.fixture
def decided(heard, decider):
    return decide(heard, decider)


def decide(recovery, decider, cents=1_000_001):
    return recoveries.decide(recovery=recovery, cents=cents, act="Décision 7", reason="Reliquat.", by=decider)


@pytest.fixture
def issued(decided, finance):
    return issue(decided, finance[0])


def issue(recovery, by, number="ADCE-26-0001"):
    return recoveries.issue_title(recovery=recovery, number=number, on=today(), by=by)


@pytest.fixture
def withdrawal(paid, officer):
    return withdrawals.open_withdrawal(award=paid, by=officer, **asked(cents=paid.total_cents))


@pytest.fixture
def answered(withdrawal, writer):
    hearings.observe(hearing=withdrawal.hearing, by=writer, text="Le lieu ouvrira plus.", complete=True)
    return withdrawal


def withdraw(withdrawal, decider, done, planned=200):
    measure = withdrawals.Measure("Jours d’ouverture", planned, done)
    return withdrawals.decide(
        withdrawal=withdrawal, measure=measure, act="Décision 8", reason="Conditions non tenues.", by=decider
    )


def days(count):
    return datetime.timedelta(days=count)
