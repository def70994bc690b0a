"""The pictures and attachments of mailings, as they stand in the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from notifications.content.files import MailedFile
from notifications.ledger.tables import MailingFile


def files_of(session: Session, mailing_id: int) -> dict[str, MailedFile]:
    """The files of a mailing by name."""
    statement = select(MailingFile).where(MailingFile.mailing_id == mailing_id).order_by(MailingFile.name)
    return {row.name: _file(row) for row in session.scalars(statement)}


def write_files(session: Session, mailing_id: int, files: Iterable[MailedFile]) -> None:
    """Puts files in the place of those a mailing had; their contents are kept already."""
    session.execute(delete(MailingFile).where(MailingFile.mailing_id == mailing_id))
    rows = [{"mailing_id": mailing_id, **one.__dict__} for one in files]
    if rows:
        session.execute(insert(MailingFile), rows)


def _file(row: MailingFile) -> MailedFile:
    return MailedFile(row.name, row.media_type, row.sha256, row.size, row.width, row.height)
