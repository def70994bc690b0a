"""What a door shows: the state of a session as texts and choices, in the session's language."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.engine.form import NO_MEDIA, Kind, Media


@dataclass(frozen=True)
class Option:
    """A choice on offer; `markdown` is the label as its author styled it, "" where they did not."""

    value: str
    label: str
    markdown: str = ""
    media: Media = NO_MEDIA


@dataclass(frozen=True)
class Styled:
    """The texts of a question as their author styled them, in Markdown; "" where there is no styling."""

    label: str = ""
    hint: str = ""
    guidance: str = ""


@dataclass(frozen=True)
class Instance:
    """One instance of a repeat, with its code; `title` tells it from the others."""

    ref: str
    code: str
    title: str


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

    `code` names it in buttons and fields (`engine/codes.py`); `value` is the answer kept so far,
    `draft` what is ticked or ranked. `part` holds the labels of the groups around it, with the
    position of an instance. Of a repeat, `instances` are those there are.
    """

    ref: str
    code: str
    kind: Kind
    label: str
    hint: str
    guidance: str
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
    instances: tuple[Instance, ...] = ()
    styled: Styled = Styled()
    heading: str = ""  # of the rows of a table: what stands above all of them
    media: Media = NO_MEDIA


@dataclass(frozen=True)
class ReviewItem:
    """One line of the review; `answer` is written for people, "" where skipped.

    `part` names the instance of a repeat that the question stands in, "" outside of repeats. For
    a repeat as a whole the answer is the number of its instances.
    """

    ref: str
    code: str
    label: str
    answer: str
    required: bool
    part: str = ""


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
