"""What somebody may reply to an invitation, and how it is called. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from core.i18n import N_


class Reply(StrEnum):
    """The first two are the modes in which an event can be taken part in, and mean a seat in them."""

    IN_PERSON = "in-person"
    ONLINE = "online"
    MAYBE = "maybe"
    NO = "no"
    WAITING = "waiting"  # on a waiting list, without a seat: nobody says it, it becomes of a reply
    LAPSED = "lapsed"  # waited, and did not take the seat that was offered in time: nobody says that either


MODES = (Reply.IN_PERSON, Reply.ONLINE)
NO_REPLY = "none"  # in a rule and in a list: who has not replied
LABELS = {
    Reply.IN_PERSON: N_("I come"),
    Reply.ONLINE: N_("I follow online"),
    Reply.MAYBE: N_("Maybe"),
    Reply.NO: N_("I cannot come"),
}
STANDS = LABELS | {  # what may stand as somebody's reply
    Reply.WAITING: N_("I am on the waiting list"),
    Reply.LAPSED: N_("I did not take the place in time"),
}
# The number is the reply's own: when an event goes online only, an old mail must not mean another one.
SAID = (Reply.IN_PERSON, Reply.ONLINE, Reply.MAYBE, Reply.NO)
NUMBERS = {reply: number for number, reply in enumerate(SAID, 1)}


class Door(StrEnum):
    """Where a reply came in."""

    CHAT = "chat"
    WEB = "web"
    MAIL = "mail"
    CALENDAR = "calendar"  # what a calendar program answers by itself when somebody presses "accept" in it
    STAFF = "staff"
    DOOR = "door"  # registered on coming in


def modes_of(modes: Iterable[str], online: bool) -> tuple[Reply, ...]:
    """An event's modes: those it names, else in person and, where one can take part online, online."""
    named = tuple(mode for mode in MODES if mode in set(modes))
    return named or (MODES if online else (Reply.IN_PERSON,))


def offered(modes: Iterable[str]) -> tuple[Reply, ...]:
    """What can be replied to an event of these modes, in the order in which it is asked."""
    return (*(mode for mode in MODES if mode in set(modes)), Reply.MAYBE, Reply.NO)
