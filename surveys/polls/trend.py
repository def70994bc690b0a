"""How the polls of a series came out, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from core.i18n import Translator
from surveys.polls.glance import Glance
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll
from surveys.polls.published import decimal, label, percent

WIDE, HIGH, LEFT, TOP, FOOT = 640, 260, 44, 16, 36
SHADES = ("line-1", "line-2", "line-3", "line-4", "line-5", "line-6")


@dataclass(frozen=True)
class Point:
    """One poll of a series: how it stands, and how many took part of those asked."""

    number: int
    poll: Poll
    standing: Glance
    voted: int
    asked: int

    @property
    def opened(self) -> datetime | None:
        return self.poll.opens_at

    @property
    def counts(self) -> Mapping[str, int]:
        """What each line has, without those that are hidden."""
        return {one.name: one.count for one in self.standing.lines if one.name not in self.standing.hidden}

    def share(self, name: str) -> float | None:
        """Of those who voted, 0 to 1; of points, of all points that were given."""
        count = self.counts.get(name)
        whole = self.standing.ballots
        if self.poll.kind is Kind.DOTS:
            whole = sum(one.count for one in self.standing.lines)
        return None if count is None or not whole else count / whole


@dataclass(frozen=True)
class Line:
    """What is followed through a series: a mean, or an option's share; `values` are 0 to 1 of the chart's height."""

    name: str
    values: tuple[float | None, ...]
    words: tuple[str, ...]


def lines_of(points: Sequence[Point], t: Translator) -> tuple[Line, ...]:
    """The mean of scales, the shares of what else can be chosen; nothing for words."""
    if not points or points[-1].poll.kind is Kind.TEXT:
        return ()
    last = points[-1].poll
    if last.kind is Kind.SCALE:
        means = [one.standing.mean for one in points]
        least, most = last.rules.least, last.rules.most
        values = tuple(None if one is None else (one - least) / (most - least) for one in means)
        words = tuple("–" if one is None else decimal(one, t) for one in means)
        return (Line(t("Mean"), values, words), *_shares(points, _numbers(last), t))
    return tuple(_shares(points, list(last.names), t))


def chart(numbers: Sequence[int], lines: Sequence[Line], title: str, key: str = "trend") -> str:
    """An SVG: a line for each of the first six, told apart by dashes and marks as well; the table says the same.

    `numbers` are those of the polls or rounds; `key` makes its ids the page's only ones.
    """
    if not lines:
        return ""
    drawn = "".join(_drawn(one, at) for at, one in enumerate(lines[: len(SHADES)]))
    labels = "".join(
        f'<text x="{_x(at, len(numbers)):.0f}" y="{HIGH - 10}" text-anchor="middle">{number}</text>'
        for at, number in enumerate(numbers)
    )
    said = "; ".join(f"{one.name}: {', '.join(one.words)}" for one in lines[: len(SHADES)])
    scale = "".join(
        f'<line x1="{LEFT}" x2="{WIDE - 10}" y1="{_y(part):.0f}" y2="{_y(part):.0f}" class="grid"/>'
        for part in (0.0, 0.5, 1.0)
    )
    return (
        f'<svg class="trend" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-labelledby="{key}-title {key}-words">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-words">{escape(said)}</desc>'
        f"{scale}{labels}{drawn}</svg>"
    )


def table(points: Sequence[Point], t: Translator) -> Iterator[list[str]]:
    """Rows for a spreadsheet, a heading first: number, day, voted, asked, mean of a scale, count and share of each."""
    if not points:
        return
    last = points[-1].poll
    names = _numbers(last) if last.kind is Kind.SCALE else list(last.names)
    heading = [t("Number"), t("Opened on"), t("Voted"), t("Asked")]
    heading += [t("Mean")] if last.kind is Kind.SCALE else []
    yield heading + [words for one in names for words in (label(last, one, t), f"{label(last, one, t)} (%)")]
    for point in points:
        opened = point.opened.date().isoformat() if point.opened else ""
        row = [str(point.number), opened, str(point.voted), str(point.asked)]
        if last.kind is Kind.SCALE:
            row.append("" if point.standing.mean is None else f"{point.standing.mean:.2f}")
        for one in names:
            share = point.share(one)
            row += [str(point.counts.get(one, "")), "" if share is None else f"{share * 100:.1f}"]
        yield row


def _shares(points: Sequence[Point], names: Iterable[str], t: Translator) -> Iterator[Line]:
    last = points[-1].poll
    for name in names:
        values = tuple(one.share(name) for one in points)
        yield Line(label(last, name, t), values, tuple("–" if one is None else percent(one, t) for one in values))


def _numbers(poll: Poll) -> list[str]:
    return [str(one) for one in range(poll.rules.least, poll.rules.most + 1)]


def _drawn(line: Line, at: int) -> str:
    spots = [
        (_x(place, len(line.values)), _y(min(max(value, 0.0), 1.0)))
        for place, value in enumerate(line.values)
        if value is not None
    ]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in spots)
    marks = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{4 + at % 3}"/>' for x, y in spots)
    return f'<g class="{SHADES[at]}"><polyline points="{path}" fill="none"/>{marks}</g>'


def _x(at: int, count: int) -> float:
    return LEFT + (WIDE - LEFT - 20) * (at / (count - 1) if count > 1 else 0.5)


def _y(value: float) -> float:
    return TOP + (HIGH - TOP - FOOT) * (1 - value)
