"""Everything that a person can do to a questionnaire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A value in XForms spelling for a question ("" clears it)."""

    ref: str
    value: str


@dataclass(frozen=True)
class Fill:
    """The values of one web page together; all are kept, or the faulty ones are named."""

    values: dict[str, str]


@dataclass(frozen=True)
class Words:
    """Text as typed by a person in chat or mail, to be understood for the open question."""

    text: str


@dataclass(frozen=True)
class Tick:
    """Puts a choice into the draft of a select multiple, or takes it out."""

    ref: str
    choice: str


@dataclass(frozen=True)
class RankNext:
    """Puts a choice next in the draft of a ranking."""

    ref: str
    choice: str


@dataclass(frozen=True)
class Undo:
    """Takes back the last step of a draft."""

    ref: str


@dataclass(frozen=True)
class Confirm:
    """Confirms a draft, or says that a note has been read."""

    ref: str


@dataclass(frozen=True)
class Skip:
    """Leaves an optional question without an answer."""

    ref: str


@dataclass(frozen=True)
class Add:
    """Asks a repeat once more; `ref` is that of the repeat as a whole."""

    ref: str


@dataclass(frozen=True)
class Remove:
    """Takes an instance of a repeat away, with all that was answered in it."""

    ref: str


@dataclass(frozen=True)
class GoThrough:
    """Opens an instance of a repeat again, question by question."""

    ref: str


@dataclass(frozen=True)
class Back:
    """Returns to the question before the open one."""


@dataclass(frozen=True)
class GoTo:
    """Opens an answered question again, from the review."""

    ref: str


@dataclass(frozen=True)
class Review:
    """Leads (back) to the review, as far as required questions allow."""


@dataclass(frozen=True)
class Submit:
    """Sends the response."""


@dataclass(frozen=True)
class Reopen:
    """Takes a sent response up again, while the round is open."""


@dataclass(frozen=True)
class ChangeLanguage:
    language: str


@dataclass(frozen=True)
class Pause:
    """Stops for now; everything is kept."""


@dataclass(frozen=True)
class Resume:
    """Goes on, or shows the open question again."""


Input = (
    Answer | Fill | Words | Tick | RankNext | Undo | Confirm | Skip | Add | Remove | GoThrough | Back | GoTo | Review
    | Submit | Reopen | ChangeLanguage | Pause | Resume
)  # fmt: skip
