"""The words for contributions: what they come as, what they are about, what became of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.i18n import N_


class Kind(StrEnum):
    ANSWER = "answer"  # in words, to a question of a questionnaire
    QUESTION = "question"  # from the audience
    NOTE = "note"  # a facilitator's, of a table's talk
    WORD = "word"  # in a poll of words
    MESSAGE = "message"  # written to the office, by mail or in the chat


class Outcome(StrEnum):
    OPEN = ""
    CONSIDERED = "considered"
    TAKEN_UP = "taken-up"
    NOT_TAKEN_UP = "not-taken-up"
    ANSWERED = "answered"


KIND_NAMES = {
    Kind.ANSWER: N_("answer in words"),
    Kind.QUESTION: N_("question from the audience"),
    Kind.NOTE: N_("table note"),
    Kind.WORD: N_("word in a poll"),
    Kind.MESSAGE: N_("message to the office"),
}
OUTCOME_NAMES = {
    Outcome.OPEN: N_("still open"),
    Outcome.CONSIDERED: N_("being considered"),
    Outcome.TAKEN_UP: N_("taken up"),
    Outcome.NOT_TAKEN_UP: N_("not taken up"),
    Outcome.ANSWERED: N_("answered"),
}
GOAL_NAMES = {  # United Nations, resolution A/RES/70/1
    1: N_("No poverty"),
    2: N_("Zero hunger"),
    3: N_("Good health and well-being"),
    4: N_("Quality education"),
    5: N_("Gender equality"),
    6: N_("Clean water and sanitation"),
    7: N_("Affordable and clean energy"),
    8: N_("Decent work and economic growth"),
    9: N_("Industry, innovation and infrastructure"),
    10: N_("Reduced inequalities"),
    11: N_("Sustainable cities and communities"),
    12: N_("Responsible consumption and production"),
    13: N_("Climate action"),
    14: N_("Life below water"),
    15: N_("Life on land"),
    16: N_("Peace, justice and strong institutions"),
    17: N_("Partnerships for the goals"),
}


@dataclass(frozen=True)
class Found:
    """Something that was said: what names it among those of its kind, by whom (None: unknown), when."""

    source: str
    participant_id: int | None
    said_at: datetime | None


@dataclass(frozen=True)
class Said:
    """The words, and to what they were said, {language: text}."""

    text: str
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where contributions of a kind come from: all that were said in a process, and their words by source."""

    kind: Kind
    find: Callable[[Session, int], Iterator[Found]]
    read: Callable[[Session, Collection[str]], Mapping[str, Said]]
