"""A date looked for together: asked, answered, closed and chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.notices import News, tell
from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Participant
from core.process.attendance import EventCalledOff
from core.process.dates.choosing import Suits
from core.process.dates.errors import (
    DateChosenAlready,
    DateNotOffered,
    DatePollUnknown,
    DatesClosed,
    DatesNeedTitle,
    DeadlinePassed,
    NobodyAsked,
    NotAskedForDates,
    NotDates,
)
from core.process.dates.making import make_event, move_event, told_of_move
from core.process.dates.tables import DateAnswer, DateAsked, DateOption, DatePoll
from core.process.events import load_event
from core.process.package.dates import to_instant
from core.process.tables import Process
from core.process.who import person_who_may

ASKED, CHOSEN = "dates-asked", "date-chosen"
MOST_DATES = 20  # as many as a chat can show with three buttons each


@dataclass(frozen=True)
class Span:
    """A date on the wall clock of the process."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class NewPoll:
    process_id: int
    title: Mapping[str, str]
    dates: Sequence[Span]
    closes_at: datetime
    place: str = ""
    link: str = ""
    event_id: int | None = None  # the event that is to be moved


def add_poll(session: Session, new: NewPoll, now: datetime) -> int:
    """Raises NotDates, DatesNeedTitle, DeadlinePassed."""
    process = session.get_one(Process, new.process_id)
    dates = sorted(set(new.dates), key=lambda one: (one.starts, one.ends))
    late = [one for one in dates if one.ends <= one.starts or to_instant(one.starts, process.time_zone) <= now]
    if not 0 < len(dates) <= MOST_DATES or late:
        raise NotDates
    for language in process.languages:
        if not new.title.get(language, "").strip():
            raise DatesNeedTitle(language=language)
    if not now < new.closes_at < to_instant(dates[-1].starts, process.time_zone) + timedelta(days=1):
        raise DeadlinePassed
    values = {
        "process_id": new.process_id, "title": dict(new.title), "place": new.place, "link": new.link,
        "event_id": new.event_id, "closes_at": new.closes_at, "created_at": now,
    }  # fmt: skip
    poll_id = session.execute(insert(DatePoll).values(values).returning(DatePoll.id)).scalar_one()
    rows = [
        {"poll_id": poll_id, "starts_local": _written(one.starts), "ends_local": _written(one.ends)} for one in dates
    ]
    session.execute(insert(DateOption), rows)
    return int(poll_id)


def add_asked(session: Session, poll_id: int, participant_ids: Iterable[int]) -> int:
    """Adds people to those who are asked; how many were not among them before."""
    asked = set(session.scalars(select(DateAsked.participant_id).where(DateAsked.poll_id == poll_id)))
    new = sorted({remaining(session, one) for one in participant_ids} - asked)
    if new:
        statement = insert_into(session, DateAsked).on_conflict_do_nothing()
        session.execute(statement, [{"poll_id": poll_id, "participant_id": one, "told_at": None} for one in new])
    return len(new)


def ask(session: Session, poll_id: int, now: datetime) -> int:
    """Tells those who are asked and were not told yet; how many. Raises DatesClosed, NobodyAsked."""
    poll, office_id = lock_poll(session, poll_id)
    _check_open(poll, now)
    people = list(session.scalars(select(DateAsked.participant_id).where(DateAsked.poll_id == poll_id)))
    if not people:
        raise NobodyAsked
    waiting = DateAsked.poll_id == poll_id, DateAsked.told_at.is_(None)
    new = session.scalars(select(DateAsked.participant_id).where(*waiting).order_by(DateAsked.participant_id)).all()
    for person in sorted({remaining(session, one) for one in new}):
        values = {"date_poll_id": poll_id}
        tell(session, News(ASKED, f"{poll_id}:{person}", person, office_id=office_id, values=values), now)
    session.execute(update(DateAsked).where(*waiting).values(told_at=now))
    session.execute(update(DatePoll).where(DatePoll.id == poll_id, DatePoll.asked_at.is_(None)).values(asked_at=now))
    return len(new)


def answer(session: Session, option_id: int, participant_id: int, said: tuple[str, str], now: datetime) -> None:
    """Keeps what somebody says of a date: (answer, door). The same again changes nothing.

    Raises DatePollUnknown, DateNotOffered, DatesClosed, NotAskedForDates, ParticipantUnknown, PersonErased.
    """
    what, door = said
    poll_id = session.scalar(select(DateOption.poll_id).where(DateOption.id == option_id))
    if poll_id is None or what not in set(Suits):
        raise DateNotOffered
    poll, office_id = load_poll(session, poll_id)
    person = person_who_may(session, office_id, participant_id, invited=True)
    ids = all_of(session, person)
    if not is_asked(session, poll_id, ids):
        raise NotAskedForDates
    _check_open(poll, now)
    mine = select(DateAnswer).where(DateAnswer.option_id == option_id, DateAnswer.participant_id.in_(ids))
    before = session.scalars(mine.order_by(DateAnswer.id)).first()
    if before is None:
        row = {"option_id": option_id, "participant_id": person, "answer": what, "door": door, "at": now}
        fresh = insert_into(session, DateAnswer).values(row)
        again = {"answer": what, "door": door, "at": now}
        session.execute(fresh.on_conflict_do_update(index_elements=["option_id", "participant_id"], set_=again))
    elif before.answer != what:
        session.execute(update(DateAnswer).where(DateAnswer.id == before.id).values(answer=what, door=door, at=now))


def close(session: Session, poll_id: int, now: datetime) -> None:
    """Takes no more answers; raises DateChosenAlready."""
    poll, _ = lock_poll(session, poll_id)
    if poll.chosen_id is not None:
        raise DateChosenAlready
    session.execute(update(DatePoll).where(DatePoll.id == poll_id).values(closed_at=now))


def choose(session: Session, poll_id: int, option_id: int, now: datetime) -> int:
    """Makes the date the event's, or makes the event of it, and tells everybody who was asked; the event's id.

    Raises DatePollUnknown, DateNotOffered, DateChosenAlready, EventCalledOff.
    """
    poll, office_id = lock_poll(session, poll_id)
    if poll.chosen_id is not None:
        raise DateChosenAlready
    option = session.get(DateOption, option_id)
    if option is None or option.poll_id != poll_id:
        raise DateNotOffered
    if poll.event_id is not None and load_event(session, poll.event_id).cancelled:
        raise EventCalledOff
    event_id = (
        move_event(session, poll, option, now) if poll.event_id is not None else make_event(session, poll, option)
    )
    chosen = {"chosen_id": option_id, "event_id": event_id, "closed_at": poll.closed_at or now}
    session.execute(update(DatePoll).where(DatePoll.id == poll_id).values(chosen))
    told = select(DateAsked.participant_id).join(Participant, Participant.id == DateAsked.participant_id)
    told = told.where(DateAsked.poll_id == poll_id, Participant.erased_at.is_(None))
    people = {remaining(session, one) for one in session.scalars(told).all()} - told_of_move(session, event_id)
    for person in sorted(people):
        values = {"event_id": event_id}
        tell(session, News(CHOSEN, f"{poll_id}:{person}", person, office_id=office_id, values=values), now)
    return event_id


def load_poll(session: Session, poll_id: int) -> tuple[DatePoll, int]:
    """The poll and its office; raises DatePollUnknown."""
    found = session.execute(_POLL.where(DatePoll.id == poll_id)).one_or_none()
    if found is None:
        raise DatePollUnknown
    return found[0], int(found.office_id)


def lock_poll(session: Session, poll_id: int) -> tuple[DatePoll, int]:
    """`load_poll`, held till the end of the transaction."""
    held = _POLL.where(DatePoll.id == poll_id).with_for_update(of=DatePoll)
    found = session.execute(held, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise DatePollUnknown
    return found[0], int(found.office_id)


def is_asked(session: Session, poll_id: int, ids: Sequence[int]) -> bool:
    """Whether somebody, or one who was merged into them, is asked."""
    mine = select(DateAsked.poll_id).where(DateAsked.poll_id == poll_id, DateAsked.participant_id.in_(ids))
    return session.scalar(mine.limit(1)) is not None


def takes_answers(poll: DatePoll, now: datetime) -> bool:
    return poll.closed_at is None and now < poll.closes_at


_POLL = select(DatePoll, Process.office_id).join(Process, Process.id == DatePoll.process_id)


def _check_open(poll: DatePoll, now: datetime) -> None:
    if not takes_answers(poll, now):
        raise DatesClosed


def _written(local: datetime) -> str:
    return local.isoformat(timespec="minutes")
