"""A chart says in words what it draws, and draws no markup of anybody's."""

from __future__ import annotations

from lxml import etree

from surveys.results.chart import ChartBar, bar_chart


def words(chart: str) -> list[list[str]]:
    return [
        ["".join(map(str, one.itertext())) for one in bar.iter("span")] for bar in etree.fromstring(chart).iter("li")
    ]


def widths(chart: str) -> list[tuple[float, float]]:
    """Of each bar the room and what is filled of it."""
    drawn = [float(one.get("width", "0")) for one in etree.fromstring(chart).iter("rect")]
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def test_a_chart_tells_its_values_as_text() -> None:
    """Letters inside a drawing shrink with it; these are the page's own, legible on a telephone."""
    chart = bar_chart("Members", [ChartBar("Yes", 3, "3 (75%)"), ChartBar("No", 1, "1 (25%)")])
    assert words(chart) == [["Yes", "3 (75%)"], ["No", "1 (25%)"]]
    assert etree.fromstring(chart).get("aria-label") == "Members"
    assert not list(etree.fromstring(chart).iter("text"))
    assert {one.get("aria-hidden") for one in etree.fromstring(chart).iter("svg")} == {"true"}
    (_, yes), (_, no) = widths(chart)
    assert abs(yes - 3 * no) < 0.2


def test_texts_are_data() -> None:
    evil = "<script>alert(1)</script>\"&'\0\x1b"
    chart = bar_chart(evil, [ChartBar(evil, 0, evil)])
    assert etree.fromstring(chart).get("aria-label") == "<script>alert(1)</script>\"&'"
    assert words(chart) == [["<script>alert(1)</script>\"&'"] * 2]
    assert not list(etree.fromstring(chart).iter("script"))


def test_no_bar_is_longer_than_its_room() -> None:
    for bars in ([], [ChartBar("nothing", 0, "0")], [ChartBar("a " * 200, 7, "7"), ChartBar("less", -1, "-1")]):
        assert all(0 <= filled <= room for room, filled in widths(bar_chart("t", bars)))
