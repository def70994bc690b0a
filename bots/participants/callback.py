"""What a button carries: at most 64 bytes (Bot API, InlineKeyboardButton).

`q:<response>:<question>:<revision>:<act><value>` for the questionnaire, numbers in base 36, the
question by its code (`surveys/engine/codes.py`; 0 where none is meant);
`open:<round>` begins a round; `rsvp:<event>:<reply>` replies to an invitation;
`dates:<poll>:<date>:<answer>` says whether a date suits, `appt:<event>:<act>:<value>` is about an appointment;
`poll:<poll>:<act><draft>` is about a vote that is being put together (poll_draft.py);
`c:<command>:<value>` stands for a command. Choices go by their place among the options shown,
which the revision keeps from meaning another one.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 64
POLL = "poll:"
LARGEST = 2**63 - 1  # of a number in the database; whoever writes their own client can send any
DIGITS = string.digits + string.ascii_lowercase
IDLE = "-"  # a button that only shows something


class Act(StrEnum):
    """What a press on a question's button does."""

    CHOOSE = "c"
    TICK = "t"
    RANK = "r"
    SUGGESTED = "w"  # one of the values we asked back about
    VALUE = "a"  # the value itself: a step of a scale, a date
    UNDO = "u"
    CONFIRM = "d"
    SKIP = "s"
    BACK = "b"
    PAUSE = "p"
    RESUME = "e"
    GO_TO = "g"
    REVIEW = "v"
    SUBMIT = "x"
    REOPEN = "o"
    PAGE = "n"  # another page of options or of the review: shows, changes nothing
    MONTH = "m"  # another month of the calendar
    ADD = "+"  # a repeat once more
    THROUGH = "i"  # an instance of a repeat again, question by question
    REMOVE = "k"  # asks whether an instance is to go: shows, changes nothing
    REMOVE_NOW = "z"


@dataclass(frozen=True)
class Press:
    """A press on a questionnaire's button; `question` is a code, "" where none is meant."""

    response_id: int
    question: str
    revision: int
    act: Act
    value: str = ""

    @property
    def place(self) -> int:
        return int(self.value) if self.value.isdecimal() else -1


@dataclass(frozen=True)
class OpenRound:
    round_id: int


@dataclass(frozen=True)
class CommandPress:
    command: str
    value: str


@dataclass(frozen=True)
class RsvpPress:
    event_id: int
    reply: str


@dataclass(frozen=True)
class DatesPress:
    """`option_id` 0 shows the dates."""

    poll_id: int
    option_id: int = 0
    answer: str = ""


@dataclass(frozen=True)
class AppointmentPress:
    """`act` "" shows the times below, `day` those of another day in place; `slot`, `ask`, `cancel` do as they say."""

    event_id: int
    act: str = ""
    value: str = ""


class PollAct(StrEnum):
    OPEN = ""  # shows the poll below
    DRAFT = "d"  # shows what is being put together, in place
    CAST = "c"
    WRITE = "w"  # what is said next is the text


@dataclass(frozen=True)
class PollPress:
    poll_id: int
    act: PollAct = PollAct.OPEN
    draft: str = ""


Pressed = PollPress | Press | OpenRound | CommandPress | RsvpPress | DatesPress | AppointmentPress


def pack(press: Press) -> str:
    """The button's data; raises ValueError when it is too long."""
    question = ".".join(_base36(int(part)) for part in (press.question or "0").split("."))
    data = f"q:{_base36(press.response_id)}:{question}:{_base36(press.revision)}:{press.act}{press.value}"
    if len(data.encode()) > LONGEST:
        raise ValueError(f"callback data of {len(data)} bytes")
    return data


def command(name: str, value: str = "") -> str:
    return f"c:{name}:{value}"


def poll_press(poll_id: int, act: PollAct = PollAct.OPEN, draft: str = "") -> str:
    """A vote's button; raises ValueError when it is too long."""
    data = f"{POLL}{poll_id}:{act.value}{draft}"
    if len(data.encode()) > LONGEST:
        raise ValueError(f"callback data of {len(data)} bytes")
    return data


def unpack(data: str) -> Pressed | None:
    """What a button's data means; None for anything that is not ours."""
    kind, _, rest = data.partition(":")
    try:
        if kind == "q":
            response, question, revision, act = rest.split(":", 3)
            code = ".".join(str(_number(part, 36)) for part in question.split("."))
            numbers = _number(response, 36), _number(revision, 36)
            return Press(numbers[0], "" if code == "0" else code, numbers[1], Act(act[:1]), act[1:])
        if kind == "open":
            return OpenRound(_number(rest, 10))
        if kind == "rsvp":
            event, _, reply = rest.partition(":")
            return RsvpPress(_number(event, 10), reply)
        if kind == "dates":
            poll, option, answer = f"{rest}:".split(":")[:3]
            return DatesPress(_number(poll, 10), _number(option or "0", 10), answer)
        if kind == "appt":
            event, act, value = rest.split(":", 2)
            return AppointmentPress(_number(event, 10), act, value)
        if kind == "poll":
            poll, _, said = rest.partition(":")
            return PollPress(_number(poll, 10), PollAct(said[:1]), said[1:])
        if kind == "c":
            name, _, value = rest.partition(":")
            return CommandPress(name, value)
    except ValueError:
        return None
    return None


def _number(text: str, base: int) -> int:
    number = int(text, base)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"
