"""Instant-runoff: round by round the last one leaves, and its ballots go on to whoever is next on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.figures import exact, figure
from surveys.polls.tally.options import Options
from surveys.polls.tally.placing import Places, shared
from surveys.polls.tally.working import Counted, Name, listed

Votes = tuple[Fraction, ...]
"""By option."""


@dataclass(frozen=True)
class Round:
    """Votes of those who are left, and who leaves after it; `gains` came from those who left before.

    `exhausted` ballots name nobody who is left. `majority` has more than half of the others, "" if nobody has.
    """

    number: int
    votes: tuple[tuple[str, Fraction], ...]
    gains: tuple[tuple[str, Fraction], ...]
    exhausted: int
    majority: str
    leaving: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "round": self.number,
            "votes": {code: exact(votes) for code, votes in self.votes},
            "gains": {code: exact(votes) for code, votes in self.gains},
            "exhausted": self.exhausted,
            "majority": self.majority or None,
            "leaving": list(self.leaving),
        }


@dataclass(frozen=True)
class RunoffWorking:
    rounds: tuple[Round, ...]

    def to_json(self) -> dict[str, Any]:
        return {"rounds": [one.to_json() for one in self.rounds]}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        had_majority = False
        for one in self.rounds:
            votes = ", ".join(f"{name(code)} {figure(t, count)}" for code, count in one.votes)
            yield t("Round {number}: {votes}.", number=one.number, votes=votes)
            if gains := ", ".join(f"{name(code)} +{figure(t, count)}" for code, count in one.gains if count):
                yield t("From those who left came: {gains}.", gains=gains)
            if one.exhausted:
                yield t.n(
                    "{count} ballot names nobody who is left.",
                    "{count} ballots name nobody who is left.",
                    one.exhausted,
                )
            if one.majority and not had_majority:
                yield t("“{option}” has more than half.", option=name(one.majority))
                had_majority = True
            if one.leaving:
                yield t("Last, and leaving: {options}.", options=listed(one.leaving, name))


def count_runoff(places: Places) -> Counted:
    """Rounds until one is left, or all who are left have equally many votes; who leaves later stands higher."""
    options = places.options
    rounds: list[Round] = []
    left: list[tuple[int, ...]] = []
    support = [Fraction()] * len(options)
    before: Votes = ()
    here = tuple(range(len(options)))
    while here and not (rounds and len(here) == 1):
        votes, exhausted = _votes(places, sum(1 << one for one in here))
        fewest = min(votes[one] for one in here)
        last = tuple(one for one in here if votes[one] == fewest)
        gains = tuple(now - then for now, then in zip(votes, before, strict=True)) if before else ()
        rounds.append(_round(options, len(rounds) + 1, (here, last), (votes, gains, exhausted)))
        for one in here:
            support[one] = votes[one]
        left.append(last)
        here = tuple(one for one in here if one not in last)
        before = votes
    ranking = tuple(filter(None, (here, *reversed(left))))
    return Counted(ranking, tuple(support), RunoffWorking(tuple(rounds)))


def _votes(places: Places, remaining: int) -> tuple[Votes, int]:
    """Every ballot goes to the highest on it who is left, in equal parts where there are several.

    Those stand in the place above which nobody is left.
    """
    everything = places.options.everything
    tops: Counter[int] = Counter()
    for (bits, below), count in places:
        if (top := bits & remaining) and not (everything ^ bits ^ below) & remaining:
            tops[top] += count
    return shared(places.options, tops), places.ballots - tops.total()


def _round(
    options: Options,
    number: int,
    standing: tuple[tuple[int, ...], tuple[int, ...]],
    counted: tuple[Votes, Votes, int],
) -> Round:
    (here, last), (votes, gains, exhausted) = standing, counted
    total = sum(votes)
    codes = options.codes
    ordered = sorted(here, key=lambda one: (-votes[one], one))
    return Round(
        number,
        tuple((codes[one], votes[one]) for one in ordered),
        tuple((codes[one], gains[one]) for one in ordered if gains),
        exhausted,
        next((codes[one] for one in ordered if 2 * votes[one] > total), ""),
        tuple(codes[one] for one in last) if len(last) < len(here) else (),
    )
