"""What a mail about an event brings for calendars (RFC 5546, RFC 6047): compiled with gaps, filled once a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr

from icalendar import Calendar, vCalAddress, vText

from core.process.replies import Reply
from notifications.calendars.carried import Carried
from notifications.calendars.objects import add_alarms, calendar_of, component_of
from notifications.content.mime import Quoted, quote_skeleton
from notifications.content.skeleton import compile_skeleton, one_line
from notifications.content.variables import GAP, mark

UID, STAMP, ORGANIZER, ATTENDEE = "calendar_uid", "calendar_stamp", "calendar_organizer", "calendar_attendee"
PARTSTAT = {
    Reply.IN_PERSON: "ACCEPTED",
    Reply.ONLINE: "ACCEPTED",
    Reply.MAYBE: "TENTATIVE",
    Reply.WAITING: "TENTATIVE",
    Reply.LAPSED: "NEEDS-ACTION",
    Reply.NO: "DECLINED",
}
LONGEST = 74  # octets of a line behind the blank that continues it (RFC 5545, section 3.1)
CONTINUED = "\r\n "
UNSAFE = str.maketrans({'"': "'", "^": " "})  # within a quoted parameter (RFC 5545, section 3.2; RFC 6868)


@dataclass(frozen=True)
class CalendarText:
    """The calendar of a mail as quoted-printable, and what it is for."""

    method: str
    body: Quoted


def compile_calendar(carried: Carried, office: str, sender: str, has_name: bool) -> CalendarText:
    """`office` is the organizer's name, `sender` an address for who has none that answers come back to."""
    lines = _calendar(carried, office, sender, has_name).content_lines()
    text = "".join(f"{fold(_quoted_name(line))}\r\n" for line in lines if line)
    return CalendarText(carried.method, quote_skeleton(compile_skeleton(text, {}, as_calendar)))


def fold(line: str) -> str:
    """A content line in pieces of at most 75 octets; a gap is a piece of its own."""
    pieces: list[str] = []
    for number, part in enumerate(GAP.split(line)):
        pieces += [mark(part)] if number % 2 else _cut(part)
    return CONTINUED.join(pieces)


def as_calendar(value: str) -> str:
    """A value for a gap: a name within quotation marks, an address, a link."""
    return CONTINUED.join(_cut(one_line(value).translate(UNSAFE)))


def _cut(text: str) -> list[str]:
    """Pieces of at most so many octets; no character is parted."""
    pieces, size = [""] if text else [], 0
    for char in text:
        width = len(char.encode())
        if size + width > LONGEST:
            pieces.append("")
            size = 0
        pieces[-1] += char
        size += width
    return pieces


def _calendar(carried: Carried, office: str, sender: str, has_name: bool) -> Calendar:
    entry = carried.entry
    event = component_of(entry, mark(UID))
    event["DTSTAMP"] = vText(mark(STAMP))  # each mail has its own
    parameters: Mapping[str, str] = {"CN": one_line(office).translate(UNSAFE)} if office else {}
    event.add("organizer", _address(mark(ORGANIZER) if carried.answered_by_mail else parseaddr(sender)[1], parameters))
    if carried.answered_by_mail:
        event.add("attendee", _address(mark(ATTENDEE), _attendance(carried, has_name)))
    if carried.reply not in {Reply.NO, Reply.WAITING, Reply.LAPSED}:
        add_alarms(event, entry)
    return calendar_of([event], [entry], method=carried.method)


def _attendance(carried: Carried, has_name: bool) -> dict[str, str]:
    stands = PARTSTAT[Reply(carried.reply)] if carried.reply else "NEEDS-ACTION"
    asked = {} if carried.entry.is_cancelled else {"RSVP": "TRUE"}
    named = {"CN": mark("name")} if has_name else {}
    return {**named, "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": stands, **asked}


def _address(address: str, parameters: Mapping[str, str]) -> vCalAddress:
    made = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        made.params[name] = value
    return made


def _quoted_name(line: str) -> str:
    """The library quotes a name only where it sees that it must, and a gap does not show what will fill it."""
    gap = mark("name")
    return line.replace(f"CN={gap}", f'CN="{gap}"')
