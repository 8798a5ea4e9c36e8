"""`manage.py reconcile` sees what a hand changed behind the ledger's back."""

import io

import pytest
from django.core.management import call_command
from django.db import connection

from funding.models import Account, Kind
from tests.guards import triggers_aside

pytestmark = pytest.mark.django_db


def reconcile():
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("reconcile", stdout=out, stderr=err)
    except SystemExit as ended:
        return ended.code, err.getvalue()
    return 0, out.getvalue()


def test_what_went_through_the_ledger_agrees(paid):
    assert reconcile() == (0, "0 écart(s).\n")


def test_a_balance_changed_by_a_superuser_is_told(paid):
    account = Account.objects.get(kind=Kind.AE_LIQUIDATED)
    with triggers_aside(connection):
        Account.objects.filter(pk=account.pk).update(balance_cents=account.balance_cents + 1)
    status, told = reconcile()
    assert status == 1
    assert f"compte {account.pk}" in told
    assert "somme de tous les soldes : 1 centimes" in told


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("UPDATE funding_daytotal SET cents = cents + 1", "total du jour"),
        ("UPDATE funding_monthtotal SET cents = cents + 1", "total du mois"),
        ("UPDATE funding_monthtotal SET last_on = month", "total du mois"),
    ],
)
def test_a_total_changed_by_a_superuser_is_told(paid, change, name):
    with triggers_aside(connection), connection.cursor() as cursor:
        cursor.execute(f"{change} WHERE to_kind = 'ae_committed'")
    status, told = reconcile()
    assert status == 1
    assert name in told


def test_a_place_selected_without_an_award_is_told(paid):
    from applications.models import FabriqueFact
    from tests.funding.conftest import make_place, today

    place = make_place(paid.wave.call.programme)
    FabriqueFact.objects.create(fabrique=place, kind="selected", effective_on=today(), evidence="Rien")
    status, told = reconcile()
    assert status == 1
    assert "sélectionnée sans attribution" in told
