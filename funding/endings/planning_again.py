"""The instalments that a withdrawal cancelled, planned again: those it found, later where their year is past."""

from datetime import date

from funding.models import Instalment
from funding.schedules import ON_REPORT, Plan, kept_of, years_after


def plans_again(award, before, total_cents, on):
    """`Plan`s of what is not owed yet, so that the award pays `total_cents` in all.

    Args:
        before: rows of the schedule that the withdrawal found (`snapshots.instalment_row`), in order.
        total_cents: what the award pays from now on, what is paid or owed included.
        on: Paris date of the act: nothing is planned before it, nor in a year before it.
    """
    kept = kept_of(award)
    paid = sum(one.cents for one in kept)
    room: dict[int, int] = {}
    for one in kept:
        room[one.schedule_year.year] = room.get(one.schedule_year.year, 0) + one.cents
    rows = left_of(before, paid, total_cents - paid)
    return [plan for row in rows for plan in placed(row, award.year_cap_cents, room, on)]


def left_of(rows, skipped, cents):
    """The rows after the `skipped` first cents, until `cents`; what no row holds is one more."""
    found = []
    for row in rows:
        gone = min(skipped, row["cents"])
        part = min(row["cents"] - gone, cents)
        skipped, cents = skipped - gone, cents - part
        if part:
            found.append({**row, "cents": part})
    return found + ([one_more(cents)] if cents else [])


def one_more(cents):
    """Of a withdrawal decided before its schedule was kept."""
    return {"kind": Instalment.Kind.BALANCE, "year": 0, "cents": cents, "condition": ON_REPORT, "expected_on": ""}


def placed(row, cap_cents, used, on):
    """The plans of one row: in its year or that of the act, the next ones where the yearly cap is reached."""
    year, left, plans = max(row["year"], on.year), row["cents"], []
    while left:
        part = min(left, cap_cents - used.get(year, 0))
        if part > 0:
            used[year], left = used.get(year, 0) + part, left - part
            plans.append(
                Plan(
                    kind=row["kind"], year=year, cents=part, condition=row["condition"],
                    expected_on=expected(row, year, on),
                )
            )  # fmt: skip
        year += 1
    return plans


def expected(row, year, on):
    """The same day as before in the year where it is paid, the day of the act at the earliest."""
    if not row["expected_on"]:
        return max(on, years_after(on, year - on.year))
    day = date.fromisoformat(row["expected_on"])
    return max(on, day if row["year"] == year else years_after(day, year - row["year"]))
