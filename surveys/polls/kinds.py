"""What a poll can ask, how it is counted and who learns what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.i18n import N_


class Kind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"  # from `least` to `most` options
    SCALE = "scale"  # a whole number from `least` to `most`, whose ends have labels
    RANKING = "ranking"  # from `least` to `most` options in order; both the number of options for a full one
    DOTS = "dots"  # a budget of points, at most `most` for an option
    TEXT = "text"  # words, at most `most` characters


class Secrecy(StrEnum):
    """Fixed when the poll is made, and told before voting."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class Shown(StrEnum):
    """From when on those who may vote see the result."""

    LIVE = "live"
    AFTER_VOTE = "after_vote"
    AFTER_CLOSE = "after_close"


class State(StrEnum):
    DRAFT = "draft"
    PLANNED = "planned"  # opens at its planned time
    OPEN = "open"
    CLOSED = "closed"


class Ties(StrEnum):
    """What becomes of options that come out equal, said before the poll opens."""

    EQUAL = "equal"  # they share the place
    ORDER = "order"  # the one that stands first among the options goes first
    LOT = "lot"  # by lot, which the count sheet lets anybody draw again


KIND_NAMES = {
    "single": N_("one option"),
    "multiple": N_("several options"),
    "scale": N_("a number on a scale"),
    "ranking": N_("options put in order"),
    "dots": N_("points given to options"),
    "text": N_("words of one's own"),
}
SECRECY_NAMES = {"named": N_("named"), "anonymous": N_("anonymous")}
SECRECY_TOLD = {
    "named": N_(
        "This vote is named: the office sees who chose what, and publishes no names. You can change your vote until "
        "the close."
    ),
    "anonymous": N_(
        "This vote is anonymous: it is noted that you took part, and apart from that what was chosen, without a name "
        "or a time. So your vote is final: nobody can find it again to change it."
    ),
}
TOLD_ON_PAGE = N_(
    "This vote is named, but you vote here without a name: your browser keeps a random number, so that it votes once. "
    "The office sees what was chosen beside that number, not who you are. You can change your vote until the close."
)
TOLD_IN_CHAT = N_(
    "This vote is named, but you vote here without a name: your Telegram account votes once. The office sees what was "
    "chosen, not who you are. You can change your vote until the close."
)
TOLD_THE_LENT = N_(
    "This vote is named, but the office that asks reads what was chosen without your name, unless it has you among its "
    "own people; no names are published. You can change your vote until the close."
)
SHOWN_NAMES = {
    "live": N_("at once, as votes come in"),
    "after_vote": N_("to whoever has voted"),
    "after_close": N_("when the poll is closed"),
}
STATE_NAMES = {"draft": N_("draft"), "planned": N_("planned"), "open": N_("open"), "closed": N_("closed")}
TIES_NAMES = {
    "equal": N_("options that come out equal share the place"),
    "order": N_("of options that come out equal, the one listed first goes first"),
    "lot": N_("options that come out equal are put in order by lot"),
}
METHODS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SINGLE: ("plurality",),
    Kind.MULTIPLE: ("approval",),
    Kind.SCALE: ("mean",),
    Kind.RANKING: ("schulze", "borda", "irv", "ranked-pairs", "copeland", "condorcet", "plurality"),
    Kind.DOTS: ("dots",),
    Kind.TEXT: ("",),
}
"""By which methods a kind can be counted, the usual one first."""

NONE_LABEL = N_("None of these")
CHOSEN = frozenset({Kind.SINGLE, Kind.MULTIPLE})  # kinds that may offer "none of these"
OF_OPTIONS = frozenset(Kind) - {Kind.SCALE, Kind.TEXT}
MOST_OPTIONS = 40  # what a button's data can tell of a ranking (bots/participants/polls)
MOST_DOTTED = 30  # three buttons each, of the hundred that a message can have
LONGEST_NAME, LONGEST_WORDS = 30, 2000
USUAL_WORDS = 500
LONGEST_LINE, LONGEST_SUMMARY = 300, 2000  # characters: of a question or an option, which stand in subjects and chats
LARGEST_BUDGET = 35  # points, each a digit of base 36
SCALE = (0, 10)


@dataclass(frozen=True)
class Rules:
    """What a ballot may be. `most` 0 stands for no limit of its own; what a kind does not use stays as it is."""

    kind: Kind
    least: int = 1
    most: int = 0
    budget: int = 0
    low: Mapping[str, str] = field(default_factory=dict)  # what the ends of a scale mean, by language
    high: Mapping[str, str] = field(default_factory=dict)
    none: bool = False
    shuffled: bool = False  # everybody sees the options in an order of their own

    def to_json(self) -> dict[str, Any]:
        return {
            "least": self.least, "most": self.most, "budget": self.budget, "low": dict(self.low),
            "high": dict(self.high), "none": self.none, "shuffled": self.shuffled,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kind: str, told: Mapping[str, Any]) -> Rules:
        return cls(Kind(kind), **told)


@dataclass(frozen=True)
class Counting:
    """How ballots become a result, stated before the poll opens.

    `quorum` is how many must take part, in people or, `of_all`, in percent of those who may; `threshold` the percent of
    ballots that the winner has to have more than. 0 asks for nothing. Of a ranking, options that come out equal may
    first be put in the order of another method, `tie_method`; `ties` says what becomes of those that still are, and
    `beside` is a second method, which is shown and decides nothing; what comes out equal is treated alike in both.
    """

    method: str = ""
    ties: Ties = Ties.EQUAL
    quorum: int = 0
    of_all: bool = False
    threshold: int = 0
    beside: str = ""
    tie_method: str = ""

    def to_json(self) -> dict[str, Any]:
        told = {
            "method": self.method, "ties": self.ties.value, "quorum": self.quorum, "of_all": self.of_all,
            "threshold": self.threshold,
        }  # fmt: skip
        also = {"tie_method": self.tie_method, "beside": self.beside}
        return told | {name: method for name, method in also.items() if method}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Counting:
        return cls(**{**told, "ties": Ties(told.get("ties", Ties.EQUAL))})
