"""The financing plan: what balances may be sent, what does not is told with its gap."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from accounts.french import euros
from applications import budget

BOUNDS = SimpleNamespace(min_cents=7_500_000, max_cents=15_000_000, year_cap_cents=5_000_000)
amounts = st.integers(min_value=0, max_value=20_000_000)
rows = st.sampled_from([(row.side, row.account) for row in budget.ROWS])
plans = st.dictionaries(st.tuples(rows, st.integers(1, 3)), amounts).map(
    lambda cells: {(side, account, year): cents for ((side, account), year), cents in cells.items()}
)


def problems(cells, bounds=BOUNDS):
    return budget.problems(cells, years=3, bounds=bounds, first_year=2027)


def balanced(requested, *, volunteering=0):
    cells = {}
    for rank, cents in enumerate(requested, start=1):
        cells |= {("requested", "74", rank): cents, ("expense", "64", rank): cents + 100}
        cells |= {("resource", "70", rank): 100}
        cells |= {("expense", "86", rank): volunteering, ("resource", "87", rank): volunteering}
    return cells


@given(st.lists(st.integers(2_500_000, 5_000_000), min_size=3, max_size=3), amounts)
def test_a_balanced_plan_within_bounds_has_no_problem(requested, volunteering):
    assert problems(balanced(requested, volunteering=volunteering)) == []


@given(plans)
def test_a_year_is_told_unbalanced_exactly_when_it_is_with_its_gap(cells):
    told = {one.year_rank: one.sentence for one in problems(cells) if one.row == "balance" and one.year_rank}
    for rank in (1, 2, 3):
        spent = sum(c for (side, _, year), c in cells.items() if year == rank and side == "expense")
        financed = sum(c for (side, _, year), c in cells.items() if year == rank and side != "expense")
        assert (rank in told) == (spent != financed)
        if rank in told:
            assert euros(abs(spent - financed)) in told[rank] and str(2026 + rank) in told[rank]


@given(plans)
def test_a_plan_without_problem_keeps_every_rule(cells):
    if problems(cells):
        return
    asked = [budget.requested(cells, rank) for rank in (1, 2, 3)]
    assert max(asked) <= BOUNDS.year_cap_cents and BOUNDS.min_cents <= sum(asked) <= BOUNDS.max_cents


@given(st.lists(amounts, min_size=3, max_size=3))
def test_caps_and_bounds_are_told_with_the_excess(requested):
    found = problems(balanced(requested))
    over = {one.year_rank for one in found if one.row == budget.REQUESTED.key}
    assert over == {rank for rank, cents in enumerate(requested, start=1) if cents > BOUNDS.year_cap_cents}
    total = [one.sentence for one in found if one.row == "total"]
    assert bool(total) == (not BOUNDS.min_cents <= sum(requested) <= BOUNDS.max_cents)


def test_volunteering_is_the_same_on_both_sides():
    cells = balanced([3_000_000] * 3) | {("expense", "86", 2): 500, ("resource", "70", 2): 600}
    assert [one.row for one in problems(cells)] == ["volunteering"]


def test_a_segment_without_amounts_and_an_empty_plan_are_told():
    assert [one.row for one in problems({}, bounds=None)] == ["balance", "total"]
