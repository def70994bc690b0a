"""Who comes: one reply a person and event, whichever door it came through.

A first reply is taken until the event begins; whoever has replied may change it until the event ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.people.store import remaining
from core.process.events import EventFacts, facts_of, load_event
from core.process.replies import MODES, Door, Reply
from core.process.standing import rooms, standing
from core.process.tables import Attendance, Event
from core.process.waiting import OFF_THE_LIST, lock_event, offer_seats
from core.process.who import person_who_may


class EventCalledOff(Problem):
    text = N_("This event does not take place, so there is nothing to reply to any more. Thank you all the same.")
    status = 410


class EventOver(Problem):
    text = N_("This event is over: replies are not taken any more.")
    status = 410


class EventBegun(Problem):
    text = N_("This event has already begun: it is too late for a reply. Please write to the office.")
    status = 409


class ReplyNotOffered(Problem):
    text = N_("This event cannot be taken part in that way. Please choose one of the replies that are offered.")
    status = 409


class RegistrationNotOpen(Problem):
    text = N_("Registration opens on {day} at {time}. Please come back then.")
    status = 409


class RegistrationClosed(Problem):
    text = N_("Registration is closed. Please write to the office, or say that you cannot come.")
    status = 409


class TooManyCompanions(Problem):
    text = N_("You can bring along at most {most}. Please write a number from 0 to {most}.")
    status = 422


class NoRoomForCompanions(Problem):
    text = N_("There are not enough free places for so many. Your registration stands as it was.")
    status = 409


class SubstituteWasThere(Problem):
    text = N_(
        "It is noted that somebody took part with this invitation, so who comes in your place cannot be changed any "
        "more. Please write to the office."
    )
    status = 409


LONGEST = 200  # characters of a substitute's name
LONGEST_NEEDS = 1000


@dataclass(frozen=True)
class Given:
    """A reply as it came in; `invited` when it came by what was sent to this person (a signed link or address).

    What is None stays as it was: how many come along, who comes instead, what somebody needs to take part.
    """

    event_id: int
    participant_id: int
    reply: str
    door: str
    invited: bool = False
    companions: int | None = None
    substitute: str | None = None
    needs: str | None = None


@dataclass(frozen=True)
class Kept:
    """What became of a reply: the row, what was there before ("" for nothing), what is there now.

    `waits_for` is the mode whose waiting list they are on now, "" for none: also beside a seat in the other mode.
    """

    attendance_id: int
    before: str
    reply: str
    door_before: str = ""
    waits_for: str = ""
    waited_for: str = ""  # before
    is_offered: bool = False  # a seat of that mode, now
    written: bool = False  # whether anything of it was new, companions and needs among it

    @property
    def changed(self) -> bool:
        return self.before != self.reply


def reply(session: Session, given: Given, now: datetime) -> Kept:
    """Keeps what somebody replied, in the caller's transaction; the same reply again changes nothing.

    Who wants a mode that is full goes on its waiting list, and keeps a seat they have in the other one. A seat that
    becomes free is offered to the next in line. Raises EventUnknown, EventCalledOff, EventOver, EventBegun,
    ReplyNotOffered, RegistrationNotOpen, RegistrationClosed, TooManyCompanions, NoRoomForCompanions,
    SubstituteWasThere, NotInvited, ParticipantUnknown, PersonErased, all before anything is written.
    """
    known = load_event(session, given.event_id)
    person = person_who_may(session, known.office_id, given.participant_id, invited=given.invited)
    event = lock_event(session, given.event_id)
    facts = facts_of(event, known.office_id, known.time_zone)  # as it is now that nobody else changes it
    _check_open(facts, given, now)
    before = standing(session, event.id, person)
    _check_registration(facts, given, before, now)
    wanted = _wanted(session, event, given, before, now)
    if before is None:
        added = _add(session, given, person, wanted, now)
        return Kept(added, "", str(wanted["reply"]), waits_for=wanted["waits_for"], written=True)
    kept = Kept(
        before.id,
        before.reply,
        str(wanted["reply"]),
        before.door,
        str(wanted["waits_for"]),
        before.waits_for,
        wanted["offered_until"] is not None,
    )
    if any(getattr(before, name) != value for name, value in wanted.items()):
        said = {"door": given.door, "at": now, "changes": Attendance.changes + (1 if kept.changed else 0)}
        session.execute(update(Attendance).where(Attendance.id == before.id).values(wanted | said))
        offer_seats(session, event, facts, now)
        return replace(kept, written=True)
    return kept


def stop_waiting(session: Session, event_id: int, participant_id: int, now: datetime) -> bool:
    """Takes somebody off the waiting list, also with an offer in hand; whether they were on it."""
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    before = standing(session, event_id, remaining(session, participant_id))
    if before is None or not before.waits_for:
        return False
    reply = Reply.NO.value if before.reply == Reply.WAITING else before.reply
    values = {"reply": reply, "at": now} | OFF_THE_LIST
    session.execute(update(Attendance).where(Attendance.id == before.id).values(values))
    offer_seats(session, event, facts, now)
    return True


def _wanted(session: Session, event: Event, given: Given, before: Any, now: datetime) -> dict[str, Any]:
    """The columns as they shall be."""
    companions = _or(given.companions, before, "companions", 0)
    wanted: dict[str, Any] = {
        "reply": given.reply,
        "companions": companions if given.reply in MODES else 0,
        "substitute": _substitute(given, before),
        "needs": _or(given.needs, before, "needs", "").strip()[:LONGEST_NEEDS],
        **OFF_THE_LIST,
    }
    if given.reply not in MODES:
        return wanted
    room = rooms(session, event, without=before.id if before is not None else 0)
    is_kept = _is_kept_for(before, given.reply, companions)
    if is_kept or room[given.reply].holds(companions + 1):
        if before is not None and before.waits_for not in {"", given.reply}:  # a seat now, and still hoping for another
            grows = before.offered_until is not None and companions > before.companions
            if grows and not room[before.waits_for].holds(companions + 1):  # the seats that are kept are not enough
                raise NoRoomForCompanions
            wanted |= {name: getattr(before, name) for name in ("waits_for", "waiting_since", "offered_until")}
        return wanted
    if before is not None and given.reply in _kept_modes(before):  # what they have, or are offered, stays theirs
        raise NoRoomForCompanions
    has_seat = before is not None and before.reply in MODES
    if has_seat and companions > before.companions and not room[before.reply].holds(companions + 1):
        raise NoRoomForCompanions
    still = before is not None and before.waits_for == given.reply
    return wanted | {
        "reply": before.reply if has_seat else Reply.WAITING.value,
        "waits_for": given.reply,
        "waiting_since": before.waiting_since if still else now,
    }


def _substitute(given: Given, before: Any) -> str:
    """Who was let in in somebody's place stays named: nobody else can say afterwards that it was not so.

    Raises SubstituteWasThere.
    """
    named = str(_or(given.substitute, before, "substitute", "")).strip()[:LONGEST]
    if before is not None and before.came and given.door != Door.STAFF and named != before.substitute:
        raise SubstituteWasThere
    return named


def _is_kept_for(before: Any, mode: str, companions: int) -> bool:
    """Whether they have so many seats, or are offered them: those count already, also in a room that became smaller."""
    return before is not None and mode in _kept_modes(before) and companions <= before.companions


def _kept_modes(before: Any) -> set[str]:
    return {before.reply, before.waits_for if before.offered_until is not None else ""}


def _or(value: Any, before: Any, name: str, default: Any) -> Any:
    if value is not None:
        return value
    return getattr(before, name) if before is not None else default


def export_attendance(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these participants replied to which events, JSON-able, oldest first."""
    mine = (
        select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.participant_id.in_(participant_ids))
        .order_by(Attendance.first_at, Attendance.id)
    )
    return [
        {
            "event": event.title,
            "starts": event.starts_local,
            "reply": one.reply,
            "door": one.door,
            "first_at": one.first_at.isoformat(),
            "at": one.at.isoformat(),
            "changes": one.changes,
            "companions": one.companions,
            "substitute": one.substitute,
            "needs": one.needs,
            "waits_for": one.waits_for,
            "came": one.came,
            "came_at": one.came_at.isoformat() if one.came_at else None,
            "came_along": one.came_along,
        }
        for one, event in session.execute(mine)
    ]


def erase_attendance(session: Session, participant_ids: Sequence[int]) -> None:
    """Takes away every reply of these participants; what they leave free is offered by `tend_waiting_lists`."""
    session.execute(delete(Attendance).where(Attendance.participant_id.in_(participant_ids)))


def _check_open(event: EventFacts, given: Given, now: datetime) -> None:
    if event.cancelled:
        raise EventCalledOff
    if now >= event.ends_at:
        raise EventOver
    if given.reply not in event.replies:
        raise ReplyNotOffered
    if not 0 <= (given.companions or 0) <= event.companions:
        raise TooManyCompanions(most=event.companions)


def _check_registration(event: EventFacts, given: Given, before: Any, now: datetime) -> None:
    """Staff may still register somebody; anybody may say that they do not come."""
    if given.door == Door.STAFF:
        return
    if before is None and now >= event.starts_at:
        raise EventBegun
    if given.reply not in MODES or (before is not None and given.reply in {before.reply, before.waits_for}):
        return
    if event.opens_at is not None and now < event.opens_at:
        local = event.opens_at.astimezone(ZoneInfo(event.time_zone))
        raise RegistrationNotOpen(day=f"{local:%d.%m.%Y}", time=f"{local:%H:%M}")
    if event.closes_at is not None and now >= event.closes_at:
        raise RegistrationClosed


def _add(session: Session, given: Given, person: int, wanted: dict[str, Any], now: datetime) -> int:
    row = {"event_id": given.event_id, "participant_id": person, "door": given.door}
    row |= {"first_at": now, "at": now, "changes": 0, **wanted}
    return session.execute(insert(Attendance).values(row).returning(Attendance.id)).scalar_one()
