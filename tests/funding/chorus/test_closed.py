"""A dossier with which a person of the finances has a tie: nothing of it is read, applied or told by her."""

import pytest

from accounts.models import Role
from applications.models import Recusal
from funding.chorus import applying, confirming
from funding.models import BankAccount, Difference, Movement
from monitoring.todo_payments import accounts, differences
from tests.funding.chorus.test_applying import DP, bring_in, line_for, read, state_of
from tests.funding.chorus.test_pages import text_of
from tests.funding.conftest import make_user
from tests.funding.test_bank_accounts import propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def denise(db):
    return make_user(Role.FINANCE_OFFICER, name="Denise")


@pytest.fixture
def tied(ordered, importer):
    """The importer declared a tie with the dossier that waits for its payment."""
    Recusal.objects.create(
        application=ordered.award.application, user=importer, kind="declared", text="Une parente.", origin="declared"
    )
    return importer


def test_who_has_a_tie_does_not_confirm_the_payment(ordered, tied, finance):
    before = Movement.objects.count()
    bring_in([line_for(ordered)], tied)
    assert (state_of(ordered), Movement.objects.count()) == ("ordered", before)
    found = Difference.objects.get()
    assert found.kind == "same_person"
    assert "une autre personne des finances reprend cet écart" in found.sentence
    assert not Difference.objects.visible_to(tied).exists()
    assert Difference.objects.visible_to(finance[0]).get() == found


def test_another_person_takes_the_difference_up(ordered, tied, denise):
    bring_in([line_for(ordered)], tied)
    assert confirming.retry(difference=Difference.objects.get(), by=denise)[0]
    assert state_of(ordered) == "paid"
    assert applying.apply(number=DP, by=denise)[0]


def test_the_preview_and_the_extract_do_not_say_whose_it_is(ordered, tied, client, denise):
    file = read([line_for(ordered, payee="STRUCTURE EN CAPITALES")], denise)
    client.force_login(tied)
    shown = text_of(client.get(file.get_absolute_url()))
    assert "Dossier avec lequel vous avez un lien" in shown
    for word in (str(ordered.award.fabrique), str(ordered.award.organisation), "STRUCTURE EN CAPITALES"):
        assert word not in shown
    source = f"{file.get_absolute_url()}fichier/"
    assert client.get(source).status_code == 403
    client.force_login(denise)
    given = client.get(source)
    assert given.status_code == 200
    # Read to its end, which closes the file.
    assert "STRUCTURE EN CAPITALES" in given.getvalue().decode()
    assert "STRUCTURE EN CAPITALES" in text_of(client.get(file.get_absolute_url()))


def test_a_difference_that_names_it_is_not_listed_nor_counted(ordered, tied, finance):
    other = Difference.objects.create(
        subject="dp:1", kind="other_award", sentence=f"L’EJ est celui de {ordered.award.fabrique}.", label="DP 1",
        file=read([line_for(ordered)], finance[0]),
    )  # fmt: skip
    closed = (ordered.award.application_id,)
    assert not Difference.objects.visible_to(tied).exists()
    assert Difference.objects.visible_to(finance[0]).get() == other
    assert [row[6] for row in differences(())] == [1]
    assert list(differences(closed)) == []


def test_the_account_of_its_structure_is_not_hers_to_verify(ordered, tied, finance):
    organisation = ordered.award.organisation
    account = propose(organisation, organisation.members.first())
    assert BankAccount.objects.visible_to(finance[0]).get() == account
    for rows in (BankAccount.objects.visible_to(tied), BankAccount.objects.readable_by(tied)):
        assert not rows.exists()
    assert [row[6] for row in accounts(())] == [1]
    assert list(accounts((ordered.award.application_id,))) == []
