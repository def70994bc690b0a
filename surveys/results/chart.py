"""A bar chart as a list of HTML: each bar below its label and beside its value, in the page's own letters.

Words stand as text, so that a telephone shows them as large as the rest of the page and a
screen reader reads them (WCAG 2.2, 1.1.1 and 1.4.4); what is drawn says nothing of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROOM = 100


@dataclass(frozen=True)
class ChartBar:
    """One bar; `text` stands beside it ("12 (40%)")."""

    label: str
    value: float
    text: str


def bar_chart(title: str, bars: Sequence[ChartBar]) -> str:
    """A `<ul class="bar-chart">` of labels, drawn bars and values, the longest bar filling its room.

    Every text is escaped; how it looks stands in the style sheet.
    """
    most = max((bar.value for bar in bars), default=0) or 1
    drawn = "".join(_bar(bar, most) for bar in bars)
    return f'<ul class="bar-chart" aria-label="{_text(title)}">{drawn}</ul>'


def _bar(bar: ChartBar, most: float) -> str:
    width = ROOM * max(bar.value, 0) / most
    return (
        f'<li><span class="bar-label">{_text(bar.label)}</span> '
        f'<svg class="bar-drawn" viewBox="0 0 {ROOM} 10" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false"><rect width="{ROOM}" height="10" class="track"/>'
        f'<rect width="{width:.1f}" height="10" class="bar"/></svg> '
        f'<span class="bar-value">{_text(bar.text)}</span></li>'
    )


def _text(text: str) -> str:
    """Escaped, and without control characters."""
    return escape("".join(one for one in text if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff")))
