"""The documents of an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.file_contents import keep_content, read_content
from core.process.tables import EventFile


@dataclass(frozen=True)
class Document:
    """`size` in bytes."""

    name: str
    media_type: str
    sha256: str
    size: int

    @property
    def bare_type(self) -> str:
        """The type without its parameters."""
        return self.media_type.partition(";")[0]


def documents_of(session: Session, event_id: int) -> tuple[Document, ...]:
    """In the order of their names."""
    found = select(EventFile).where(EventFile.event_id == event_id).order_by(EventFile.name)
    return tuple(Document(one.name, one.media_type, one.sha256, one.size) for one in session.scalars(found))


def add_document(session: Session, event_id: int, document: Document, content: bytes, now: datetime) -> None:
    """Keeps a document; one of the same name takes the place of the one before."""
    keep_content(session, content)
    values = {"media_type": document.media_type, "sha256": document.sha256, "size": document.size, "added_at": now}
    row = insert_into(session, EventFile).values(event_id=event_id, name=document.name, **values)
    session.execute(row.on_conflict_do_update(index_elements=["event_id", "name"], set_=values))


def remove_document(session: Session, event_id: int, name: str) -> None:
    """What it held stays with whatever else shows it."""
    session.execute(delete(EventFile).where(EventFile.event_id == event_id, EventFile.name == name))


def read_document(session: Session, event_id: int, name: str) -> tuple[Document, bytes] | None:
    """None for one that is not there."""
    found = next((one for one in documents_of(session, event_id) if one.name == name), None)
    return (found, read_content(session, found.sha256)) if found is not None else None
