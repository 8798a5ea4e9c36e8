"""Drawings made by the server: geometry only, as text ready for SVG attributes. Steps, never curves. Pure."""

import datetime
import math
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import mark_safe

# Labels at the end of the lines never touch.
LABEL_HEIGHT = 18


def number(value):
    """A coordinate, with a point whatever the language."""
    return f"{value:.1f}"


@dataclass(frozen=True)
class Frame:
    """The drawing area of a chart whose x is a day and y an amount."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    start: datetime.date
    end: datetime.date
    most: float

    def x(self, day):
        span = max((self.end - self.start).days, 1)
        share = min(max((day - self.start).days / span, 0), 1)
        return self.left + share * (self.right - self.left)

    def y(self, value):
        return self.bottom - value / self.most * (self.bottom - self.top)

    def grid(self, label):
        """[(y, y of the text, text)] of the horizontal lines."""
        step = nice_step(self.most)
        return [
            (number(self.y(n * step)), number(self.y(n * step) + 4), label(n * step))
            for n in range(math.floor(self.most / step) + 1)
        ]

    def years(self):
        """[(x of 1 January or "", x of the text, year)], thinned out when there are many."""
        every = max(1, math.ceil((self.end.year - self.start.year + 1) / 9))
        marks = []
        for year in range(self.start.year, self.end.year + 1):
            first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
            begins = number(self.x(first)) if first >= self.start else ""
            middle = number((self.x(max(first, self.start)) + self.x(min(last, self.end))) / 2)
            visible = self.x(min(last, self.end)) - self.x(max(first, self.start)) > 28
            marks.append((begins, middle, str(year) if visible and (year - self.start.year) % every == 0 else ""))
        return marks

    def axes(self, label):
        """The lines of the grid and the years, as SVG: numbers only."""
        left, right, base = self.left, self.right, self.bottom
        rows = (
            f'<line class="l-grille" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
            f'<text class="t-axe" x="{left - 8}" y="{text_y}" text-anchor="end">{text}</text>'
            for y, text_y, text in self.grid(label)
        )
        years = (
            (f'<line class="l-axe" x1="{begins}" x2="{begins}" y1="{base}" y2="{base + 5}"/>' if begins else "")
            + f'<text class="t-axe" x="{middle}" y="{base + 20}" text-anchor="middle">{year}</text>'
            for begins, middle, year in self.years()
        )
        return mark_safe("".join([*rows, *years]))

    def steps(self, points, until):
        """Path of a line that rises on each (day, value) and runs flat to `until`."""
        path = [f"M{number(self.x(points[0][0]))} {number(self.y(0))}"]
        for day, value in points:
            path.append(f"H{number(self.x(day))}V{number(self.y(value))}")
        return "".join([*path, f"H{number(self.x(until))}"])


def nice_step(most, lines=6):
    """1, 2 or 5 times a power of ten, for at most so many lines."""
    raw = max(most / lines, 1e-9)
    power = 10 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)


def rounded_up(value):
    """The top of a scale that holds `value`."""
    step = nice_step(value)
    return math.ceil(value / step) * step


def spread(labels, low, high):
    """Move labels apart: [(y wanted, anything)] → the same with y at least `LABEL_HEIGHT` apart, inside the frame."""
    placed = [[max(y, low), one] for y, one in sorted(labels, key=lambda pair: pair[0])]
    for above, below in pairwise(placed):
        below[0] = max(below[0], above[0] + LABEL_HEIGHT)
    if placed and placed[-1][0] > high:
        placed[-1][0] = high
        for below, above in pairwise(reversed(placed)):
            above[0] = min(above[0], below[0] - LABEL_HEIGHT)
    return [(y, one) for y, one in placed]


# --- From the announcement to the payment --------------------------------------------------------------------------

MILLION = 100_000_000


@dataclass(frozen=True)
class Line:
    key: str
    name: str
    path: str
    x: str
    y: str
    label_y: str
    value: str


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    text: str
    text_x: str
    text_y: str
    anchor: str


def millions_text(cents):
    return f"{cents / MILLION:.1f}".replace(".", ",")


@dataclass(frozen=True)
class MoneyChart:
    frame: Frame
    axes: str
    lines: list[Line]
    dots: list[Dot]
    announced: dict
    today_x: str

    @property
    def label_x(self):
        return self.frame.right + 10


def money_chart(curves, in_force, statements, day):
    """From the announcement to the payment, cumulated.

    Args:
        curves: [(key, name, [(day, cents)])] of what really moved, in the order of the legend.
        in_force: the `Announcement` in force, or None.
        statements: every statement of money; those with another sum are dots.
        day: the last day drawn.

    Returns:
        A `MoneyChart`, or None when there is nothing to draw.
    """
    starts = [points[0][0] for _, _, points in curves if points]
    starts += [in_force.stated_on] if in_force else []
    if not starts:
        return None
    most = max([points[-1][1] for _, _, points in curves if points] + [in_force.amount_cents if in_force else 0])
    first = datetime.date(min(starts).year, 1, 1)
    frame = Frame(860, 360, 44, 710, 16, 330, first, max(day, datetime.date(first.year, 12, 31)), rounded_up(most))
    return MoneyChart(
        frame=frame,
        axes=frame.axes(lambda cents: f"{cents / MILLION:g}".replace(".", ",")),
        lines=money_lines(frame, curves, in_force, day),
        dots=statement_dots(frame, statements, in_force),
        announced=announced_shape(frame, in_force, day),
        today_x=number(frame.x(day)),
    )


def money_lines(frame, curves, in_force, day):
    drawn = [(key, name, points) for key, name, points in curves if points]
    if in_force:
        drawn.insert(0, ("annonce", "Annoncé", [(in_force.stated_on, in_force.amount_cents)]))
    labels = spread([(frame.y(points[-1][1]), key) for key, _, points in drawn], frame.top, frame.bottom)
    label_y = {key: y for y, key in labels}
    return [
        Line(
            key=key,
            name=name,
            path=frame.steps(points, day),
            x=number(frame.x(day)),
            y=number(frame.y(points[-1][1])),
            label_y=number(label_y[key]),
            value=millions_text(points[-1][1]),
        )
        for key, name, points in drawn
    ]


def statement_dots(frame, statements, in_force):
    """The other sums that were said, where they were said; two of one day share nothing but the day."""
    others = [one for one in statements if one.amount_cents and (in_force is None or one.pk != in_force.pk)]
    dots = []
    for one in others:
        x, y = frame.x(one.stated_on), frame.y(one.amount_cents)
        if one.amount_cents > frame.most:
            continue
        late = x > (frame.left + frame.right) / 2
        text = f"{millions_text(one.amount_cents).removesuffix(',0')} M€ dits en {one.stated_on.year}"
        text_x, anchor = (x - 8, "end") if late else (x + 8, "start")
        dots.append(Dot(number(x), number(y), text, number(text_x), number(y + 4), anchor))
    return dots


def announced_shape(frame, in_force, day):
    """The promise as an area: grants below, the fund hatched and apart above."""
    if in_force is None:
        return {}
    left, right = frame.x(in_force.stated_on), frame.x(day)
    top, base = frame.y(in_force.amount_cents), frame.y(in_force.grants_cents or in_force.amount_cents)
    return {
        "x": number(left),
        "width": number(max(right - left, 1)),
        "grants_y": number(base),
        "grants_height": number(frame.bottom - base),
        "fund_y": number(top),
        "fund_height": number(base - top),
        "text_x": number(left + 8),
        "fund_text_y": number((top + base) / 2),
        "grants_text_y": number(base + 18),
    }


# --- The way to the target -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CountChart:
    frame: Frame
    axes: str
    lines: list[Line]
    dots: str
    target_y: str
    target_text_y: str
    target: int
    today_x: str

    @property
    def label_x(self):
        return self.frame.right + 10


def count_chart(laureates, opened, target, day):
    """Places cumulated by day of announcement, and open ones, against the target.

    Args:
        laureates: [(day, wave number as text, cumulated places)].
        opened: [(day, cumulated places)].
        target: number promised, 0 when none is.
    """
    if not laureates:
        return None
    first = min([laureates[0][0], *(day_ for day_, _ in opened[:1])])
    most = rounded_up(max(laureates[-1][2], target) * 1.02)
    frame = Frame(640, 400, 40, 540, 14, 370, datetime.date(first.year, 1, 1), day, most)
    lines = [("engage", "lauréates", [(day_, n) for day_, _, n in laureates])]
    lines += [("paye", "ouvertes", opened)] if opened else []
    labels = spread([(frame.y(points[-1][1]), key) for key, _, points in lines], frame.top, frame.bottom)
    label_y = {key: number(y) for y, key in labels}
    return CountChart(
        frame=frame,
        axes=frame.axes(lambda value: f"{value:g}"),
        lines=[
            Line(key, name, frame.steps(points, day), number(frame.x(day)), number(frame.y(points[-1][1])),
                 label_y[key], str(points[-1][1]))
            for key, name, points in lines
        ],
        dots=wave_dots(frame, laureates),
        target_y=number(frame.y(target)),
        target_text_y=number(frame.y(target) - 6),
        target=target,
        today_x=number(frame.x(day)),
    )  # fmt: skip


def wave_dots(frame, laureates):
    """One dot a wave, as SVG; its count and number where there is room."""
    dots, last_x = [], -math.inf
    for day, wave, count in laureates:
        x, y = frame.x(day), frame.y(count)
        dots.append(f'<circle class="fab-f-engage" cx="{number(x)}" cy="{number(y)}" r="3.5"/>')
        if x - last_x > 44:
            last_x = x
            text = f"{count} v{wave}" if wave else str(count)
            dots.append(f'<text x="{number(x - 6)}" y="{number(y - 6)}" text-anchor="end">{text}</text>')
    return mark_safe("".join(dots))


# --- Bars ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    label: str
    value: str
    x: str
    middle: str
    y: str
    height: str
    value_y: str


def bars(amounts, *, width=236, height=74):
    """[(label, cents)] as vertical bars, in millions.

    Returns:
        The `Bar`s, or [] when every amount is zero.
    """
    most = max((cents for _, cents in amounts), default=0)
    if not most:
        return []
    step, base, full = width / len(amounts), height - 20, height - 36
    drawn = []
    for rank, (label, cents) in enumerate(amounts):
        tall = full * cents / most
        middle = number(step * (rank + 0.5))
        x = number(step * (rank + 0.5) - 17)
        drawn.append(
            Bar(label, millions_text(cents), x, middle, number(base - tall), number(tall), number(base - tall - 4))
        )
    return drawn
