"""The rules of an assignment as columns and rows."""

import numpy as np

from applications.evaluations.linear_model import LinearModel

# Hard rules that may be made elastic, to find which one to loosen.
ELASTIC = ("most", "least", "apart", "wanted")


class AssignmentModel:
    """One column a pair that may meet, then what the rules need.

    Args:
        problem: an `optimiser.Problem`.
        elastic: hard rules (`ELASTIC`) that may be broken at one point each; every other cost is then left out.
    """

    def __init__(self, problem, elastic=None):
        self.problem, self.elastic = problem, elastic
        self.model = LinearModel()
        self.slack = {}
        self.pairs = np.argwhere(problem.allowed & (problem.wanted > 0)[:, None])
        self.dossiers, self.reviewers = self.pairs.T
        costs = (problem.costs - problem.kept)[self.dossiers, self.reviewers]
        self.x = self.model.add_columns(self.priced(costs), 1, count=len(self.pairs))
        self.column = np.full(problem.allowed.shape, -1)
        self.column[self.dossiers, self.reviewers] = self.x
        self.pieces = None
        self.sheets()
        self.loads()
        self.least_loads()
        self.pairs_apart()
        if elastic is None:
            self.an_expert()
            self.two_regions()

    def priced(self, costs):
        return costs if self.elastic is None else 0

    def solve(self, noise=None, gap=0.0):
        return self.model.solve(noise, gap)

    def chosen(self, values):
        """(D, R) booleans from the values of the columns."""
        chosen = np.zeros(self.column.shape, dtype=bool)
        chosen[self.dossiers, self.reviewers] = values[self.x] > 0.5
        return chosen

    # --- Hard rules ------------------------------------------------------------------------------------------------

    def loosened(self, rule, rows, ceilings, value=1.0):
        """Let the rows of a rule be broken, at one point a unit, when it is elastic."""
        if self.elastic and rule in self.elastic and len(rows):
            self.slack[rule] = self.model.add_columns(1, ceilings, count=len(rows))
            self.model.put(rows, self.slack[rule], value)

    def sheets(self):
        wanted = self.problem.wanted
        rows = self.model.add_rows(wanted, wanted, len(wanted))
        self.model.put(rows[self.dossiers], self.x)
        self.missing = None
        if self.problem.prices.missing is not None:
            self.missing = self.model.add_columns(self.priced(self.problem.prices.missing), wanted, count=len(wanted))
            self.model.put(rows, self.missing)
        self.loosened("wanted", rows, wanted)

    def loads(self):
        """The k-th dossier of a reviewer takes her k-th place, dearer than the one before: loads are levelled."""
        problem = self.problem
        room = (problem.most - problem.carried).clip(0, len(problem.wanted))
        owners = np.repeat(np.arange(len(room)), room)
        ranks = np.arange(len(owners)) - np.repeat(np.cumsum(room) - room, room)
        rows = self.model.add_rows(0, 0, len(room))
        self.model.put(rows[self.reviewers], self.x)
        costs = problem.prices.load * (problem.carried[owners] + ranks)
        places = self.model.add_columns(self.priced(costs), 1, count=len(owners), whole=False)
        self.model.put(rows[owners], places, -1.0)
        self.loosened("most", rows, len(problem.wanted), -1.0)

    def least_loads(self):
        short = (self.problem.least - self.problem.carried).clip(0)
        bound = np.flatnonzero(short)
        rows = self.model.add_rows(short[bound], np.inf, len(bound))
        place = np.full(len(short), -1)
        place[bound] = rows
        concerned = short[self.reviewers] > 0
        self.model.put(place[self.reviewers[concerned]], self.x[concerned])
        self.loosened("least", rows, short[bound])

    def pairs_apart(self):
        """(dossier, pair) in `self.meetings`, one row each."""
        self.meetings, found = [], []
        for one, other in self.problem.apart:
            for dossier in np.flatnonzero((self.column[:, one] >= 0) & (self.column[:, other] >= 0)):
                self.meetings.append((int(dossier), (one, other)))
                found.append((self.column[dossier, one], self.column[dossier, other]))
        rows = self.model.add_rows(-np.inf, 1, len(found))
        if found:
            self.model.put(rows[:, None], np.array(found))
        self.loosened("apart", rows, 1, -1.0)

    # --- Rules that have a price -----------------------------------------------------------------------------------

    def an_expert(self):
        price = self.problem.prices.expert
        if not price:
            return
        rows = self.model.add_rows(self.problem.wanted > 0, np.inf, len(self.problem.wanted))
        known = self.problem.experts[self.dossiers, self.reviewers]
        self.model.put(rows[self.dossiers[known]], self.x[known])
        self.model.put(rows, self.model.add_columns(price, 1, count=len(rows), whole=False))

    def two_regions(self):
        """Whatever the region, somebody of another known region reads the dossier too."""
        if not self.problem.prices.regions:
            return
        regions, wanted = self.problem.regions, self.problem.wanted
        alone = self.model.add_columns(self.problem.prices.regions, 1, count=len(wanted), whole=False)
        for region in np.unique(regions[regions >= 0]).tolist() or [-1]:
            inside = (regions == region) | (regions < 0)
            possible = (self.column[:, inside] >= 0).sum(axis=1)
            bound = np.flatnonzero((wanted > 1) & ((possible >= wanted) | (self.missing is not None)))
            self.somebody_outside(bound, inside, alone)

    def somebody_outside(self, bound, inside, alone):
        rows = self.model.add_rows(-np.inf, self.problem.wanted[bound] - 1, len(bound))
        place = np.full(len(self.problem.wanted), -1)
        place[bound] = rows
        concerned = inside[self.reviewers] & (place[self.dossiers] >= 0)
        self.model.put(place[self.dossiers[concerned]], self.x[concerned])
        self.model.put(rows, alone[bound], -1.0)
        if self.missing is not None:
            self.model.put(rows, self.missing[bound])

    def join(self, piece):
        """Ask that this group of reviewers share a dossier with the others, unless one side has none; or pay once."""
        if self.pieces is None:
            self.pieces = self.model.add_columns(self.problem.prices.overlap, 1, count=1)
        inside = np.isin(np.arange(len(self.problem.most)), piece)
        sides = [self.reads(inside), self.reads(~inside)]
        bridges = self.model.add_columns(0, 1, count=len(self.problem.wanted), whole=False)
        for rows in sides:
            self.model.put(rows, bridges)
        row = self.model.add_rows(1, np.inf, 1)
        self.model.put(row, bridges)
        self.model.put(row, self.pieces)
        for side in (inside, ~inside):
            if not (self.problem.carried[side] > 0).any():
                self.model.put(row, self.idle(side))

    def reads(self, side):
        """Rows (bridge of a dossier) ≤ (how many of that side read it), the bridge being put by the caller."""
        rows = self.model.add_rows(-np.inf, 0, len(self.problem.wanted))
        concerned = side[self.reviewers]
        self.model.put(rows[self.dossiers[concerned]], self.x[concerned], -1.0)
        return rows

    def idle(self, side):
        """A column that may be 1 only when nobody of that side has a dossier."""
        column = self.model.add_columns(0, 1, count=1)
        most = int(self.problem.wanted.sum())
        row = self.model.add_rows(-np.inf, most, 1)
        self.model.put(row, self.x[side[self.reviewers]])
        self.model.put(row, column, float(most))
        return column

    def pays_for_pieces(self, values):
        return self.pieces is not None and values[self.pieces[0]] > 0.5


def regions_seen(problem, chosen):
    """How many known regions the chosen reviewers (R,) come from."""
    seen = problem.regions[chosen]
    return len(np.unique(seen[seen >= 0]))
