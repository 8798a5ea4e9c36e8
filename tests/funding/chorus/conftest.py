import pytest

from accounts.models import Organisation
from funding import awards, instalments
from funding.models import Award, Instalment
from tests.built_once import part, stage
from tests.funding import conftest as money
from tests.funding.conftest import CAP, commit, make_application, open_credits, request_for, reserve, today


@part
def wave(line):
    """Of a call whose notified decision is enough: agreements are another subject."""
    return money.make_wave(line.programme, agreement_required=False)


@stage
def in_force(committed):
    return notified(committed)


def notified(award):
    """In force without an agreement: the beneficiary is a public body."""
    Organisation.objects.filter(pk=award.organisation_id).update(legal_form="local_authority")
    money.announce(award)
    awards.mark_notified(award=Award.objects.get(pk=award.pk), on=today())
    return Award.objects.get(pk=award.pk)


def laureate(wave, line, officer):
    """One more award in force, its first instalment due."""
    application = make_application(wave, announced=True)
    open_credits(line, "ae", 3 * CAP)
    open_credits(line, "cp", 3 * CAP)
    [award] = reserve(wave, [request_for(wave, line, application=application)])
    commit([award])
    return notified(award)


def first_of(award):
    return Instalment.objects.filter(award=award).order_by("number").first()


def order_first(award, finance):
    """Certified by the first person, ordered by the second; the third may import."""
    one = first_of(award)
    instalments.certify(instalment=one, by=finance[0])
    instalments.order(instalment=first_of(award), by=finance[1])
    return first_of(award)


@stage
def ordered(in_force, line, finance):
    """An instalment of 50 000 € that waits for its payment."""
    open_credits(line, "cp", 3 * CAP)
    return order_first(in_force, finance)


@pytest.fixture
def importer(finance):
    return finance[2]
