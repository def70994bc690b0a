"""What a door shows: the state of a session as texts and choices, in the session's language."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.engine.form import Kind


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Progress:
    """How far the person is: the open question's number among those relevant now.

    `total` changes with the answers. `percent` is the way through the whole form: it never goes
    back while the person goes forward, and shows 0 at the first question.
    """

    number: int
    total: int
    percent: int = 0


@dataclass(frozen=True)
class QuestionPrompt:
    """One question, ready to be shown.

    `number` is its position among all questions of the form (stable within a version, short
    enough for a button); `value` the answer kept so far, `draft` what is ticked or ranked.
    `part` holds the labels of the groups around it.
    """

    ref: str
    number: int
    kind: Kind
    label: str
    hint: str
    required: bool
    readonly: bool
    options: tuple[Option, ...]
    value: str
    draft: tuple[str, ...]
    progress: Progress
    part: tuple[str, ...]
    appearance: frozenset[str]
    parameters: dict[str, str]
    can_go_back: bool


@dataclass(frozen=True)
class ReviewItem:
    """One line of the review; `answer` is written for people, "" where skipped."""

    ref: str
    number: int
    label: str
    answer: str
    required: bool


@dataclass(frozen=True)
class ReviewPrompt:
    """Everything answered; `missing` are required questions still without an answer."""

    title: str
    items: tuple[ReviewItem, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class CompletePrompt:
    """The response is in."""

    title: str
    items: tuple[ReviewItem, ...]


@dataclass(frozen=True)
class PausedPrompt:
    """The person stopped for now."""

    progress: Progress


Prompt = QuestionPrompt | ReviewPrompt | CompletePrompt | PausedPrompt


@dataclass(frozen=True)
class Page:
    """What a web page shows: one question, or the questions of a field-list group.

    `previous` is the first question of the page before, "" on the first one.
    """

    title: str
    questions: tuple[QuestionPrompt, ...]
    previous: str = ""
