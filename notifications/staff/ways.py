"""Ways out by which nothing can leave: noted by whoever tries, and taken away by the first message that arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.channels.contract import (
    Delivered,
    Misconfigured,
    Outcome,
    RecipientGone,
    Rejected,
    UnreachableNow,
)
from notifications.staff.tables import WayTrouble

IN_TROUBLE = (UnreachableNow, Misconfigured)
ANSWERS = (Delivered, Rejected, RecipientGone)
LONGEST_SAID = 300


def note_way(session: Session, way: str, channel: str, outcomes: Sequence[Outcome], now: datetime) -> None:
    """What a group of tries says of its way; since when it does not work stands from the first."""
    if any(isinstance(one, ANSWERS) for one in outcomes):
        session.execute(delete(WayTrouble).where(WayTrouble.way == way))
        return
    trouble = next((one for one in outcomes if isinstance(one, IN_TROUBLE)), None)
    if trouble is not None:
        said = "".join(one if one.isprintable() else " " for one in trouble.detail)[:LONGEST_SAID]
        row = {"way": way, "channel": channel, "since": now, "said": said}
        session.execute(insert_into(session, WayTrouble).values(row).on_conflict_do_nothing())
