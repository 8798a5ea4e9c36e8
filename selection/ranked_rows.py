"""Which rows of a long ranking a page shows: filters, the funding line, and a fold for what is far from it."""

from itertools import groupby

from accounts.french import plural

FOLDED_ABOVE = 60
SHOWN_FIRST = 3
SHOWN_AROUND = 15


def tabs(rows, views, view):
    """[(key, label, count, chosen)] of the filters; empty ones are left out unless chosen.

    Args:
        views: {key: (label, function that keeps a row)}. view: the key that is chosen, "" for the whole ranking.
    """
    counted = [("", "Tous", len(rows))]
    counted += [(key, label, sum(bool(keep(row)) for row in rows)) for key, (label, keep) in views.items()]
    return [(key, label, count, key == view) for key, label, count in counted if count or key in ("", view)]


def with_line(rows, last, *, everything=False):
    """The parts of a table: ("row", row), ("line", None) and ("fold", sentence).

    Args:
        last: index of the row above the funding line, -1 when none is funded. everything: fold nothing.
    """
    parts = [] if last >= 0 else [("line", None)]
    above, below = list(enumerate(rows))[: last + 1], list(enumerate(rows))[last + 1 :]
    for side in (above, below):
        for far, some in groupby(side, lambda one: not everything and is_far(one[0], last, len(rows))):
            found = [("row", row) for _, row in some]
            parts += [fold(len(found))] if far else found
        if side is above and above:
            parts.append(("line", None))
    return parts


def is_far(index, last, total):
    return total > FOLDED_ABOVE and index >= SHOWN_FIRST and abs(index - last) > SHOWN_AROUND


def fold(count):
    return "fold", f"Afficher {plural(count, 'dossier')} de plus"
