"""What the door knows of a person: told to them, and taken away when they say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from core.process.door.tables import ONLINE_KEY, DoorAct
from core.process.tables import Event


def export_door(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Everything that was done about these participants at doors, in its order, JSON-able."""
    acts = (
        select(Event.title, DoorAct)
        .join(Event, Event.id == DoorAct.event_id)
        .where(DoorAct.participant_id.in_(participant_ids))
        .order_by(DoorAct.at, DoorAct.id)
    )
    return [
        {"event": title, "what": one.kind, "way": one.way, "along": one.along, "at": one.at.isoformat()}
        for title, one in session.execute(acts)
    ]


def erase_door(session: Session, participant_ids: Sequence[int]) -> None:
    """The acts stay without the person: one that is sent again must not bring them back.

    A key that was made of who they are goes too; no telephone sends it again.
    """
    mine = DoorAct.participant_id.in_(participant_ids)
    nobodys = literal(f"{ONLINE_KEY}erased-") + cast(DoorAct.id, String)
    session.execute(update(DoorAct).where(mine, DoorAct.key.startswith(ONLINE_KEY)).values(key=nobodys))
    session.execute(update(DoorAct).where(mine).values(participant_id=None, along=0))
