"""Ranked pairs: comparisons are kept from the strongest to the weakest, save those that would close a circle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.i18n import N_, Translator
from surveys.polls.tally.condorcet import Comparison, compare
from surveys.polls.tally.locking import Fate, lock
from surveys.polls.tally.majorities import Majorities
from surveys.polls.tally.placing import Placing
from surveys.polls.tally.working import Counted, Name

SENTENCES = {
    Fate.LOCKED: N_("{winner} before {loser} ({votes} to {against}): kept."),
    Fate.LEFT_OUT: N_("{winner} before {loser} ({votes} to {against}): left out, as it would close a circle."),
    Fate.DEPENDS: N_(
        "{winner} before {loser} ({votes} to {against}): kept or left out, depending on which of equally strong ones "
        "is taken first. Every order was tried; each option has the best place that any gives it."
    ),
}


@dataclass(frozen=True)
class Settled:
    comparison: Comparison
    fate: Fate

    def to_json(self) -> dict[str, Any]:
        return {**self.comparison.to_json(), "fate": self.fate.value}


@dataclass(frozen=True)
class RankedPairsWorking:
    pairs: tuple[Settled, ...]  # the strongest first

    def to_json(self) -> dict[str, Any]:
        return {"pairs": [one.to_json() for one in self.pairs]}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        for one in self.pairs:
            compared = one.comparison
            yield t(
                SENTENCES[one.fate],
                winner=name(compared.winner), loser=name(compared.loser),
                votes=compared.votes, against=compared.against,
            )  # fmt: skip


def count_ranked_pairs(placing: Placing, majorities: Majorities) -> Counted:
    ranking, fates = lock(majorities)
    ordered = sorted(fates, key=lambda pair: (-majorities.strength(*pair), pair))
    pairs = tuple(Settled(compare(majorities, *pair), fates[pair]) for pair in ordered)
    return Counted(ranking, placing.named, RankedPairsWorking(pairs))
