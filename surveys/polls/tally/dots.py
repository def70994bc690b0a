"""Points given out by everybody: sums, how many gave any, and means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.ballots import PointsForm
from surveys.polls.tally.figures import exact, figure
from surveys.polls.tally.gathering import Cast
from surveys.polls.tally.groups import by_score
from surveys.polls.tally.working import Counted, Name


@dataclass(frozen=True)
class Dots:
    """What one option got; the mean is over all ballots that give points, to whichever option."""

    option: str
    points: int
    givers: int
    mean: Fraction

    def to_json(self) -> dict[str, Any]:
        return {"option": self.option, "points": self.points, "voters": self.givers, "mean": exact(self.mean)}


@dataclass(frozen=True)
class DotsWorking:
    rows: tuple[Dots, ...]  # the most points first

    def to_json(self) -> dict[str, Any]:
        return {"dots": [one.to_json() for one in self.rows]}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        for one in self.rows:
            yield t(
                "{option}: {points} points, given on {voters} ballots; {mean} a ballot.",
                option=name(one.option), points=one.points, voters=one.givers, mean=figure(t, one.mean),
            )  # fmt: skip


def count_dots(form: PointsForm, cast: Cast) -> Counted:
    options = form.options
    points, givers = [0] * len(options), [0] * len(options)
    total = 0
    for ballot, count in cast.values(form):
        total += count
        for place, given in ballot:
            points[place] += given * count
            givers[place] += count
    ranking = by_score(points)
    rows = tuple(
        Dots(options.codes[one], points[one], givers[one], Fraction(points[one], total or 1))
        for group in ranking
        for one in group
    )
    return Counted(ranking, tuple(points), DotsWorking(rows), of=sum(points))
