"""What facilitators write down at the tables: a text by table, axis and account, and nothing of it is lost.

Every save names the revision it began from. Where the text has changed since (another device of the same account),
both texts stay, one below the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.process.room.tables import TableNote, TableTheme, ThematicTable
from core.spreadsheet import UNWRITABLE
from core.staff.tables import Account

LONGEST_NOTE = 20_000


class NoteTooLong(Problem):
    text = N_("This note is too long: at most {most} characters are kept in one. Please go on under another axis.")
    status = 422


@dataclass(frozen=True)
class Written:
    """A note as it came in, and which revision it was written over."""

    table_id: int
    axis: str
    account_id: int
    text: str
    revision: int


@dataclass(frozen=True)
class Note:
    number: int
    theme: dict[str, str]
    axis: str
    account: str
    text: str
    at: datetime


def save_note(session: Session, written: Written, now: datetime) -> tuple[str, int]:
    """What the note says now, and its revision; raises NoteTooLong."""
    text = UNWRITABLE.sub("", written.text.replace("\r\n", "\n"))
    if len(text) > LONGEST_NOTE:
        raise NoteTooLong(most=LONGEST_NOTE)
    mine = (
        TableNote.table_id == written.table_id,
        TableNote.axis == written.axis,
        TableNote.account_id == written.account_id,
    )
    found = session.scalars(select(TableNote).where(*mine).with_for_update()).one_or_none()
    if found is None:
        if text.strip():
            row = {"table_id": written.table_id, "axis": written.axis, "account_id": written.account_id}
            session.execute(insert(TableNote).values(**row, text=text, revision=1, at=now))
        return text, 1 if text.strip() else 0
    if found.text == text:
        return text, found.revision
    if found.revision != written.revision:
        text = _both(found.text, text)
    revision = found.revision + 1
    session.execute(update(TableNote).where(*mine).values(text=text, revision=revision, at=now))
    return text, revision


def notes_of(session: Session, table_id: int, account_id: int) -> dict[str, tuple[str, int]]:
    """An account's own notes of a table: text and revision by axis."""
    mine = TableNote.table_id == table_id, TableNote.account_id == account_id
    return {one.axis: (one.text, one.revision) for one in session.scalars(select(TableNote).where(*mine))}


def all_notes(session: Session, event_id: int) -> list[Note]:
    """Every note of an event that says something, by table and axis."""
    statement: Any = (
        select(ThematicTable.number, TableTheme.title, TableNote.axis, Account.name, TableNote.text, TableNote.at)
        .join(ThematicTable, ThematicTable.id == TableNote.table_id)
        .join(TableTheme, TableTheme.id == ThematicTable.theme_id)
        .join(Account, Account.id == TableNote.account_id)
        .where(ThematicTable.event_id == event_id)
        .order_by(ThematicTable.number, TableNote.axis, TableNote.id)
    )
    return [Note(*row) for row in session.execute(statement) if row.text.strip()]


def _both(kept: str, came: str) -> str:
    """One that goes on where the other ends is the whole; else both."""
    longer, shorter = (kept, came) if len(kept) >= len(came) else (came, kept)
    return longer if longer.startswith(shorter) else f"{kept}\n\n{came}"[: 2 * LONGEST_NOTE]
