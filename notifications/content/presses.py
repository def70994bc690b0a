"""What the buttons of a message in chat send back: written here, read by the participants' bot."""

from __future__ import annotations

OPEN_ROUND = "open:"  # begins a round's dialogue
RSVP = "rsvp:"  # replies to an event
DATES = "dates:"  # shows the dates that are asked about, or answers for one of them
APPOINTMENT = "appt:"  # shows the times there are for an appointment, or does something with one


def open_round(round_id: int) -> str:
    return f"{OPEN_ROUND}{round_id}"


def rsvp(event_id: int, reply: str) -> str:
    return f"{RSVP}{event_id}:{reply}"


def dates(poll_id: int | str, said: str = "") -> str:
    """`said` is an answer to one of the dates: `12:yes`."""
    return f"{DATES}{poll_id}:{said}"


def appointment(event_id: int | str, act: str = "", value: str = "") -> str:
    return f"{APPOINTMENT}{event_id}:{act}:{value}"
