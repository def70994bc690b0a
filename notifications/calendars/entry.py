"""An event as one reader's calendar shows it, in the reader's words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.i18n import pick_text, translator
from core.process.events import EventFacts
from core.process.replies import STANDS, Reply


@dataclass(frozen=True)
class Entry:
    """`starts` and `ends` are on the wall clock of `zone`; `link` is where one takes part online, "" unless told."""

    event_id: int
    sequence: int
    starts: datetime
    ends: datetime
    zone: str
    title: str
    location: str
    words: str
    link: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class Reader:
    """For whom an entry is: what they have replied ("" for nothing), and where they see and change it."""

    language: str
    reply: str
    page: str


def entry_for(event: EventFacts, reader: Reader, now: datetime) -> Entry:
    """The entry of somebody who was invited."""
    link = event.link if reader.reply == Reply.ONLINE and event.shows_link(now) else ""
    return _entry(event, reader.language, link, _location(event, reader, link), _words(event, reader, link))


def public_entry(event: EventFacts, language: str, page: str) -> Entry:
    """The entry for anybody; `page` is where the process is told of."""
    return _entry(event, language, "", _place_or_online(event, language), page)


def uid_of(event_id: int, participant_id: int | None, host: str) -> str:
    """The same for the same event and person wherever it stands; without a person that of the public entry."""
    return f"event-{event_id}@{host}" if participant_id is None else f"event-{event_id}-{participant_id}@{host}"


def _entry(event: EventFacts, language: str, link: str, location: str, words: str) -> Entry:
    return Entry(
        event_id=event.id,
        sequence=event.sequence,
        starts=event.starts,
        ends=event.ends,
        zone=event.time_zone,
        title=pick_text(event.title, language),
        location=location,
        words=words,
        link=link,
        is_cancelled=event.cancelled,
    )


def _location(event: EventFacts, reader: Reader, link: str) -> str:
    t = translator(reader.language)
    if reader.reply == Reply.ONLINE:
        return link or t("Online")
    return _place(event) if reader.reply == Reply.IN_PERSON else _place_or_online(event, reader.language)


def _place(event: EventFacts) -> str:
    return ", ".join(part for part in (event.place, event.address) if part)


def _place_or_online(event: EventFacts, language: str) -> str:
    t, place = translator(language), _place(event)
    if Reply.ONLINE not in event.modes:
        return place
    if Reply.IN_PERSON not in event.modes or not place:
        return t("Online")
    return t("{place}, or online", place=place)


def _words(event: EventFacts, reader: Reader, link: str) -> str:
    t = translator(reader.language)
    if event.cancelled:
        return t("This event does not take place.")
    if reader.reply not in STANDS:
        return t("Please say whether you come: {link}", link=reader.page)
    lines = [
        t("Your reply: {reply}", reply=t(STANDS[Reply(reader.reply)])),
        t("To see or change it: {link}", link=reader.page),
    ]
    if link:
        lines.insert(1, t("To take part online: {link}", link=link))
    elif reader.reply == Reply.ONLINE:
        lines.append(t("Before the event begins you find there how to take part online."))
    return "\n".join(lines)
