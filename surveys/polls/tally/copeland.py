"""Copeland: whoever wins the most comparisons, less those lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.groups import by_score
from surveys.polls.tally.majorities import Majorities
from surveys.polls.tally.placing import Placing
from surveys.polls.tally.working import Counted, Name


@dataclass(frozen=True)
class Duels:
    """One option's comparisons with all others."""

    option: str
    won: int
    even: int
    lost: int

    @property
    def score(self) -> int:
        return self.won - self.lost

    def to_json(self) -> dict[str, Any]:
        return {"option": self.option, "won": self.won, "even": self.even, "lost": self.lost, "score": self.score}


@dataclass(frozen=True)
class CopelandWorking:
    rows: tuple[Duels, ...]  # the best first

    def to_json(self) -> dict[str, Any]:
        return {"comparisons": [one.to_json() for one in self.rows]}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        for one in self.rows:
            score = f"{one.score:+}" if one.score else "0"
            yield t(
                "{option}: {won} comparisons won, {lost} lost, {even} even: {score}.",
                option=name(one.option), won=one.won, lost=one.lost, even=one.even, score=score,
            )  # fmt: skip


def count_copeland(placing: Placing, majorities: Majorities) -> Counted:
    duels = [_duels(majorities, one) for one in range(len(majorities.options))]
    ranking = by_score([one.score for one in duels])
    working = CopelandWorking(tuple(duels[one] for group in ranking for one in group))
    return Counted(ranking, placing.named, working)


def _duels(majorities: Majorities, one: int) -> Duels:
    others = [other for other in range(len(majorities.options)) if other != one]
    won = sum(majorities.beats(one, other) for other in others)
    lost = sum(majorities.beats(other, one) for other in others)
    return Duels(majorities.options.codes[one], won, len(others) - won - lost, lost)
