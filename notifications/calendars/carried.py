"""Which mails bring something for calendars, and what. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.process.changing import CANCELLED, CHANGED
from core.process.replies import MODES, Reply
from core.process.waiting import OFFERED
from notifications.calendars.entry import Entry

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
KEPT, INSTEAD = "rsvp-kept", "substitute-invited"
NOTICES = frozenset({CHANGED, CANCELLED, OFFERED, KEPT, INSTEAD})  # that bring the event as it now is


@dataclass(frozen=True)
class Carried:
    """What goes with a mail: the entry, what its reader has replied, and where answers of calendars come to.

    Without a mailbox for them nobody is asked for an answer that nobody would read: the event is only told.
    """

    entry: Entry
    reply: str
    answered_by_mail: bool

    @property
    def method(self) -> str:
        if self.entry.is_cancelled:
            return CANCEL
        return REQUEST if self.answered_by_mail else PUBLISH


def mailing_carries(reply: str, *, asks: bool, reminds: bool) -> bool:
    """Whether a mailing about an event brings it: an invitation does, and a reminder to those who come."""
    return reply != Reply.NO and (asks or (reminds and reply in MODES))


def notice_carries(kind: str, reply: str, *, is_cancelled: bool) -> bool:
    """Whether a notice does: who does not come has nothing in their calendar, unless the event is called off."""
    return kind in NOTICES and (is_cancelled or reply != Reply.NO)
