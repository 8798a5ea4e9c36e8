"""The order of a panel's day: whoever has ties leaves as few times as can be, and once where that is possible."""

import itertools
import random
import time

from selection.agenda import EXACT_BLOCKS, exits_of, in_blocks

SEED = 20211105


def fewest_exits(items):
    return min(total_exits(order) for order in itertools.permutations(items))


def total_exits(items):
    return sum(exits_of(items).values())


def ordered(items):
    sets = dict(items)
    return [(key, sets[key]) for key in in_blocks(items)]


def random_agenda(chance, *, items, people):
    ties = range(people)
    return [(key, frozenset(one for one in ties if chance.random() < 0.3)) for key in range(items)]


def test_no_order_of_the_same_points_makes_anybody_leave_less():
    chance = random.Random(SEED)
    for _ in range(300):
        items = random_agenda(chance, items=chance.randint(1, 6), people=chance.randint(1, 4))
        assert total_exits(ordered(items)) == fewest_exits(items)


def test_each_leaves_once_when_an_order_allows_it():
    """Ties that overlap along the agenda, shuffled: the order that lets each leave once is found again."""
    chance = random.Random(SEED)
    for _ in range(100):
        starts = [chance.randrange(20) for _ in range(5)]
        lengths = [chance.randint(1, 6) for _ in range(5)]
        items = [
            (key, frozenset(p for p in range(5) if starts[p] <= key < starts[p] + lengths[p])) for key in range(20)
        ]
        chance.shuffle(items)
        if len({leaving for _, leaving in items if leaving}) <= EXACT_BLOCKS:
            assert set(exits_of(ordered(items)).values()) <= {1}


def test_points_that_nobody_leaves_come_first_in_the_order_of_the_ranking():
    items = [("a", frozenset()), ("b", frozenset({1})), ("c", frozenset()), ("d", frozenset({1}))]
    assert in_blocks(items) == ["a", "c", "b", "d"]


def test_every_point_is_there_once_whatever_the_number_of_blocks():
    chance = random.Random(SEED)
    items = random_agenda(chance, items=120, people=5)
    start = time.perf_counter()
    assert sorted(in_blocks(items)) == list(range(120))
    assert total_exits(ordered(items)) <= total_exits(items)
    assert time.perf_counter() - start < 5
