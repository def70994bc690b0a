"""The ready set of mailings around an event: which there are, to whom and when. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import N_
from core.process.came_rule import CAME, DID_NOT_COME
from core.process.package.entry import LONGEST_SLUG
from core.process.replies import Reply
from core.process.rsvp_rule import NAME as RSVP
from notifications.ledger.states import Kind

INVITATION, THANKS = "invitation", "thanks"
SATISFACTION = "satisfaction"  # the questionnaire's and the end of the round's short name
INVITED, GUESTS, PRESENT, ABSENT = "invited", "guests", "present", "absent"
ROUND_TITLE = N_("How was it? {event}")
ROUND_DAYS = 21  # so long after the event the questionnaire is open
CATCH_UP = "catch-up"
DIGEST = 8  # characters


@dataclass(frozen=True)
class Piece:
    """One mailing of the set: its audience, and its anchor without the event."""

    name: str
    title: str
    kind: Kind
    audience: str
    anchor: Mapping[str, Any]
    until: Mapping[str, int]  # so late it may still leave

    def anchor_of(self, event_slug: str) -> dict[str, Any]:
        return {"event": event_slug, **self.anchor}

    @property
    def missed(self) -> dict[str, Any]:
        return {"rule": CATCH_UP, "until": dict(self.until)}

    @property
    def asks_how_it_was(self) -> bool:
        return self.name == THANKS


AFTER = {"at": "ends", "days": 1, "working": True, "time": "10:00"}
PIECES = (
    Piece(
        INVITATION, N_("Invitation"), Kind.MAILING, INVITED,
        {"at": "starts", "days": -21, "time": "10:00"}, {"days": 20},
    ),
    Piece(
        "reminder-week", N_("Reminder a week before"), Kind.REMINDER, GUESTS,
        {"at": "starts", "days": -7, "time": "10:00"}, {"days": 3},
    ),
    Piece(
        "reminder-day", N_("Reminder on the working day before"), Kind.REMINDER, GUESTS,
        {"at": "starts", "days": -1, "working": True, "time": "10:00"}, {"hours": 12},
    ),
    Piece(
        "reminder-hours", N_("Reminder two hours before"), Kind.REMINDER, GUESTS,
        {"at": "starts", "hours": -2}, {"hours": 1},
    ),
    Piece(THANKS, N_("Thanks to those who came"), Kind.MAILING, PRESENT, AFTER, {"days": 14}),
    Piece("missed-you", N_("To those who did not come"), Kind.MAILING, ABSENT, AFTER, {"days": 14}),
)  # fmt: skip
NAMES = tuple(one.name for one in PIECES)
AUDIENCE_NAMES = {
    GUESTS: N_("{event}: who comes, or may come"),
    PRESENT: N_("{event}: who came"),
    ABSENT: N_("{event}: who had a place and did not come"),
}


@dataclass(frozen=True)
class Around:
    """The event that a set is around, by the short names of process and event."""

    process: str
    event: str

    @property
    def name(self) -> str:
        """As a rule names it."""
        return f"{self.process}/{self.event}"

    def mailing(self, piece: str) -> str:
        """Short names of mailings are unique in their process."""
        return shortened(f"{self.event}-{piece}")

    def of_office(self, name: str) -> str:
        """Those of audiences and rounds are unique in the office: no other process and event make the same one."""
        slug = f"{self.process}.{self.event}-{name}"
        return shortened(slug if slug.count(".") == 1 else f"{slug}-{digest_of(self.name)}")

    def rule(self, audience: str) -> dict[str, Any]:
        """The rule of an audience other than those invited."""
        if audience == GUESTS:
            replies = [one.value for one in (Reply.IN_PERSON, Reply.ONLINE, Reply.MAYBE)]
            return {RSVP: {"event": self.name, "reply": replies}}
        return {CAME if audience == PRESENT else DID_NOT_COME: self.name}


def shortened(slug: str) -> str:
    """A short name of at most so many characters; a long one ends with a digest, so that it stays its own."""
    if len(slug) <= LONGEST_SLUG:
        return slug
    return f"{slug[: LONGEST_SLUG - DIGEST - 1].rstrip('-_.')}-{digest_of(slug)}"


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST]
