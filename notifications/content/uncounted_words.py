"""Why an answer by mail was no vote, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Problem
from core.i18n import N_, Translator
from surveys.polls.errors import (
    BallotRefused,
    ChosenTwice,
    NoneAndSome,
    NotAsked,
    NothingChosen,
    NotOffered,
    NotOnScale,
    PollNotOpen,
    SecretByMail,
    TooFewChosen,
    TooManyChosen,
)

UNCLEAR = N_(
    "By mail only a number, or the words of an option alone, are understood as a vote. People of the office read what "
    "you wrote."
)
PAGE_ONLY = N_("In this poll votes are cast on the page only: an answer by mail cannot be counted.")
TOO_OFTEN = N_("Several votes have come by answers to this mail already. Please change your vote on the page.")
PROBLEMS: dict[str, type[Problem]] = {
    one.__name__: one
    for one in (
        ChosenTwice, NoneAndSome, NotAsked, NothingChosen, NotOffered, NotOnScale, PollNotOpen, SecretByMail,
        TooFewChosen, TooManyChosen,
    )
}  # fmt: skip
OTHERS = {"Unclear": UNCLEAR, "PageOnly": PAGE_ONLY, "TooOften": TOO_OFTEN}


def reason_words(values: Mapping[str, Any], t: Translator) -> str:
    """`values` are a notice's: `why`, and what the text of that problem takes."""
    why = str(values.get("why", ""))
    if why in OTHERS:
        return t(OTHERS[why])
    given = {name: value for name, value in values.items() if name in {"least", "most", "count"}}
    return PROBLEMS.get(why, BallotRefused)(**given).say(t)
