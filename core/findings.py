"""What an inspection finds, said so that the reader can act on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.i18n import Translator

LONGEST_QUOTE = 300


class State(StrEnum):
    """How a thing stands; `unknown` is what could not be looked at from here."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Sayable(Protocol):
    """What can be said in a person's language; a Problem can be, too."""

    def say(self, t: Translator) -> str: ...


@dataclass(frozen=True)
class Said:
    """A text (an English message id with `{named}` gaps) and what stands in the gaps; another Said may be among it."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, t: Translator) -> str:
        return t.fill(self.text, {name: _in(t, value) for name, value in self.values.items()})


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `lines` are to be copied as they stand: a record to publish, a command."""

    check: str
    state: State
    message: Sayable
    advice: Sayable | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """One thing that can be found, before it is known about what."""

    check: str
    state: State
    message: str
    advice: str = ""

    def of(self, *lines: str, **values: object) -> Finding:
        advice = Said(self.advice, values) if self.advice else None
        return Finding(self.check, self.state, Said(self.message, values), advice, lines)

    def fits(self, finding: Finding) -> bool:
        """Whether a finding is of this kind."""
        return isinstance(finding.message, Said) and (finding.check, finding.message.text) == (self.check, self.message)


def quote(text: str) -> str:
    """What somebody else's service said, cut short and without what would steer a terminal."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text[: LONGEST_QUOTE + 1])
    return f"{seen[:LONGEST_QUOTE]}…" if len(seen) > LONGEST_QUOTE else seen


def _in(t: Translator, value: object) -> object:
    if isinstance(value, Said):
        return value.say(t)
    return quote(value) if isinstance(value, str) else value
