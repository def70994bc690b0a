"""By which rule a poll is counted: method, ties, quorum and threshold, all stated before it opens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from surveys.polls.tally.ballots import ANYTHING, ChoicesForm, May, PointsForm, RankingForm, ScaleForm
from surveys.polls.tally.errors import InvitedMissing, NoOptions, ThresholdUnfit, TieRuleUnfit
from surveys.polls.tally.methods import RANKED, Method
from surveys.polls.tally.options import Options


@dataclass(frozen=True)
class ByOrder:
    """Of options that share a place the one that stands first among the options goes first."""


@dataclass(frozen=True)
class ByLot:
    """By a lot that anybody can draw again; `drawn` is what a source named in the phrase gave after the close."""

    phrase: str
    drawn: str = ""

    @property
    def lines(self) -> tuple[str, str]:
        """Both as they enter the lot, each on one line."""
        return " ".join(self.phrase.split()), " ".join(self.drawn.split())


@dataclass(frozen=True)
class ByMethod:
    """By how another method ranks all options."""

    method: Method


TieBreak = ByOrder | ByLot | ByMethod


@dataclass(frozen=True)
class Quorum:
    """How many ballots there must be, a number or a share of those invited; blank ones count."""

    number: int = 0
    share: Fraction = Fraction()

    def needed(self, invited: int | None) -> int:
        """Raises InvitedMissing."""
        if self.share and not invited:
            raise InvitedMissing
        return max(self.number, math.ceil(self.share * (invited or 0)))


@dataclass(frozen=True)
class Threshold:
    """The share of its ballots that an option must reach to win, or exceed where it is `strictly` more."""

    share: Fraction
    strictly: bool = False

    def is_met(self, support: Fraction | int, of: int) -> bool:
        needed = self.share * of
        return support > needed if self.strictly else support >= needed


@dataclass(frozen=True)
class Rule:
    """`ties` are tried one after the other; where none is left, options share their place. A scale has its ends.

    `may` is what its ballots can say.
    """

    method: Method
    ties: tuple[TieBreak, ...] = ()
    quorum: Quorum | None = None
    threshold: Threshold | None = None
    scale: tuple[int, int] = (0, 10)
    may: frozenset[May] = ANYTHING

    def __post_init__(self) -> None:
        """Raises what does not fit together: TieRuleUnfit, ThresholdUnfit."""
        for tie in self.ties:
            if isinstance(tie, ByMethod) and not {self.method, tie.method} <= RANKED:
                raise TieRuleUnfit(name=tie.method.value)
        if self.threshold and self.method is Method.MEAN:
            raise ThresholdUnfit

    def form(self, options: Options | None) -> RankingForm | ChoicesForm | PointsForm | ScaleForm:
        """How its ballots are written; only a scale does without options. Raises NoOptions."""
        if self.method is Method.MEAN:
            return ScaleForm(*self.scale)
        if options is None:
            raise NoOptions
        if self.method is Method.APPROVAL:
            return ChoicesForm(options)
        return PointsForm(options) if self.method is Method.DOTS else RankingForm(options)
