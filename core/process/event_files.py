"""The documents of an event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.file_contents import keep_content, read_content
from core.process.tables import EventFile


@dataclass(frozen=True)
class Document:
    """`size` in bytes; one that is for `afterwards` is shown once the event is over."""

    name: str
    media_type: str
    sha256: str
    size: int
    afterwards: bool = False

    @property
    def bare_type(self) -> str:
        """The type without its parameters."""
        return self.media_type.partition(";")[0]


def documents_of(session: Session, event_id: int, *, is_over: bool = True) -> tuple[Document, ...]:
    """In the order of their names; before the event `is_over` without those that are for afterwards."""
    found = select(EventFile).where(EventFile.event_id == event_id).order_by(EventFile.name)
    if not is_over:
        found = found.where(EventFile.afterwards.is_(False))
    return tuple(
        Document(one.name, one.media_type, one.sha256, one.size, one.afterwards) for one in session.scalars(found)
    )


def add_document(session: Session, event_id: int, document: Document, content: bytes, now: datetime) -> None:
    """Keeps a document; one of the same name takes the place of the one before."""
    keep_content(session, content)
    values = {
        "media_type": document.media_type, "sha256": document.sha256, "size": document.size, "added_at": now,
        "afterwards": document.afterwards,
    }  # fmt: skip
    row = insert_into(session, EventFile).values(event_id=event_id, name=document.name, **values)
    session.execute(row.on_conflict_do_update(index_elements=["event_id", "name"], set_=values))


def keep_for_afterwards(session: Session, event_id: int, names: Collection[str]) -> None:
    """Says which of the documents that are there are shown only once the event is over; all others at once."""
    for one in documents_of(session, event_id):
        if one.afterwards != (one.name in names):
            mine = EventFile.event_id == event_id, EventFile.name == one.name
            session.execute(update(EventFile).where(*mine).values(afterwards=one.name in names))


def remove_document(session: Session, event_id: int, name: str) -> None:
    """What it held stays with whatever else shows it."""
    session.execute(delete(EventFile).where(EventFile.event_id == event_id, EventFile.name == name))


def read_document(session: Session, event_id: int, name: str, *, is_over: bool) -> tuple[Document, bytes] | None:
    """None for one that is not there, or not yet."""
    found = next((one for one in documents_of(session, event_id, is_over=is_over) if one.name == name), None)
    return (found, read_content(session, found.sha256)) if found is not None else None
