"""Why an answer by mail was no vote: the reasons as they stand in notices, and what each is in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.errors import Problem
from core.i18n import N_, Translator
from surveys.polls.errors import (
    BallotRefused,
    ChosenTwice,
    NoneAndSome,
    NotAllPlaced,
    NotAsked,
    NothingChosen,
    NotOffered,
    NotOnScale,
    PollNotOpen,
    SecretByMail,
    TooFewChosen,
    TooManyChosen,
)


class Reason(StrEnum):
    """Rows hold these words: they stay, whatever becomes of the names in the code."""

    UNCLEAR = "Unclear"
    PAGE_ONLY = "PageOnly"
    TOO_OFTEN = "TooOften"
    CHOSEN_TWICE = "ChosenTwice"
    NONE_AND_SOME = "NoneAndSome"
    NOT_ALL_PLACED = "NotAllPlaced"
    NOT_ASKED = "NotAsked"
    NOTHING_CHOSEN = "NothingChosen"
    NOT_OFFERED = "NotOffered"
    NOT_ON_SCALE = "NotOnScale"
    NOT_OPEN = "PollNotOpen"
    SECRET = "SecretByMail"  # noqa: S105 - the ballot is
    TOO_FEW = "TooFewChosen"
    TOO_MANY = "TooManyChosen"
    REFUSED = "BallotRefused"  # and whatever has no reason of its own


PROBLEMS: Mapping[Reason, type[Problem]] = {
    Reason.CHOSEN_TWICE: ChosenTwice,
    Reason.NONE_AND_SOME: NoneAndSome,
    Reason.NOT_ALL_PLACED: NotAllPlaced,
    Reason.NOT_ASKED: NotAsked,
    Reason.NOTHING_CHOSEN: NothingChosen,
    Reason.NOT_OFFERED: NotOffered,
    Reason.NOT_ON_SCALE: NotOnScale,
    Reason.NOT_OPEN: PollNotOpen,
    Reason.SECRET: SecretByMail,
    Reason.TOO_FEW: TooFewChosen,
    Reason.TOO_MANY: TooManyChosen,
    Reason.REFUSED: BallotRefused,
}
TEXTS: Mapping[Reason, str] = {
    Reason.UNCLEAR: N_(
        "By mail only a number, or the words of an option alone, are understood as a vote. People of the office read "
        "what you wrote."
    ),
    Reason.PAGE_ONLY: N_("In this poll votes are cast on the page only: an answer by mail cannot be counted."),
    Reason.TOO_OFTEN: N_(
        "Several votes have come by answers to this mail already. Please change your vote on the page."
    ),
} | {reason: problem.text for reason, problem in PROBLEMS.items()}
ON_PAGE = N_("As long as the poll is open, you can vote on the page.")
GIVEN = ("least", "most", "count")  # what these texts take


def reason_for(problem: Problem) -> Reason:
    return next((one for one, kind in PROBLEMS.items() if type(problem) is kind), Reason.REFUSED)


def reason_in(values: Mapping[str, Any]) -> Reason:
    """`values` are a notice's: `why`, and what the text of that reason takes."""
    why = values.get("why")
    return Reason(why) if why in list(Reason) else Reason.REFUSED


def reason_words(values: Mapping[str, Any], t: Translator) -> str:
    return t(TEXTS[reason_in(values)], **{name: values[name] for name in GIVEN if name in values})


def page_words(values: Mapping[str, Any], t: Translator) -> str:
    """What the page is for, "" for whom it refuses too."""
    return "" if reason_in(values) is Reason.NOT_ASKED else t(ON_PAGE)
