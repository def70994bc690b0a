"""The replies that stand: of people who were merged after both had replied the earliest counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select
from sqlalchemy.orm import Session

from core.people.merged import MERGED, all_of, person_of
from core.process.replies import MODES
from core.process.seats import Room, Waiting, seats_of
from core.process.tables import Attendance, Event

SHOWN = (
    Attendance.reply, Attendance.door, Attendance.at, Attendance.changes, Attendance.companions, Attendance.substitute,
    Attendance.needs, Attendance.waits_for, Attendance.waiting_since, Attendance.offered_until,
)  # fmt: skip


def standing_reply(session: Session, event_id: int, participant_id: int) -> str:
    """What somebody who remains has replied, "" for nothing."""
    found = standing(session, event_id, participant_id)
    return found.reply if found is not None else ""


def standing(session: Session, event_id: int, participant_id: int) -> Any:
    """The row that stands of somebody who remains, None for none."""
    return session.execute(earliest(event_id, all_of(session, participant_id))).first()


def standing_attendance(event: int | ColumnElement[bool]) -> Subquery:
    """The replies that count: id, event_id, person_id (who remains), and all that an attendance says.

    `event` is an id, or a condition on Attendance.
    """
    person = person_of(Attendance.participant_id)
    place = func.row_number().over(
        partition_by=(Attendance.event_id, person), order_by=(Attendance.first_at, Attendance.id)
    )
    came = _came((Attendance.event_id, person))
    rows = (
        select(Attendance.id, Attendance.event_id, person.label("person_id"), *SHOWN, *came, place.label("place"))
        .outerjoin(MERGED, MERGED.c.id == Attendance.participant_id)
        .where(Attendance.event_id == event if isinstance(event, int) else event)
        .subquery("every_attendance")
    )
    kept = [column for column in rows.c if column.name != "place"]
    return select(*kept).where(rows.c.place == 1).subquery("attended")


def earliest(event_id: int, participant_ids: Sequence[int]) -> Any:
    """The row that stands of these participants, who are one person."""
    return (
        select(Attendance.id, *SHOWN, *_came(()))
        .where(Attendance.event_id == event_id, Attendance.participant_id.in_(participant_ids))
        .order_by(Attendance.first_at, Attendance.id)
        .limit(1)
    )


def _came(person: Sequence[Any]) -> list[Any]:
    """How somebody came: whoever was merged after coming in has come, whichever reply stands.

    In person before online, at the first time, with all who came along.
    """
    apart = person or None
    mode = func.min(func.nullif(Attendance.came, "")).over(partition_by=apart)
    return [
        func.coalesce(mode, "").label("came"),
        func.min(Attendance.came_at).over(partition_by=apart).label("came_at"),
        func.max(Attendance.came_along).over(partition_by=apart).label("came_along"),
    ]


def rooms(session: Session, event: Event, without: int = 0) -> dict[str, Room]:
    """The rooms of both modes, as if the attendance `without` were not there."""
    attended = standing_attendance(event.id)
    is_kept = attended.c.offered_until.is_not(None)
    counted = [
        func.coalesce(
            func.sum(
                case(
                    (
                        (attended.c.reply == mode) | and_(attended.c.waits_for == mode, is_kept),
                        attended.c.companions + 1,
                    ),
                    else_=0,
                )
            ),
            0,
        )
        for mode in MODES
    ]
    taken = session.execute(select(*counted).where(attended.c.id != without)).one()
    return {
        mode: Room(seats_of(event.seats, event.overbooking, mode), int(count))
        for mode, count in zip(MODES, taken, strict=True)
    }


def line_of(session: Session, event_id: int, mode: str) -> list[Waiting]:
    """Those who wait for a seat of a mode and have none offered, in order; whoever was let in waits no more."""
    attended = standing_attendance(event_id)
    waiting = (
        select(attended.c.id, attended.c.companions)
        .where(attended.c.waits_for == mode, attended.c.offered_until.is_(None), attended.c.came == "")
        .order_by(attended.c.waiting_since, attended.c.id)
    )
    return [Waiting(one.id, one.companions + 1) for one in session.execute(waiting)]
