"""What webhooks are told when a response is sent: which one, through which door, and nothing of what it says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.webhooks.emitting import Happening, emit
from core.webhooks.kinds import Kind
from surveys.responses.store import Kept


def emit_answered(session: Session, response: Kept, door: str, now: datetime) -> None:
    """`response` as it stood before: once it was sent, it is being sent again."""
    round_, again = response.round, response.completed_at is not None
    data = {"round": round_.slug, "response": response.id, "door": door, "again": again}
    whose = response.participant_id, round_.process_id
    emit(session, Happening(Kind.ANSWERED, round_.office_id, *whose, data), now)
