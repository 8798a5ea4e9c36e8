"""The drawing of severities: one line a reviewer, a point and its interval, zero in the middle. Beside a table."""

from dataclasses import dataclass
from math import ceil

from accounts.french import decimal

WIDTH, NAMES, ROW, TOP = 720, 200, 24, 28
# Room on the right for the last mark of the axis.
MARGIN = 24
STEPS = (1, 2, 5, 10, 20, 25, 50)
MARKS = 3


@dataclass(frozen=True)
class Row:
    """Whole pixels of the viewBox."""

    label: str
    y: int
    middle: int
    low: int
    high: int
    point: int
    marked: bool


@dataclass(frozen=True)
class Chart:
    height: int
    zero: int
    rows: list
    marks: list
    width: int = WIDTH
    names: int = NAMES
    top: int = TOP


def chart_of(lines):
    """The `Chart` of `ReviewerLine`s that have a severity, in their order.

    Args:
        lines: those of `WaveScores`; scores in hundredths, drawn in points.
    """
    reach = max(max(abs(line.severity.low), abs(line.severity.high)) for line in lines) / 100
    step = next((step for step in STEPS if step * MARKS >= reach), ceil(reach / MARKS))
    across = WIDTH - NAMES - MARGIN

    def x(hundredths):
        return round(NAMES + across / 2 + hundredths / 100 * across / 2 / (step * MARKS))

    rows = [
        Row(
            label=str(line.reviewer),
            y=TOP + ROW * place + 16,
            middle=TOP + ROW * place + 11,
            low=x(line.severity.low),
            high=x(line.severity.high),
            point=x(line.severity.value),
            marked=line.is_marked,
        )
        for place, line in enumerate(lines)
    ]
    marks = [(x(100 * step * k), signed(step * k)) for k in range(-MARKS, MARKS + 1)]
    return Chart(height=TOP + ROW * len(rows) + 8, zero=x(0), rows=rows, marks=marks)


def signed(points, places=0):
    """« +5 », « −5 », « 0 » points."""
    text = decimal(abs(points), places)
    if float(text.replace(",", ".")) == 0:
        return text
    return f"+{text}" if points > 0 else f"−{text}"
