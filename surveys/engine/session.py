"""Where somebody stands in a form: a value that survives JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


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
    questions the person has been through, answered or skipped, in form order. The revision
    grows with every change, so that a press on an old button is known as stale.
    """

    language: str
    revision: int = 0
    stage: Stage = Stage.ASKING
    at: str = ""
    values: dict[str, str] = field(default_factory=dict)
    draft: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    editing: bool = False  # the open question was reached from the review and leads back there
    paused: bool = False

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "stage": self.stage.value, "draft": list(self.draft), "passed": list(self.passed)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Session:
        fields = {**data, "stage": Stage(data["stage"])}
        return cls(**{**fields, "draft": tuple(data["draft"]), "passed": tuple(data["passed"])})
