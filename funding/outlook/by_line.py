"""What is left to pay, as the budget says it: by line until 31 December, and by year of payment, on any day."""

import datetime
from collections import defaultdict

from funding.outlook.remaining import remaining

COLUMNS = 3


def lefts(*, as_of, known_on, programmes):
    """{programme key: `Remaining`} of a day; as many queries for each of them.

    Args:
        as_of, known_on: Paris dates. programmes: keys.
    """
    return {key: remaining(as_of=as_of, known_on=known_on, programme=key) for key in sorted(programmes)}


def needed_by_line(found, year):
    """{line: CP needed by 31 December of `year` and not ordered yet}, in cents: late instalments and refunds too."""
    last, needed = datetime.date(year, 12, 31), defaultdict(int)
    for left in found.values():
        for part in left.waiting_for_cp:
            if not part.ordered and part.expected_on <= last:
                needed[part.line] += part.cents
    return needed


def by_payment_year(found, year):
    """CP to open, year after year: {"before" | "new" | "refunds": cents of `year`, the two after, later, unplanned}.

    "before": on AE of earlier years; "new": on those of `year`; "refunds": on no AE.
    """
    rows = {key: [0] * (COLUMNS + 2) for key in ("before", "new", "refunds")}
    for left in found.values():
        for part in left.waiting_for_cp:
            ae_year = getattr(part, "ae_year", None)
            key = "refunds" if ae_year is None else "before" if ae_year < year else "new"
            rows[key][min(max(part.expected_on.year - year, 0), COLUMNS)] += part.cents
        for (_, ae_year), cents in left.unplanned.items():
            rows["before" if ae_year < year else "new"][-1] += cents
    return rows
