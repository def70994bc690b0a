"""The audit log: who did what to which row, and when. Ids and numbers, never contents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
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
