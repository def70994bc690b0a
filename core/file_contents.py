"""The bytes of files that staff gave, each stored once, whatever forms and mailings show it."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.tables import FileContent


def keep_content(session: Session, content: bytes) -> str:
    """Stores a file that is not there yet; the SHA-256 by which it is read."""
    known = sha256(content).hexdigest()
    row = insert_into(session, FileContent).values(sha256=known, content=content)
    session.execute(row.on_conflict_do_nothing())
    return known


def read_content(session: Session, sha256: str) -> bytes:
    return session.scalars(select(FileContent.content).where(FileContent.sha256 == sha256)).one()
