"""The order of a panel's day: pure. Somebody who has a tie leaves the room as few times as can be.

Dossiers that the same people leave for are one block. Going from a block to the next costs one exit a person who was
sitting and leaves; the order with the fewest exits is a shortest path through the blocks. It is found exactly up to
`EXACT_BLOCKS` blocks (dynamic programming over their subsets), and by insertion then moves beyond.
"""

from collections import defaultdict

# 2^11 subsets × 11 × 11 steps: under 0.2 s in Python.
EXACT_BLOCKS = 11


def in_blocks(items):
    """Put the points of an agenda in order.

    Args:
        items: [(key, frozenset of those who must leave)], in the order of the ranking.

    Returns:
        The keys: first those that nobody leaves, then block after block, each in the order of the ranking.
    """
    blocks = defaultdict(list)
    for key, leaving in items:
        blocks[frozenset(leaving)].append(key)
    nobody = blocks.pop(frozenset(), [])
    order = shortest(list(blocks))
    return nobody + [key for leaving in order for key in blocks[leaving]]


def shortest(sets):
    """The sets in an order of fewest exits; ties keep the order given."""
    if len(sets) <= EXACT_BLOCKS:
        return exact(sets)
    return improved(inserted(sets))


def exits(order):
    """How many times somebody leaves when the sets come in this order."""
    total, out = 0, frozenset()
    for leaving in order:
        total += len(leaving - out)
        out = leaving
    return total


def exits_of(items):
    """{person: how many times she leaves} for [(key, those who leave)] in the order of the agenda."""
    count, out = defaultdict(int), frozenset()
    for _, leaving in items:
        for person in leaving - out:
            count[person] += 1
        out = leaving
    return dict(count)


def exact(sets):
    """Held and Karp: the cheapest way to have done each subset and be at its last block."""
    size = len(sets)
    if size < 2:
        return list(sets)
    cost = [[len(sets[b] - sets[a]) for b in range(size)] for a in range(size)]
    best = {(1 << one, one): (len(sets[one]), None) for one in range(size)}
    for done in range(1, 1 << size):
        for last in range(size):
            if (done, last) in best:
                extend(best, cost, done, last)
    full = (1 << size) - 1
    last = min(range(size), key=lambda one: (best[full, one][0], one))
    return [sets[one] for one in backwards(best, full, last)]


def extend(best, cost, done, last):
    so_far = best[done, last][0]
    for following in range(len(cost)):
        if done >> following & 1:
            continue
        key, total = (done | 1 << following, following), so_far + cost[last][following]
        if key not in best or total < best[key][0]:
            best[key] = (total, last)


def backwards(best, done, last):
    path = []
    while last is not None:
        path.append(last)
        done, last = done ^ (1 << last), best[done, last][1]
    return path[::-1]


def inserted(sets):
    """Each block where it adds the fewest exits, the largest first."""
    order = []
    for leaving in sorted(sets, key=len, reverse=True):
        places = range(len(order) + 1)
        order = min(([*order[:place], leaving, *order[place:]] for place in places), key=exits)
    return order


def improved(order):
    """Reverse stretches and move single blocks while that saves an exit."""
    best = exits(order)
    while True:
        better = min(neighbours(order), key=exits, default=order)
        if exits(better) >= best:
            return order
        order, best = better, exits(better)


def neighbours(order):
    size = len(order)
    for start in range(size):
        for end in range(start + 2, size + 1):
            yield order[:start] + order[start:end][::-1] + order[end:]
        rest = order[:start] + order[start + 1 :]
        for place in range(size):
            if place != start:
                yield [*rest[:place], order[start], *rest[place:]]
