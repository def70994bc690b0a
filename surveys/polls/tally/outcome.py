"""What came out: the winners, the whole ranking, and everything that led there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from surveys.polls.tally.condorcet import CondorcetView
from surveys.polls.tally.figures import exact
from surveys.polls.tally.gathering import Turnout
from surveys.polls.tally.rule import Rule, Threshold
from surveys.polls.tally.rule_text import rule_json
from surveys.polls.tally.ties import Broken
from surveys.polls.tally.working import Working

OUTCOME_VERSION = 1


class Verdict(StrEnum):
    DECIDED = "decided"
    SHARED = "shared"  # several winners
    MEASURED = "measured"  # a scale has no winner
    NO_WINNER = "no-winner"  # nobody beats all others
    NO_BALLOTS = "no-ballots"  # none that names an option
    NO_QUORUM = "no-quorum"
    BELOW_THRESHOLD = "below-threshold"


@dataclass(frozen=True)
class ThresholdView:
    """What each option has of `of`, and who has enough."""

    threshold: Threshold
    of: int
    support: tuple[tuple[str, Fraction | int], ...]

    @property
    def met_by(self) -> tuple[str, ...]:
        return tuple(code for code, has in self.support if self.threshold.is_met(has, self.of) and self.of)

    def to_json(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "support": {code: exact(has) for code, has in self.support},
            "met_by": list(self.met_by),
        }


@dataclass(frozen=True)
class Outcome:
    """`ranking` has the options in groups, best first; `winners` are of the first, or nobody.

    `quorum` is the number of ballots that were needed, 0 for any.
    """

    rule: Rule
    options: tuple[str, ...]
    turnout: Turnout
    verdict: Verdict
    winners: tuple[str, ...]
    ranking: tuple[tuple[str, ...], ...]
    working: Working
    broken: tuple[Broken, ...] = ()
    quorum: int = 0
    threshold: ThresholdView | None = None
    condorcet: CondorcetView | None = None

    def to_json(self) -> dict[str, Any]:
        """Whole numbers as such, other figures exactly, as fractions in text (`7/2`)."""
        return {
            "version": OUTCOME_VERSION,
            "winners": list(self.winners),
            "ranking": [list(group) for group in self.ranking],
            "verdict": self.verdict.value,
            "method": self.rule.method.value,
            "rule": rule_json(self.rule),
            "options": list(self.options),
            "ballots": self.turnout.to_json(),
            "quorum": {"needed": self.quorum, "met": self.turnout.cast >= self.quorum} if self.quorum else None,
            "threshold": self.threshold.to_json() if self.threshold else None,
            "ties": [one.to_json() for one in self.broken],
            "condorcet": self.condorcet.to_json() if self.condorcet else None,
            "working": self.working.to_json(),
        }
