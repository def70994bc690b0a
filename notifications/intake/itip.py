"""What a calendar program answers to an invitation (iTIP, RFC 5546, in a mail by RFC 6047). Pure, and never raising."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import unquote

from icalendar import Calendar, Component

from core.process.replies import Reply
from notifications.intake.letter import Letter, bytes_of

LARGEST = 200_000  # bytes; an answer is some hundreds
MOST_COMPONENTS = 50  # time zones and their changes among them
REPLY = "REPLY"
UID = re.compile(r"event-(\d{1,18})-(\d{1,18})@\S+")
MEANS = {"ACCEPTED": "yes", "TENTATIVE": Reply.MAYBE.value, "DECLINED": Reply.NO.value}  # RFC 5545, section 3.2.12
LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class CalendarAnswer:
    """`said` is "yes", a reply, or "" for what is no clear answer; the event and the person are those of the UID.

    `address` is that of whoever answers: an invitation that was passed on is answered by somebody else.
    """

    method: str = ""
    event_id: int = 0
    participant_id: int = 0
    said: str = ""
    comment: str = ""
    address: str = ""


def read_calendar(letter: Letter) -> CalendarAnswer | None:
    """What the calendar in a mail says; None where there is none."""
    parts = [part for part in letter.parts if part.get_content_type() == "text/calendar"]
    parts = parts or [part for part in letter.parts if _is_file(part)]
    if not parts:
        return None
    raw = bytes_of(parts[0])
    if len(parts) > 1 or len(raw) > LARGEST or raw.upper().count(b"BEGIN:") > MOST_COMPONENTS:
        return CalendarAnswer()
    try:
        return _answer(Calendar.from_ical(raw))
    except Exception:  # whatever a strange calendar makes the library raise: it is for people to look at
        return CalendarAnswer()


def _is_file(part: Message) -> bool:
    name = part.get_filename() or ""
    return part.get_content_type() == "application/ics" or name.lower().endswith(".ics")


def _answer(calendar: Any) -> CalendarAnswer:
    method = str(calendar.get("METHOD", "")).upper()
    events = [one for one in calendar.subcomponents if isinstance(one, Component) and one.name == "VEVENT"]
    if len(events) != 1:
        return CalendarAnswer(method)
    (event,) = events
    comment = _comment(event)
    found, attendees = UID.fullmatch(str(event.get("UID", ""))), _all(event, "ATTENDEE")
    if method != REPLY or found is None or len(attendees) != 1 or "RECURRENCE-ID" in event:
        return CalendarAnswer(method, comment=comment)
    stands = str(attendees[0].params.get("PARTSTAT", "")).upper()
    address = unquote(re.sub("^mailto:", "", str(attendees[0]).strip(), flags=re.IGNORECASE)).casefold()
    return CalendarAnswer(method, int(found[1]), int(found[2]), MEANS.get(stands, ""), comment, address)


def _comment(event: Any) -> str:
    """What somebody wrote beside the answer: as a property, or as some programs do, with the attendee."""
    said = [str(one) for one in _all(event, "COMMENT")]
    said += [str(one.params.get("X-RESPONSE-COMMENT", "")) for one in _all(event, "ATTENDEE") if hasattr(one, "params")]
    return "\n".join(one.strip() for one in said if one.strip())[:LONGEST_COMMENT]


def _all(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]
