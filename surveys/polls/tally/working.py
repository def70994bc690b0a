"""What counting by one method gives: a ranking, and how it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from core.i18n import Translator
from surveys.polls.tally.options import Groups

Name = Callable[[str], str]
"""From an option's code to what people call it, in the language of the moment."""


class Working(Protocol):
    """The steps of a count, as data and in words."""

    def to_json(self) -> dict[str, Any]: ...

    def explain(self, t: Translator, name: Name) -> Iterator[str]: ...


@dataclass(frozen=True)
class Counted:
    """`support` is what a threshold is compared with, for each option, out of `of`; 0 stands for the valid ballots."""

    ranking: Groups
    support: tuple[Fraction | int, ...]
    working: Working
    of: int = 0


def listed(codes: tuple[str, ...], name: Name, between: str = ", ") -> str:
    """Several options in a sentence."""
    return between.join(name(code) for code in codes)
