"""From which event's page somebody came to join: it stands behind where they came from, as in "s-abc-e12". Pure."""

from __future__ import annotations

import re

LONGEST = 40  # characters of where somebody came from
MARKED = re.compile(r"(?:(?P<tag>.+)-)?e(?P<event>[1-9][0-9]{0,9})")


def with_event(tag: str, event_id: int) -> str:
    """Where somebody came from, with the event that they would like to take part in."""
    whole = f"{tag}-e{event_id}" if tag else f"e{event_id}"
    return whole if len(whole) <= LONGEST else f"e{event_id}"


def without_event(tag: str) -> str:
    found = MARKED.fullmatch(tag)
    return (found["tag"] or "") if found else tag


def event_in(tag: str) -> int:
    """The event's id, 0 for none."""
    found = MARKED.fullmatch(tag)
    return int(found["event"]) if found else 0
