"""A mixed integer programme written by blocks of columns and rows, solved exactly by HiGHS (scipy `milp`)."""

import ctypes
import os
from contextlib import contextmanager
from functools import cache

import numpy as np


def minimise(costs, *, whole, upper, entries, lows, highs, options, lower=0):
    """The cheapest value of each column under every row.

    Args:
        costs: one a column. whole: 1 for a column of whole numbers, 0 for another. lower, upper: its bounds.
        entries: (row, column, coefficient) as three arrays. lows, highs: between which each row is kept.
        options: of scipy's `milp` (gap, time).

    Returns:
        scipy's `OptimizeResult`; its `x` is None when nothing was found.
    """
    # Half a second of loading, that only a calculation needs.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    rows, columns, values = entries
    matrix = csr_array((values, (rows, columns)), shape=(len(lows), len(costs)))
    with solver_silent():
        return milp(
            costs, integrality=whole, bounds=Bounds(lower, upper), constraints=LinearConstraint(matrix, lows, highs),
            options=options,
        )  # fmt: skip


@contextmanager
def solver_silent():
    """HiGHS prints a line of its own now and then, whatever its options say: in C, to the output of this process.

    Only what C prints is put aside, where its library can be asked to; Python and the file descriptors are left alone.
    """
    try:
        printed = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stdout")
    except (OSError, ValueError):
        yield
        return
    before, printed.value = printed.value, nowhere()
    try:
        yield
    finally:
        printed.value = before


@cache
def nowhere():
    """A C stream that keeps nothing, for the life of the process."""
    library = ctypes.CDLL(None)
    library.fopen.restype = ctypes.c_void_p
    return library.fopen(os.devnull.encode(), b"w")


class LinearModel:
    """Columns (a cost, a ceiling, whole or not) and rows between two bounds; the cost is minimised."""

    def __init__(self):
        self.costs, self.ceilings, self.whole = [], [], []
        self.lows, self.highs = [], []
        self.entries = []
        self.width = self.height = 0

    def add_columns(self, costs, ceilings, count=None, whole=True):
        """Add columns from 0 to `ceilings`; returns their indices."""
        size = len(costs) if count is None else count
        self.costs.append(np.broadcast_to(np.asarray(costs, float), size))
        self.ceilings.append(np.broadcast_to(np.asarray(ceilings, float), size))
        self.whole.append(np.full(size, int(whole)))
        self.width += size
        return np.arange(self.width - size, self.width)

    def add_rows(self, lows, highs, count):
        """Add rows kept between `lows` and `highs`; returns their indices."""
        self.lows.append(np.broadcast_to(np.asarray(lows, float), count))
        self.highs.append(np.broadcast_to(np.asarray(highs, float), count))
        self.height += count
        return np.arange(self.height - count, self.height)

    def put(self, rows, columns, value=1.0):
        """Set the coefficient `value` where each row meets its column."""
        rows, columns = np.broadcast_arrays(rows, columns)
        self.entries.append((rows.ravel(), columns.ravel(), np.full(rows.size, value)))

    def solve(self, noise=None, gap=0.0):
        """The value of each column at the optimum, or None when nothing satisfies the rows.

        Args:
            noise: added to the costs of the first columns.
            gap: relative gap at which the search may stop; 0: proven to the end.

        Raises:
            RuntimeError: the solver stopped for another reason.
        """
        if not self.width:
            return self.nothing()
        costs = np.concatenate(self.costs)
        if noise is not None:
            costs[: len(noise)] += noise
        result = minimise(
            costs,
            whole=np.concatenate(self.whole),
            upper=np.concatenate(self.ceilings),
            entries=[np.concatenate(part) for part in zip(*self.entries, strict=True)],
            lows=np.concatenate(self.lows),
            highs=np.concatenate(self.highs),
            options={"mip_rel_gap": gap},
        )
        if result.status not in (0, 2):
            raise RuntimeError(f"The solver stopped: {result.message}")
        return result.x

    def nothing(self):
        """Without any column: the empty answer, if the rows accept it."""
        kept = all((low <= 0).all() and (high >= 0).all() for low, high in zip(self.lows, self.highs, strict=True))
        return np.zeros(0) if kept else None
