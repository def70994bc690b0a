"""iCalendar objects (RFC 5545) of entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from notifications.calendars.entry import Entry
from notifications.calendars.zone import time_zone

PRODUCT = "-//Ascolto//Ascolto//EN"
REMINDED = (timedelta(days=-1), timedelta(hours=-1))  # before the start
REFRESH = timedelta(hours=6)
CANCELLED, TENTATIVE, CONFIRMED = "CANCELLED", "TENTATIVE", "CONFIRMED"


def component_of(entry: Entry, uid: str, *, is_firm: bool = True) -> Event:
    """The VEVENT without its stamp, people and alarms; `is_firm` unless the time is only kept free."""
    event = Event()
    event.add("uid", uid)
    event.add("sequence", entry.sequence)
    event.add("dtstart", _at(entry.starts, entry.zone))
    event.add("dtend", _at(entry.ends, entry.zone))
    event.add("summary", entry.title)
    held = CONFIRMED if is_firm else TENTATIVE
    event.add("status", CANCELLED if entry.is_cancelled else held)
    if entry.location:
        event.add("location", entry.location)
    if entry.words:
        event.add("description", entry.words)
    if entry.link:
        event.add("url", entry.link)
    return event


def add_alarms(event: Event, entry: Entry) -> None:
    """A day and an hour before."""
    for before in () if entry.is_cancelled else REMINDED:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", before)
        event.add_component(alarm)


def calendar_of(events: Sequence[Event], entries: Sequence[Entry], *, name: str = "", method: str = "") -> Calendar:
    """The events with the time zones they are in; with a `name` as something that is subscribed to (RFC 7986)."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT6H")
    for zone in sorted({entry.zone for entry in entries} - {"UTC"}):
        years = [year for entry in entries if entry.zone == zone for year in (entry.starts.year, entry.ends.year)]
        calendar.add_component(time_zone(zone, min(years), max(years)))
    for event in events:
        calendar.add_component(event)
    return calendar


def stamped(event: Event, at: datetime) -> Event:
    """With the instant of its last change, where nothing is negotiated about it (RFC 5545, section 3.8.7.2)."""
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    return event


def _at(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))
