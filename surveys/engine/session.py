"""Where somebody stands in a form: a value that survives JSON."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

_TUPLES = ("draft", "passed", "hidden")


class Stage(StrEnum):
    ASKING = "asking"  # a question is open
    REVIEW = "review"  # everything is answered or skipped; the person looks it over
    COMPLETE = "complete"  # sent; may be reopened until the round closes


@dataclass(frozen=True)
class Session:
    """One response in progress.

    `values` maps a reference to its lexical value as XForms writes it (selects and ranks
    separated by blanks, dates ISO 8601); `at` is the open question's reference. `draft` is what
    has been ticked or ranked in the open question and not yet confirmed. `passed` are the
    questions the person has been through, answered or skipped, in form order. `repeats` maps
    each repeat to the numbers of its instances, in order: a number goes on naming the same
    instance when others go, and is not given again. The revision grows with every change, so
    that a press on an old button is known as stale.
    """

    language: str
    revision: int = 0
    stage: Stage = Stage.ASKING
    at: str = ""
    values: dict[str, str] = field(default_factory=dict)
    draft: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    editing: bool = False  # the open question was reached from the review and leads back there
    inside: str = ""  # the instance of a repeat that is being gone through, which leads back to the whole of it
    paused: bool = False
    seed: str = ""  # decides the order of shuffled choices for this response
    hidden: tuple[str, ...] = ()  # answered, but not relevant now: kept until the response is sent
    repeats: dict[str, tuple[int, ...]] = field(default_factory=dict)
    earlier: dict[str, str] = field(
        default_factory=dict
    )  # what the same subject sent before, where the form asks for it
    highest: int = 0  # the highest number of an instance that was added or taken away

    def to_json(self) -> dict[str, Any]:
        lists = {name: list(getattr(self, name)) for name in _TUPLES}
        repeats = {ref: list(numbers) for ref, numbers in self.repeats.items()}
        return {**_plain(self), **lists, "repeats": repeats, "stage": self.stage.value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Session:
        tuples = {name: tuple(data.get(name, ())) for name in _TUPLES}
        repeats = {ref: tuple(numbers) for ref, numbers in data.get("repeats", {}).items()}
        made = {"values": dict(data["values"]), "repeats": repeats, "stage": Stage(data["stage"])}
        return cls(**{**data, **tuples, **made})

    @property
    def counts(self) -> dict[str, int]:
        """How many instances each repeat has."""
        return {ref: len(numbers) for ref, numbers in self.repeats.items()}


def _plain(session: Session) -> dict[str, Any]:
    return {one.name: getattr(session, one.name) for one in fields(session)}
