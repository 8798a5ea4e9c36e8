"""Bars, bands and steps drawn by the server for the panels: geometry as SVG text, numbers and our own words only."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import mark_safe

from monitoring.charts import nice_step, number, rounded_up
from monitoring.panels.tables import Drawing

WIDTH, HEIGHT = 860, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 850, 16, 280


@dataclass(frozen=True)
class Series:
    """One colour of a chart: `tone` names the class of its colour."""

    name: str
    tone: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class Scale:
    """Equal slots from left to right, amounts from the bottom up."""

    slots: int
    most: float

    @property
    def step(self):
        return (RIGHT - LEFT) / max(self.slots, 1)

    def left(self, slot):
        return LEFT + self.step * slot

    def middle(self, slot):
        return LEFT + self.step * (slot + 0.5)

    def y(self, value):
        return BOTTOM - value / self.most * (BOTTOM - TOP)

    def axes(self, labels, unit):
        """The grid, its amounts, and the labels under the slots, thinned out when there are many."""
        step = nice_step(self.most)
        lines = [
            f'<line class="l-grille" x1="{LEFT}" x2="{RIGHT}" y1="{y}" y2="{y}"/>'
            f'<text class="t-axe" x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{unit(step * n)}</text>'
            for n in range(math.floor(self.most / step) + 1)
            for y in (number(self.y(step * n)),)
        ]
        every = max(1, math.ceil(len(labels) / 13))
        lines += [
            f'<text class="t-axe" x="{number(self.middle(n))}" y="{BOTTOM + 20}" text-anchor="middle">{escape(text)}'
            "</text>"
            for n, text in enumerate(labels)
            if n % every == 0
        ]
        return "".join(lines)


def euros_in_millions(cents):
    return f"{cents / 100_000_000:g}".replace(".", ",")


def count(value):
    return f"{value:g}"


def scale_of(series, slots, unit):
    most = max((value or 0 for one in series for value in one.values), default=0)
    return Scale(slots, rounded_up(max(most, 1) if unit is count else max(most, 100_000)))


def drawing(title, text, body, series):
    legend = [(one.tone, one.name) for one in series]
    return Drawing(mark_safe(body), WIDTH, HEIGHT, title, text, legend)


def grouped_bars(title, text, labels, series, *, unit=euros_in_millions):
    """Bars side by side, one group a label; None when everything is zero.

    Args:
        series: `Series` with one value a label.
        unit: how an amount is written on the axis.
    """
    if not any(value for one in series for value in one.values):
        return None
    scale = scale_of(series, len(labels), unit)
    width = min(scale.step * 0.8 / len(series), 56)
    body = [scale.axes(labels, unit)]
    for rank, one in enumerate(series):
        for slot, value in enumerate(one.values):
            if value:
                x = scale.middle(slot) + (rank - len(series) / 2) * width
                body.append(bar(one.tone, x, scale.y(value), width - 2, BOTTOM))
    return drawing(title, text, "".join(body) + base(), series)


def stacked_bars(title, text, labels, series, *, unit=euros_in_millions):
    """Bars one above another, in the order of the series; None when everything is zero."""
    sums = [sum(one.values[slot] or 0 for one in series) for slot in range(len(labels))]
    if not any(sums):
        return None
    scale = scale_of([Series("", "", sums)], len(labels), unit)
    width = min(scale.step * 0.7, 72)
    body = [scale.axes(labels, unit)]
    for slot in range(len(labels)):
        low = 0
        for one in series:
            if value := one.values[slot] or 0:
                x = scale.middle(slot) - width / 2
                body.append(bar(one.tone, x, scale.y(low + value), width, scale.y(low)))
                low += value
    return drawing(title, text, "".join(body) + base(), series)


def bar(tone, x, top, width, bottom):
    return (
        f'<rect class="fab-f-{tone}" x="{number(x)}" y="{number(top)}" width="{number(width)}" '
        f'height="{number(max(bottom - top, 0.5))}"/>'
    )


def base():
    return f'<line class="l-axe" x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}"/>'


def ranges(title, text, labels, planned, rows):
    """What is planned as bars; over each, from low to high with the median marked, where a range is known.

    Args:
        rows: [(low, median, high)], each None when it is not known.
    """
    highs = Series("de bas à haut, médiane marquée", "annonce", [high for _, _, high in rows])
    plan = Series("prévu par les échéanciers", "reserve", planned)
    known = any(high is not None for high in highs.values)
    series = [plan, highs] if known else [plan]
    if not any(value for one in series for value in one.values):
        return None
    scale = scale_of(series, len(labels), euros_in_millions)
    width = min(scale.step * 0.6, 48)
    body = [scale.axes(labels, euros_in_millions)]
    for slot, value in enumerate(planned):
        if value:
            body.append(bar("reserve", scale.middle(slot) - width / 2, scale.y(value), width, BOTTOM))
    body += [whisker(scale, slot, row, width) for slot, row in enumerate(rows) if row[2]]
    return drawing(title, text, "".join(body) + base(), series)


def whisker(scale, slot, row, width):
    low, median, high = (scale.y(value) for value in row)
    x, half = scale.middle(slot), width / 3
    ends = "".join(
        f'<line class="fab-s-etendue" x1="{number(x - half)}" x2="{number(x + half)}" y1="{number(y)}" '
        f'y2="{number(y)}"/>'
        for y in (low, high)
    )
    return (
        f'<line class="fab-s-etendue" x1="{number(x)}" x2="{number(x)}" y1="{number(low)}" y2="{number(high)}"/>{ends}'
        f'<circle class="fab-f-engage" cx="{number(x)}" cy="{number(median)}" r="4"/>'
    )
