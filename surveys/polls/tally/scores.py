"""Methods in which every option has a score and the highest wins: plurality, approval, Borda."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from core.i18n import N_, Translator
from surveys.polls.tally.ballots import ChoicesForm
from surveys.polls.tally.figures import Figure, exact, figure, percent
from surveys.polls.tally.gathering import Cast
from surveys.polls.tally.groups import by_score
from surveys.polls.tally.options import Options, members
from surveys.polls.tally.placing import Placing
from surveys.polls.tally.working import Counted, Name

VOTES = N_("{option}: {score} votes, {share} of the ballots that name an option.")
FIRSTS = N_("{option}: {score} first places, {share} of the ballots that name an option.")
NAMED = N_("{option}: named on {score} ballots, {share} of those that name an option.")
POINTS = N_("{option}: {score} points, {mean} a ballot.")


@dataclass(frozen=True)
class Scores:
    """Each option's score, the highest first; `sentence` says one."""

    sentence: str
    rows: tuple[tuple[str, Fraction], ...]
    ballots: int

    def to_json(self) -> dict[str, Any]:
        return {"scores": {code: exact(score) for code, score in self.rows}}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        for code, score in self.rows:
            mean = figure(t, score / self.ballots) if self.ballots else figure(t, 0)
            share = percent(t, score, self.ballots)
            yield t(self.sentence, option=name(code), score=figure(t, score), share=share, mean=mean)


def count_plurality(placing: Placing, *, ranks: bool = True) -> Counted:
    """The most first places, or votes where no ballot `ranks`; options that share one have an equal part of it."""
    return _by(FIRSTS if ranks else VOTES, placing.options, placing.ballots, placing.firsts)


def count_approval(form: ChoicesForm, cast: Cast) -> Counted:
    """Named on the most ballots."""
    sets: Counter[int] = Counter()
    for (bits,), count in cast.values(form):
        sets[bits] += count
    named = [0] * len(form.options)
    for bits, count in sets.items():
        for one in members(bits):
            named[one] += count
    return _by(NAMED, form.options, sets.total(), named)


def count_borda(placing: Placing) -> Counted:
    """A point for every option that stands below, half a point for every one beside."""
    places = range(len(placing.options))
    points = [
        sum(
            Fraction(placing.ballots + placing.above[one][other] - placing.above[other][one], 2)
            for other in places
            if other != one
        )
        for one in places
    ]
    counted = _by(POINTS, placing.options, placing.ballots, points)
    return replace(counted, support=placing.named)


def _by(sentence: str, options: Options, ballots: int, scores: Sequence[Figure]) -> Counted:
    ranking = by_score(scores)
    rows = tuple((options.codes[one], Fraction(scores[one])) for group in ranking for one in group)
    return Counted(ranking, tuple(scores), Scores(sentence, rows, ballots))
