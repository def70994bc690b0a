"""The audit log: who did what to which row, and when. Ids and numbers, never contents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.staff.tables import AuditEntry


@dataclass(frozen=True)
class Act:
    """Something staff did; `account_id` None stands for the command line."""

    act: str
    subject: str
    account_id: int | None = None
    office_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


def is_recorded(session: Session, act: Act, since: datetime) -> bool:
    """Whether the same account did the same to the same row since: what is looked at again and again is noted once."""
    lately = AuditEntry.office_id == act.office_id, AuditEntry.at > since  # by the index of an office's log
    same = AuditEntry.act == act.act, AuditEntry.subject == act.subject, AuditEntry.account_id == act.account_id
    return session.scalar(select(AuditEntry.id).where(*lately, *same).limit(1)) is not None


def record(session: Session, act: Act, now: datetime) -> None:
    """Adds the entry in the transaction of the act itself."""
    session.execute(
        insert(AuditEntry).values(
            at=now,
            account_id=act.account_id,
            office_id=act.office_id,
            act=act.act,
            subject=act.subject,
            details=act.details,
        )
    )
