"""Real concurrent connections: the money of one award, several dossiers called at once."""

import pytest

from funding.models import Account, Award, Kind
from funding.reconciliation import differences
from selection import waitlists
from selection.late_awards import prepare_award
from selection.models import Decision
from tests.funding.rush import at_once
from tests.selection.after import after_the_list, announced, call_fields, decision_of
from tests.selection.conftest import GRANT

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def test_two_promotions_race_for_the_last_euro():
    """Called out of order with a reason, so that the money alone says who wins."""
    panel = announced(ranks=8, proposed=2, waiting=6, money=3 * GRANT)
    fields = call_fields(panel, out_of_order_reason="Course au dernier euro.")
    waiting = [decision_of(dossier) for dossier in panel.waiting]
    told = at_once([lambda d=decision: prepare_award(decision=d, **fields) for decision in waiting])
    assert sorted(told) == ["refused"] * 5 + ["won"]
    assert Account.objects.get(kind=Kind.AE_OPENED, line=panel.line).balance_cents == 0
    assert Decision.objects.filter(state="prepared").count() == 1
    assert Award.objects.filter(state="reserved").count() == 1
    assert differences() == []


def test_the_same_dossier_called_twice_at_once_is_called_once():
    panel = announced(money=5 * GRANT)
    decision = decision_of(panel.waiting[0])
    told = at_once([lambda: prepare_award(decision=decision, **call_fields(panel))] * 4)
    assert told.count("won") == 1
    assert all(one == "won" or one.startswith("StalePage") for one in told)
    assert Account.objects.get(kind=Kind.AE_OPENED, line=panel.line).balance_cents == 2 * GRANT


def test_a_list_closed_by_several_sweeps_at_once_is_closed_once():
    panel = announced(ranks=5, waiting=3)
    with after_the_list(panel):
        told = at_once([waitlists.sweep] * 4)
    assert set(told) == {"won"}
    assert Decision.objects.filter(state="prepared", act="refusal").count() == 3
