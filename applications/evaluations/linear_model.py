"""A mixed integer programme written by blocks of columns and rows, solved exactly by HiGHS (scipy `milp`)."""

import numpy as np


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
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        costs = np.concatenate(self.costs)
        if noise is not None:
            costs[: len(noise)] += noise
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        matrix = csr_array((values, (rows, columns)), shape=(self.height, self.width))
        result = milp(
            costs,
            integrality=np.concatenate(self.whole),
            bounds=Bounds(0, np.concatenate(self.ceilings)),
            constraints=LinearConstraint(matrix, np.concatenate(self.lows), np.concatenate(self.highs)),
            options={"mip_rel_gap": gap},
        )
        if result.status not in (0, 2):
            raise RuntimeError(f"The solver stopped: {result.message}")
        return result.x

    def nothing(self):
        """Without any column: the empty answer, if the rows accept it."""
        kept = all((low <= 0).all() and (high >= 0).all() for low, high in zip(self.lows, self.highs, strict=True))
        return np.zeros(0) if kept else None
