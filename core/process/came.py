"""Who came to an event, and whether it was noted at all: without notes nobody can be said to have stayed away."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.merged import MERGED, person_of, roots_of
from core.process.replies import MODES
from core.process.standing import standing_attendance
from core.process.tables import Attendance, Event


def came_to(event: int | ColumnElement[int]) -> Select[tuple[int]]:
    """The people who came, by who remains: of somebody who was merged any of their rows may say so."""
    takes_place = select(Event.id).where(Event.id == Attendance.event_id, Event.cancelled.is_(False))
    return (
        select(person_of(Attendance.participant_id))
        .select_from(Attendance)
        .outerjoin(MERGED, MERGED.c.id == Attendance.participant_id)
        .where(Attendance.event_id == event, Attendance.came != "", takes_place.exists())
    )


def stayed_away_from(event: int | ColumnElement[int]) -> Select[tuple[int]]:
    """Those who had a seat and did not come, of the modes in which it was noted who came."""
    attended = standing_attendance(Attendance.event_id == event)
    takes_place = select(Event.id).where(Event.id == attended.c.event_id, Event.cancelled.is_(False))
    noted = exists().where(Attendance.event_id == attended.c.event_id, Attendance.came == attended.c.reply)
    return select(attended.c.person_id).where(
        and_(attended.c.reply.in_(MODES), noted, takes_place.exists()), attended.c.person_id.not_in(came_to(event))
    )


def came_among(session: Session, event_id: int, participant_ids: Iterable[int]) -> set[int]:
    """Who of these people, who remain, came."""
    roots = roots_of(session, participant_ids)
    came = select(Attendance.participant_id).where(
        Attendance.event_id == event_id, Attendance.came != "", among(Attendance.participant_id, list(roots))
    )
    return {roots[one] for one in session.scalars(came)}


def noted_modes(session: Session, event_id: int) -> set[str]:
    """The modes in which it was noted who came."""
    came = select(Attendance.came).where(Attendance.event_id == event_id, Attendance.came != "").distinct()
    return set(session.scalars(came))


def unnoted_modes(session: Session, event_id: int) -> Collection[str]:
    """The modes in which somebody has a seat, and nobody is noted as having come."""
    attended = standing_attendance(event_id)
    expected = set(session.scalars(select(attended.c.reply).where(attended.c.reply.in_(MODES)).distinct()))
    return expected - noted_modes(session, event_id)
