"""The State-aid regulation in the letter of an award."""

import pytest

from accounts.french import euros
from programme.models import CallVersion
from selection.letters import aid_regime

Basis = CallVersion.StateAid


@pytest.mark.parametrize(
    ("basis", "regulation"),
    [(Basis.DE_MINIMIS, "2023/2831"), (Basis.SIEG_DE_MINIMIS, "2023/2832"), (Basis.EXEMPTED, "651/2014")],
)
def test_an_award_names_its_regulation(basis, regulation):
    told = aid_regime(CallVersion(state_aid_basis=basis), 15_000_000)
    assert regulation in told
    assert (euros(15_000_000) in told) == (basis != Basis.EXEMPTED)


def test_what_is_no_state_aid_says_nothing():
    assert aid_regime(CallVersion(state_aid_basis=Basis.NOT_AID), 15_000_000) == ""


def test_every_basis_is_known():
    assert all(aid_regime(CallVersion(state_aid_basis=one), 100) for one in Basis if one != Basis.NOT_AID)
