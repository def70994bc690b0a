"""A chart says in words what it draws, and draws no markup of anybody's."""

from __future__ import annotations

from lxml import etree

from surveys.results.chart import ChartBar, bar_chart

SVG = "{http://www.w3.org/2000/svg}"


def test_a_chart_tells_its_values() -> None:
    drawn = etree.fromstring(bar_chart("Members", [ChartBar("Yes", 3, "3 (75%)"), ChartBar("No", 1, "1 (25%)")]))
    assert drawn.get("role") == "img"
    assert drawn.findtext(f"{SVG}title") == "Members"
    assert drawn.findtext(f"{SVG}desc") == "Yes: 3 (75%); No: 1 (25%)"
    named = {one.get("id") for one in drawn.iter(f"{SVG}title", f"{SVG}desc")}
    assert named == set(drawn.get("aria-labelledby", "").split())
    widths = [float(one.get("width", "0")) for one in drawn.iter(f"{SVG}rect")][1::2]
    assert widths[0] == 3 * widths[1] or abs(widths[0] - 3 * widths[1]) < 0.2


def test_texts_are_data() -> None:
    evil = "<script>alert(1)</script>\"&'\0\x1b"
    drawn = etree.fromstring(bar_chart(evil, [ChartBar(evil, 0, evil)]))
    assert drawn.findtext(f"{SVG}title") == "<script>alert(1)</script>\"&'"
    assert not list(drawn.iter(f"{SVG}script"))


def test_no_bar_is_longer_than_its_room() -> None:
    for bars in ([], [ChartBar("nothing", 0, "0")], [ChartBar("a " * 200, 7, "7"), ChartBar("less", -1, "-1")]):
        drawn = etree.fromstring(bar_chart("t", bars))
        widths = [float(one.get("width", "0")) for one in drawn.iter(f"{SVG}rect")]
        assert all(0 <= filled <= room for room, filled in zip(widths[::2], widths[1::2], strict=True))
