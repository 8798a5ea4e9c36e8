"""Bank details: validated, verified and approved by two people, rested; no payment request without them."""

import datetime
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, Role
from funding import instalments
from funding.claims import bank_details
from funding.models import BankAccount, Instalment
from programme.models import CallVersion
from tests import factories
from tests.funding.conftest import CAP, make_organisation, make_user, open_credits, today

IBAN, BIC = "FR14 2004 1010 0505 0001 3M02 606", "PSSTFRPPPAR"
OTHER_IBAN, OTHER_BIC = "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPP"
HOW = "Appel de la trésorière au numéro du dossier, RIB comparé."
DAY = datetime.timedelta(days=1)


def post(client, url, data):
    """As a form of ours does: each sending has its key."""
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **data})


def rib():
    return SimpleUploadedFile("rib.pdf", factories.pdf_bytes())


@pytest.fixture
def member(db):
    return make_user(Role.APPLICANT)


@pytest.fixture
def organisation(member):
    return make_organisation(member)


def propose(organisation, by, **more):
    data = {"iban": IBAN, "bic": BIC, "holder": "La structure", "rib": rib()} | more
    return bank_details.propose(organisation=organisation, by=by, **data)


def approved(organisation, by, finance, **more):
    account = propose(organisation, by, **more)
    bank_details.verify(account=account, by=finance[0], checked_how=HOW)
    return bank_details.approve(account=account, by=finance[1])


@pytest.mark.parametrize(
    ("iban", "bic", "field"),
    [
        ("FR14 2004 1010 0505 0001 3M02 607", BIC, "iban"),
        ("FR14", BIC, "iban"),
        ("", BIC, "iban"),
        ("XX00 1234", BIC, "iban"),
        (IBAN, "PSSTFRP", "bic"),
        (IBAN, "", "bic"),
        (IBAN, "PSSTFRPPPARX", "bic"),
        (IBAN, "DEUTDEFF", "bic"),
    ],
)
def test_an_iban_and_a_bic_that_are_none(iban, bic, field, organisation, member):
    with pytest.raises(Refusal) as told:
        propose(organisation, member, iban=iban, bic=bic)
    assert told.value.field == field
    assert not BankAccount.objects.exists()


def test_the_iban_is_kept_compact_and_the_journal_never_holds_it(organisation, member):
    account = propose(organisation, member, iban=IBAN.lower())
    assert account.iban == "FR1420041010050500013M02606"
    assert account.masked == "FR14 •••• 2606"
    [entry] = JournalEntry.objects.filter(action="propose_bank_account")
    assert account.iban not in str(entry.details)


def test_only_those_who_write_for_the_structure_propose(organisation):
    with pytest.raises(NotAllowed):
        propose(organisation, make_user(Role.APPLICANT))
    reader = make_user(Role.APPLICANT)
    organisation.memberships.create(user=reader, role="reader")
    with pytest.raises(NotAllowed):
        propose(organisation, reader)


def test_one_waits_at_a_time(organisation, member):
    propose(organisation, member)
    with pytest.raises(Refusal, match="attend déjà"):
        propose(organisation, member, iban=OTHER_IBAN, bic=OTHER_BIC)


def test_two_people_and_some_days(organisation, member, finance):
    account = propose(organisation, member)
    with pytest.raises(Refusal, match="Dites comment"):
        bank_details.verify(account=account, by=finance[0], checked_how="appelé")
    bank_details.verify(account=account, by=finance[0], checked_how=HOW)
    with pytest.raises(Refusal, match="une autre personne"):
        bank_details.approve(account=account, by=finance[0])
    account = bank_details.approve(account=account, by=finance[1])
    assert account.usable_from == today() + 5 * DAY
    assert bank_details.active_bank_account(organisation, today()) is None
    assert bank_details.active_bank_account(organisation, today() + 4 * DAY) is None
    assert bank_details.active_bank_account(organisation, today() + 5 * DAY) == account


def test_only_the_finances_verify(organisation, member, officer):
    account = propose(organisation, member)
    with pytest.raises(NotAllowed):
        bank_details.verify(account=account, by=officer, checked_how=HOW)


def test_the_database_refuses_one_person_alone(organisation, member, finance):
    account = approved(organisation, member, finance)
    for change in (
        {"approved_by": finance[0]},
        {"approved_by": member},
        {"verified_by": member},
        {"checked_how": ""},
        {"usable_from": None},
        {"iban": "FR7630006000011234567890189"},
        {"bic": "AGRIFRPP"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAccount.objects.filter(pk=account.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        account.delete()


def test_the_account_in_use_serves_until_the_new_one_may(organisation, member, finance):
    first = approved(organisation, member, finance)
    with time_machine.travel(datetime.datetime.combine(today() + 30 * DAY, datetime.time(9)), tick=False):
        second = approved(organisation, member, finance, iban=OTHER_IBAN, bic=OTHER_BIC)
        assert bank_details.active_bank_account(organisation, today()) == first
        assert bank_details.active_bank_account(organisation, today() + 4 * DAY) == first
        assert bank_details.active_bank_account(organisation, today() + 5 * DAY) == second


def test_one_that_still_rests_never_serves_once_another_is_approved(organisation, member, finance):
    first = approved(organisation, member, finance)
    approved(organisation, member, finance, iban=OTHER_IBAN, bic=OTHER_BIC)
    first.refresh_from_db()
    assert first.state == "replaced"


def test_the_cooling_off_is_that_of_the_call(committed, finance):
    CallVersion.objects.filter(call=committed.wave.call).update(bank_cooling_days=12)
    member = committed.organisation.members.get()
    assert approved(committed.organisation, member, finance).usable_from == today() + 12 * DAY


def test_an_account_that_was_approved_may_still_be_refused(organisation, member, finance):
    account = approved(organisation, member, finance)
    bank_details.refuse(account=account, by=finance[2], reason="La structure ne l’a pas demandé.")
    assert bank_details.active_bank_account(organisation, today() + 30 * DAY) is None


# --- Payment requests ------------------------------------------------------------------------------------------------


@pytest.fixture
def certified(in_force, line, finance):
    open_credits(line, "cp", CAP)
    CallVersion.objects.filter(call=in_force.wave.call).update(bank_details_required=True)
    first = Instalment.objects.get(award=in_force, number=1)
    instalments.certify(instalment=first, by=finance[0])
    return Instalment.objects.get(pk=first.pk)


def order(instalment, finance):
    return instalments.order(instalment=Instalment.objects.get(pk=instalment.pk), by=finance[1])


def test_no_payment_request_without_an_account_that_may_be_used(certified, finance):
    organisation = certified.award.organisation
    member = organisation.members.get()
    with pytest.raises(Refusal, match="RIB"):
        order(certified, finance)
    account = propose(organisation, member)
    with pytest.raises(Refusal, match="attend sa vérification"):
        order(certified, finance)
    bank_details.verify(account=account, by=finance[0], checked_how=HOW)
    with pytest.raises(Refusal, match="approbation"):
        order(certified, finance)
    bank_details.approve(account=account, by=finance[1])
    with pytest.raises(Refusal, match="se repose"):
        order(certified, finance)
    assert Instalment.objects.get(pk=certified.pk).state == "certified"
    with time_machine.travel(datetime.datetime.combine(today() + 5 * DAY, datetime.time(9)), tick=False):
        order(certified, finance)
    assert Instalment.objects.get(pk=certified.pk).state == "ordered"


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_whole_iban_is_shown_to_those_who_pay_alone(client, organisation, member, finance):
    account = propose(organisation, member)
    whole = account.shown_iban
    for person, sees in ((finance[0], True), (make_user(Role.AUDITOR), False)):
        client.force_login(person)
        page = client.get(account.get_absolute_url()).content.decode()
        assert (whole in page) == sees
        assert (account.masked in page) != sees
    client.force_login(member)
    page = client.get(f"/organisations/{organisation.public_id}/compte-bancaire/").content.decode()
    assert whole not in page
    assert account.iban not in page
    assert account.masked in page


def test_the_structure_proposes_then_two_people_act_on_the_pages(client, organisation, member, finance):
    client.force_login(member)
    url = f"/organisations/{organisation.public_id}/compte-bancaire/"
    bad = post(client, url, {"iban": "FR14", "bic": BIC, "holder": "X", "rib": rib()})
    assert bad.status_code == 422
    assert "IBAN n’est pas valable" in bad.content.decode()
    assert post(client, url, {"iban": IBAN, "bic": BIC, "holder": "X", "rib": rib()}).status_code == 302
    page = BankAccount.objects.get().get_absolute_url()
    client.force_login(finance[0])
    assert post(client, page, {"act": "verify", "verify-checked_how": HOW, "version": 1}).status_code == 302
    assert "une autre personne l’approuve" in client.get(page).content.decode()
    assert post(client, page, {"act": "approve", "version": 2}).status_code == 422
    client.force_login(finance[1])
    assert post(client, page, {"act": "approve", "version": 2}).status_code == 302
    assert BankAccount.objects.get().state == "active"
