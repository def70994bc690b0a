"""What the buttons of a message in chat send back: written here, read by the participants' bot."""

from __future__ import annotations

OPEN_ROUND = "open:"  # begins a round's dialogue
RSVP = "rsvp:"  # replies to an event
TAKE, LEAVE = "take", "leave"  # in the place of a reply: an offered seat, the waiting list
HERE, CODE = "here", "code"  # that they follow online now; that their code for the door is shown
ALONG, WRITE = "+", "?"  # before how many come along, and before what somebody would like to write

ROOM = "c:room:"  # opens the room of an event
DATES = "dates:"  # shows the dates that are asked about, or answers for one of them
POLL = "poll:"  # shows a poll, or is about a vote that is being put together
APPOINTMENT = "appt:"  # shows the times there are for an appointment, or does something with one


def open_round(round_id: int) -> str:
    return f"{OPEN_ROUND}{round_id}"


def rsvp(event_id: int, reply: str) -> str:
    return f"{RSVP}{event_id}:{reply}"


def room(event_id: int | str = "") -> str:
    return f"{ROOM}{event_id}"


def dates(poll_id: int | str, said: str = "") -> str:
    """`said` is an answer to one of the dates: `12:yes`."""
    return f"{DATES}{poll_id}:{said}"


def poll(poll_id: int | str) -> str:
    return f"{POLL}{poll_id}:"


def appointment(event_id: int | str, act: str = "", value: str = "") -> str:
    return f"{APPOINTMENT}{event_id}:{act}:{value}"
