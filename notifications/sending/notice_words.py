"""What a notice brings with it, in the words of its reader: an event as it stands when the notice leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy.orm import Session

from core.i18n import pick_text, translator
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.room.seating import find_table
from notifications.content.variables import MODE_WORDS, event_values


def notice_words(session: Session, values: Mapping[str, Any], language: str) -> dict[str, str]:
    """The values of a notice's variables; raises EventUnknown."""
    words = {name: str(value) for name, value in values.items()}
    if "event_id" not in values:
        return words
    event = load_event(session, int(values["event_id"]))
    words = {**event_values(event, language), "where": f", {event.place}" if event.place else "", **words}
    if "mode" in values:
        words["mode"] = translator(language)(MODE_WORDS[Reply(values["mode"])])
    if "until" in values:
        words["until"] = _moment(event, datetime.fromisoformat(values["until"]), language)
    if "table_id" in values:
        table = find_table(session, int(values["table_id"]))
        words["table"] = str(table.number) if table is not None else "–"
        words["theme"] = pick_text(table.theme, language) if table is not None else "–"
    return words


def _moment(event: EventFacts, instant: datetime, language: str) -> str:
    local = instant.astimezone(ZoneInfo(event.time_zone))
    return (
        f"{format_date(local.date(), 'full', locale=language)}, {format_time(local.time(), 'short', locale=language)}"
    )
