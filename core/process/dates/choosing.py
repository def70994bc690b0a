"""Which date suits most people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.i18n import N_


class Suits(StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


SUITS: Mapping[str, str] = {Suits.YES: N_("Yes"), Suits.MAYBE: N_("If need be"), Suits.NO: N_("No")}


@dataclass(frozen=True)
class Tally:
    """How many said what of a date; `starts` as ISO text, which sorts by time."""

    option_id: int
    starts: str
    yes: int = 0
    maybe: int = 0
    no: int = 0


def order(tallies: Iterable[Tally]) -> list[Tally]:
    """The best first: most yes, then fewest no, then the earliest."""
    return sorted(tallies, key=lambda one: (-one.yes, one.no, one.starts, one.option_id))


def propose(tallies: Iterable[Tally]) -> Tally | None:
    """The date to propose; None where nobody has said yes or if need be to any."""
    return next((one for one in order(tallies) if one.yes or one.maybe), None)
