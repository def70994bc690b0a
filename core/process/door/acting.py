"""Letting people in and noting who followed online: one transaction an act, however often and late it arrives."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.database.many import among
from core.links import Links
from core.people.errors import ParticipantUnknown
from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Participant
from core.process.attendance import EventCalledOff
from core.process.door.codes import read_code
from core.process.door.errors import (
    CodeOfOther,
    DoorClosed,
    DoorNotOpen,
    NotHeldHere,
    NotOnlineGuest,
    NotOnlineNow,
    NotOnTheList,
)
from core.process.door.settling import Came, Done, Kind, Outcome, outcome_of, settle
from core.process.door.tables import ONLINE_KEY, DoorAct
from core.process.door.taking_back import WAY, Traces, forget_walk_in, remember_walk_in
from core.process.door.window import LATER, closes_at, counts_from, held_to, is_online_now, online_window, opens_at
from core.process.events import EventFacts, facts_of
from core.process.replies import Door, Reply
from core.process.standing import standing
from core.process.tables import Attendance
from core.process.waiting import lock_event

MOST_ALONG = 99


@dataclass(frozen=True)
class Wanted:
    """An act as it came in; `said_at` is when it was done, by whoever did it."""

    key: str
    kind: Kind
    participant_id: int
    way: str
    along: int = 0
    said_at: datetime | None = None


@dataclass(frozen=True)
class Became:
    """What became of an act: of whom, and how they stand now. `first_at` is when they were in already."""

    outcome: str
    participant_id: int
    act_id: int
    at: datetime
    now: Came
    first_at: datetime | None = None
    is_new: bool = True


def person_of_code(session: Session, links: Links, event: EventFacts, scanned: str) -> int:
    """Whose code it is; raises CodeForged, CodeOfOther, NotOnTheList."""
    participant_id, event_id = read_code(links, scanned)
    if event_id != event.id:
        raise CodeOfOther
    person = remaining(session, participant_id)
    if standing(session, event.id, person) is None:
        raise NotOnTheList
    return person


def act(session: Session, event: EventFacts, wanted: Wanted, now: datetime, others: Traces = ()) -> Became:
    """Keeps an act; one that was kept before says again what became of it. Who has no reply yet gets one.

    `others` tell whether the office knows somebody by more than the door, where the core cannot look itself.
    Raises EventCalledOff, NotHeldHere, DoorNotOpen, DoorClosed, ParticipantUnknown.
    """
    event = held(session, event)
    known = kept_act(session, event.id, wanted.key)
    if known is not None:
        return _again(session, event, known)
    check_open(event, wanted.kind, now)
    person = remaining(session, wanted.participant_id)
    alive = select(Participant.id).where(Participant.id == person, Participant.erased_at.is_(None))
    if session.scalar(alive) is None:
        raise ParticipantUnknown
    done = _done_about(session, event, person)
    before, along = settle(done), min(max(wanted.along, 0), MOST_ALONG)
    at = _moment(event, wanted, before, now)
    settled = settle([*done, Done(wanted.kind, at, along, sys.maxsize)]) if at >= counts_from(event) else before
    outcome = outcome_of(wanted.kind, before, settled)
    if at < counts_from(event) and outcome is not Outcome.ALREADY:
        outcome = Outcome.NOT_IN
    row = {
        "event_id": event.id, "key": wanted.key, "participant_id": person, "kind": wanted.kind.value,
        "way": wanted.way, "along": along, "at": at, "received_at": now, "outcome": outcome.value,
    }  # fmt: skip
    act_id = int(session.execute(insert(DoorAct).values(row).returning(DoorAct.id)).scalar_one())
    _write(session, event, person, settled, now, is_registered=wanted.way == WAY)
    if outcome is Outcome.OUT and not settled.mode:
        forget_walk_in(session, event, person, now, others)
    first = before.at if outcome is Outcome.ALREADY else None
    return Became(outcome.value, person, act_id, at, settled, first)


def confirm_online(session: Session, event: EventFacts, participant_id: int, way: str, now: datetime) -> Became:
    """Notes that somebody who said online follows the event, once; raises NotOnlineNow, NotOnlineGuest."""
    event, person = held(session, event), remaining(session, participant_id)
    if not is_online_now(event, now):
        zone, (starts, ends) = ZoneInfo(event.time_zone), online_window(event)
        told = [f"{one.astimezone(zone):%d.%m.%Y, %H:%M}" for one in (starts, ends)]
        raise NotOnlineNow(starts=told[0], ends=told[1])
    found = standing(session, event.id, person)
    if found is None or found.reply != Reply.ONLINE:
        raise NotOnlineGuest
    return act(session, event, Wanted(online_key(session, event, person), Kind.ONLINE, person, way), now)


def online_key(session: Session, event: EventFacts, person: int) -> str:
    """The key by which somebody who remains follows online: once a day of the event, and again once taken back."""
    theirs = among(DoorAct.participant_id, list(all_of(session, person)))
    taken_back = select(func.max(DoorAct.id)).where(DoorAct.event_id == event.id, DoorAct.kind == Kind.OUT, theirs)
    return f"{ONLINE_KEY}{person}:{event.starts:%Y-%m-%d}:{session.scalar(taken_back) or 0}"


def held(session: Session, event: EventFacts) -> EventFacts:
    """The event as it is now that nobody else changes it, till the end of the transaction."""
    return facts_of(lock_event(session, event.id), event.office_id, event.time_zone)


def came_of(session: Session, event: EventFacts, person: int) -> Came:
    """How somebody who remains came, by all that was done for the day on which the event is held now."""
    return settle(_done_about(session, event, person))


def _done_about(session: Session, event: EventFacts, person: int) -> list[Done]:
    theirs = among(DoorAct.participant_id, list(all_of(session, person)))
    mine = DoorAct.event_id == event.id, DoorAct.at >= counts_from(event), theirs
    rows = session.execute(select(DoorAct.kind, DoorAct.at, DoorAct.along, DoorAct.id).where(*mine))
    return [Done(row.kind, row.at, row.along, row.id) for row in rows]


def kept_act(session: Session, event_id: int, key: str) -> DoorAct | None:
    """The act of a key that has arrived already."""
    return session.scalars(select(DoorAct).where(DoorAct.event_id == event_id, DoorAct.key == key)).one_or_none()


def check_open(event: EventFacts, kind: Kind, now: datetime) -> None:
    """Raises EventCalledOff, NotHeldHere, DoorNotOpen, DoorClosed."""
    if event.cancelled:
        raise EventCalledOff
    if kind is Kind.IN and Reply.IN_PERSON not in event.modes:
        raise NotHeldHere
    if now < opens_at(event):
        local = opens_at(event).astimezone(ZoneInfo(event.time_zone))
        raise DoorNotOpen(day=f"{local:%d.%m.%Y}", time=f"{local:%H:%M}")
    if now >= closes_at(event):
        raise DoorClosed(days=LATER)


def _again(session: Session, event: EventFacts, known: DoorAct) -> Became:
    """What was answered the first time; of somebody who was erased since, nothing but that."""
    if known.participant_id is None:
        raise NotOnTheList
    person = remaining(session, known.participant_id)
    settled = came_of(session, event, person)
    first = settled.at if known.outcome == Outcome.ALREADY else None
    return Became(known.outcome, person, known.id, known.at, settled, first, is_new=False)


def _moment(event: EventFacts, wanted: Wanted, before: Came, now: datetime) -> datetime:
    """When it was done; what is done about who is in follows their coming in, whatever a telephone's clock says."""
    at = held_to(event, wanted.said_at, now)
    follows = before.at is not None and wanted.kind in {Kind.OUT, Kind.ALONG} and at >= counts_from(event)
    return max(at, before.at) if follows and before.at is not None else at


def resettle(session: Session, event: EventFacts, now: datetime) -> None:
    """Who came, looked at anew: the event was moved. It is locked (`lock_event`)."""
    acted = select(DoorAct.participant_id).where(DoorAct.event_id == event.id, DoorAct.participant_id.is_not(None))
    for person in sorted({remaining(session, one) for one in session.scalars(acted.distinct()) if one is not None}):
        _write(session, event, person, came_of(session, event, person), now)


def _write(  # noqa: PLR0913 - the reply of whom, how they came, when, and whether they have one by it
    session: Session, event: EventFacts, person: int, came: Came, now: datetime, *, is_registered: bool = False
) -> None:
    """The reply with which somebody came in tells so, also where another one of theirs stands since they were merged.

    That reply names who was there in their place. Who came by none yet has it on the one that stands, and who was
    registered at the door gets one.
    """
    values = {"came": came.mode, "came_at": came.at, "came_along": came.along}
    mine = Attendance.event_id == event.id, among(Attendance.participant_id, list(all_of(session, person)))
    found = standing(session, event.id, person)
    if found is None and not came.mode and not is_registered:
        return
    if found is None:
        mode = Reply.ONLINE if came.mode == Reply.ONLINE else Reply.IN_PERSON
        said = {"reply": mode.value, "door": Door.DOOR.value, "first_at": now, "at": now, "changes": 0}
        row = {"event_id": event.id, "participant_id": person, **said, **values}
        session.execute(insert(Attendance).values(row))
        remember_walk_in(session, event, person)
        return
    came_by = session.scalars(select(Attendance.id).where(*mine, Attendance.came != "")).all() or [found.id]
    session.execute(update(Attendance).where(among(Attendance.id, list(came_by))).values(values))
