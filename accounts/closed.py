"""Lines that name something closed to their reader: the journal, the mail and the notifications leave them out.

These lines are texts, and open nothing; the floors above say which names a person must not read.
"""

from collections.abc import Callable

from django.db.models import Q

# user → names (places, numbers, structures) that she must not read.
NAMERS: list[Callable] = []
# A shorter name would be found in any text.
SHORTEST = 4


def names_closed_to(user):
    """The names that a person must not read, the longest first."""
    names = {name for namer in NAMERS for name in namer(user) if len(name) >= SHORTEST}
    return sorted(names, key=lambda name: (-len(name), name))


def readable(rows, user, *fields):
    """The rows of a queryset whose texts name nothing that is closed to `user`.

    Args:
        fields: names of the text fields that are shown.
    """
    closed = naming(names_closed_to(user), *fields)
    return rows.filter(~closed) if closed else rows


def naming(names, *fields):
    """Condition: one of the texts holds one of the names; an empty `Q` without names."""
    closed = Q()
    for name in names:
        for field in fields:
            closed |= Q(**{f"{field}__contains": name})
    return closed


def count_readable(rows, user, *fields, count):
    """How many of these rows `user` may read; nothing is asked of them when nothing is closed to her.

    Args:
        count: how many there are.
    """
    closed = naming(names_closed_to(user), *fields)
    return rows.filter(~closed).count() if closed else count


def says_nothing_closed(texts, names):
    """Whether none of the texts holds one of the names."""
    return not any(name in text for text in texts for name in names)
