"""Telegram's names for files: what a bot uploaded once is sent by its name from then on, whatever role it speaks in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.channels.tables import TelegramFile


def names_of(session: Session, bot_id: int, sha256: str) -> dict[str, str]:
    """The names of a file, by what it was sent as: photo, audio, video, document."""
    statement = select(TelegramFile.kind, TelegramFile.file_id).where(
        TelegramFile.sha256 == sha256, TelegramFile.bot_id == bot_id
    )
    return {row.kind: row.file_id for row in session.execute(statement)}


def remember_name(session: Session, bot_id: int, sha256: str, kind: str, file_id: str) -> None:
    """Keeps a name in place of the one before."""
    row = {"sha256": sha256, "bot_id": bot_id, "kind": kind, "file_id": file_id}
    put = insert_into(session, TelegramFile).values(row)
    known = ["sha256", "bot_id", "kind"]
    session.execute(put.on_conflict_do_update(index_elements=known, set_={"file_id": file_id}))
