"""Who beats every other one, and where nobody does, the circle in which they beat one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.majorities import Majorities
from surveys.polls.tally.placing import Placing
from surveys.polls.tally.working import Counted, Name, listed


@dataclass(frozen=True)
class Comparison:
    """Two options, and how many ballots are for each."""

    winner: str
    loser: str
    votes: int
    against: int

    def to_json(self) -> dict[str, Any]:
        return {"winner": self.winner, "loser": self.loser, "for": self.votes, "against": self.against}


@dataclass(frozen=True)
class CondorcetView:
    """`winner` beats all others, "" where nobody does; `smith` is the smallest group that beats all outside it."""

    winner: str
    smith: tuple[str, ...]
    circle: tuple[Comparison, ...]
    matrix: dict[str, dict[str, int]]

    def to_json(self) -> dict[str, Any]:
        circle = [one.to_json() for one in self.circle]
        return {"winner": self.winner or None, "smith": list(self.smith), "cycle": circle, "matrix": self.matrix}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        if self.winner:
            yield t("“{option}” beats every other option, one by one.", option=name(self.winner))
            for other, votes in self.matrix[self.winner].items():
                yield _compared(t, name, Comparison(self.winner, other, votes, self.matrix[other][self.winner]))
            return
        smith = listed(self.smith, name)
        yield t("No option beats all others. Nobody else beats one of these: {options}.", options=smith)
        if self.circle:
            yield t("They beat one another in a circle:")
            for one in self.circle:
                yield _compared(t, name, one)
        else:
            yield t("Between them there are even comparisons.")


def look(majorities: Majorities) -> CondorcetView:
    """Looks for a winner by comparisons alone."""
    options, smith = majorities.options, majorities.parts[0]
    winner = options.codes[smith[0]] if len(smith) == 1 else ""
    circle = majorities.shortest_circle(smith)
    compared = tuple(compare(majorities, one, other) for one, other in pairwise((*circle, *circle[:1])))
    return CondorcetView(winner, options.groups((smith,))[0], compared, majorities.to_json())


def compare(majorities: Majorities, one: int, other: int) -> Comparison:
    codes, above = majorities.options.codes, majorities.above
    return Comparison(codes[one], codes[other], above[one][other], above[other][one])


def count_condorcet(placing: Placing, majorities: Majorities) -> Counted:
    """Groups, each of which beats all later ones."""
    return Counted(majorities.parts, placing.named, look(majorities))


def _compared(t: Translator, name: Name, one: Comparison) -> str:
    return t(
        "{winner} before {loser}: {votes} ballots, {against} the other way round.",
        winner=name(one.winner), loser=name(one.loser), votes=one.votes, against=one.against,
    )  # fmt: skip
