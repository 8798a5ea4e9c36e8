"""Questions asked again and again with the same words: built once a process, asked afresh each time.

Building the large queries of the board costs as much as answering them. A queryset is lazy and a copy of it reads the
database anew: nothing of an answer is kept.
"""

from functools import lru_cache, wraps


def prepared(build):
    """Keep the queryset that `build` makes for its arguments (hashable: a programme, clocks, a day).

    `build` must depend on nothing but its arguments, the day included.
    """
    kept = lru_cache(maxsize=64)(build)

    @wraps(build)
    def asked(*args):
        return kept(*args).all()

    return asked
