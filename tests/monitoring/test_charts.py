"""Drawings: geometry without a database."""

import datetime
from itertools import pairwise
from types import SimpleNamespace

from monitoring import charts

DAY = datetime.date(2021, 8, 18)


def statement(pk, on, millions, grants=None, fund=None):
    scale = charts.MILLION
    return SimpleNamespace(
        pk=pk, stated_on=on, amount_cents=millions * scale, grants_cents=grants and grants * scale,
        fund_cents=fund and fund * scale,
    )  # fmt: skip


def test_coordinates_have_a_point_whatever_the_language():
    assert charts.number(12.34) == "12.3"


def test_a_line_goes_by_steps_only():
    frame = charts.Frame(100, 100, 0, 100, 0, 100, datetime.date(2021, 1, 1), datetime.date(2021, 12, 31), 10)
    path = frame.steps([(datetime.date(2021, 1, 1), 5), (DAY, 10)], datetime.date(2021, 12, 31))
    assert path.startswith("M0.0 100.0H0.0V50.0H")
    assert path.endswith("V0.0H100.0")
    assert not set(path) & set("LCSQ")


def test_labels_never_touch_and_stay_inside():
    placed = [y for y, _ in charts.spread([(326, "a"), (328, "b"), (330, "c")], 16, 330)]
    assert all(below - above >= charts.LABEL_HEIGHT for above, below in pairwise(placed))
    assert placed[-1] == 330


def test_the_fund_is_hatched_above_the_grants():
    promise = statement(1, datetime.date(2018, 9, 19), 110, 60, 50)
    other = statement(2, datetime.date(2019, 6, 17), 45)
    curve = [(datetime.date(2020, 1, 1), 26 * charts.MILLION)]
    chart = charts.money_chart([("ouvert", "Ouvert", curve)], promise, [promise, other], DAY)
    assert [line.value for line in chart.lines] == ["110,0", "26,0"]
    assert float(chart.announced["fund_y"]) < float(chart.announced["grants_y"])
    assert [dot.text for dot in chart.dots] == ["45 M€ dits en 2019"]


def test_nothing_to_draw_is_no_chart():
    assert charts.money_chart([], None, [], DAY) is None
    assert charts.count_chart([], [], 300, DAY) is None
    assert charts.bars([("2021", 0)]) == []


def test_the_target_is_always_on_the_scale():
    chart = charts.count_chart([(DAY, 1, 3)], [], 300, DAY)
    assert chart.frame.most >= 300
    assert ">3 v1</text>" in chart.dots


def test_bars_are_as_tall_as_their_amounts():
    small, tall = charts.bars([("2021", 2 * charts.MILLION), ("2022", 4 * charts.MILLION)])
    assert float(tall.height) == 2 * float(small.height)
    assert (small.value, tall.label) == ("2,0", "2022")
