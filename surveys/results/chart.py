"""A bar chart as SVG that says in words what it shows (WCAG 2.2, 1.1.1 and 1.4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from textwrap import wrap

WIDTH, MARGIN, BAR, LINE = 640, 8, 18, 18
VALUE_WIDTH, LETTERS = 120, 78
COLOUR, TRACK = "#0059b3", "#e8ecf2"


@dataclass(frozen=True)
class ChartBar:
    """One bar; `text` stands beside it ("12 (40%)")."""

    label: str
    value: float
    text: str


def bar_chart(title: str, bars: Sequence[ChartBar]) -> str:
    """An inline `<svg>` of horizontal bars with their labels and values as text.

    Every text is escaped; the colours are at least 3:1 against white, the text inherits the
    page's font. Widths are in user units, so that the chart scales with its container.
    """
    most = max((bar.value for bar in bars), default=0) or 1
    parts, top = [], MARGIN
    for bar in bars:
        drawn, top = _bar(bar, most, top)
        parts.append(drawn)
    name = sha256(repr((title, tuple(bars))).encode()).hexdigest()[:10]
    told = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bar-chart" role="img" viewBox="0 0 {WIDTH} {top}" '
        f'width="100%" aria-labelledby="t-{name} d-{name}" font-size="14" fill="#17324d">'
        f'<title id="t-{name}">{_text(title)}</title><desc id="d-{name}">{_text(told)}</desc>{"".join(parts)}</svg>'
    )


def _bar(bar: ChartBar, most: float, top: int) -> tuple[str, int]:
    """The drawing of a bar below its label, and where the next one begins."""
    lines = wrap(bar.label, LETTERS) or [""]
    label = "".join(
        f'<text x="{MARGIN}" y="{top + LINE * number - 4}">{_text(line)}</text>' for number, line in enumerate(lines, 1)
    )
    y = top + LINE * len(lines)
    room = WIDTH - VALUE_WIDTH - 2 * MARGIN
    width = room * max(bar.value, 0) / most
    drawn = (
        f'<rect x="{MARGIN}" y="{y}" width="{room}" height="{BAR}" fill="{TRACK}"/>'
        f'<rect x="{MARGIN}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOUR}"/>'
        f'<text x="{MARGIN * 2 + room}" y="{y + BAR - 4}">{_text(bar.text)}</text>'
    )
    return label + drawn, y + BAR + MARGIN


def _text(text: str) -> str:
    """Escaped, and without the control characters that XML cannot hold."""
    return escape("".join(one for one in text if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff")))
