"""What follows from an input, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why an answer was not kept."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    NOT_A_NUMBER = "not-a-number"
    NOT_WHOLE = "not-whole"
    NOT_A_DATE = "not-a-date"
    NOT_A_PLACE = "not-a-place"
    NOT_A_LINE = "not-a-line"  # fewer than two points
    NOT_AN_AREA = "not-an-area"  # fewer than three points, or not closed
    OUT_OF_RANGE = "out-of-range"
    NOT_OFFERED = "not-offered"
    NOT_UNDERSTOOD = "not-understood"
    RANK_INCOMPLETE = "rank-incomplete"
    TOO_LONG = "too-long"
    READ_ONLY = "read-only"
    TOO_MANY = "too-many"  # more instances of a repeat than there can be
    NOT_OPEN = "not-open"  # the question is not relevant, unknown, or not the one the input speaks of


@dataclass(frozen=True)
class AnswerAccepted:
    ref: str
    value: str


@dataclass(frozen=True)
class AnswerRefused:
    """`message` is the author's own (in the session's language) or ""; `values` fill our text's gaps."""

    ref: str
    fault: Fault
    message: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AnswerCleared:
    """An answer went because it was emptied or its question is no longer relevant."""

    ref: str


@dataclass(frozen=True)
class InstanceAdded:
    ref: str


@dataclass(frozen=True)
class InstanceRemoved:
    """Those behind it moved up by one."""

    ref: str


@dataclass(frozen=True)
class DraftChanged:
    ref: str
    draft: tuple[str, ...]


@dataclass(frozen=True)
class QuestionSkipped:
    ref: str


@dataclass(frozen=True)
class QuestionOpened:
    ref: str


@dataclass(frozen=True)
class ReviewOpened:
    pass


@dataclass(frozen=True)
class ResponseCompleted:
    pass


@dataclass(frozen=True)
class ResponseReopened:
    pass


@dataclass(frozen=True)
class LanguageChanged:
    language: str


@dataclass(frozen=True)
class DialoguePaused:
    pass


@dataclass(frozen=True)
class DialogueResumed:
    pass


Event = (
    AnswerAccepted | AnswerRefused | AnswerCleared | InstanceAdded | InstanceRemoved | DraftChanged
    | QuestionSkipped | QuestionOpened | ReviewOpened | ResponseCompleted | ResponseReopened
    | LanguageChanged | DialoguePaused | DialogueResumed
)  # fmt: skip
