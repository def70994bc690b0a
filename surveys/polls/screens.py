"""What staff show of polls: on the screen of a room, on a page for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.process.room.rooms import touch
from surveys.polls.kinds import Shown, State
from surveys.polls.poll import Poll
from surveys.polls.screen_tables import EventScreen, PollOutcome, PollScreen
from surveys.polls.tables import NamedBallot, PollVoter
from surveys.polls.tables import Poll as Row


@dataclass(frozen=True)
class ScreenFacts:
    revealed: bool | None = None
    published: bool = False
    version: int = 0

    def reveals(self, poll: Poll, now: datetime) -> bool:
        """Whether a screen shows the result: of a live one unless staff hide it, else once closed and told to."""
        state = poll.state_at(now)
        if poll.definition.shown is Shown.LIVE:
            return state in {State.OPEN, State.CLOSED} and self.revealed is not False
        return state is State.CLOSED and self.revealed is True


def screen_of(session: Session, poll_id: int) -> ScreenFacts:
    row = session.get(PollScreen, poll_id, populate_existing=True)
    return ScreenFacts(row.revealed, row.published, row.version) if row is not None else ScreenFacts()


def is_published(session: Session, poll: Poll, now: datetime) -> bool:
    """Whether everybody may read the result, on a page of its own."""
    counted = poll.settled_at is not None and poll.state_at(now) is State.CLOSED
    return counted and screen_of(session, poll.id).published


def change_screen(session: Session, poll_id: int, **values: bool) -> None:
    """Keeps `revealed` or `published`; without either it tells screens to look again."""
    new = {"poll_id": poll_id, "published": False, "version": 1, **values}
    again = {**values, "version": PollScreen.version + 1}
    written = insert_into(session, PollScreen).values(new)
    session.execute(written.on_conflict_do_update(index_elements=[PollScreen.poll_id], set_=again))


def put_on_screen(session: Session, event_id: int, poll_id: int | None) -> None:
    """What the screen of the event's room shows from now on: a poll, or the questions from the audience."""
    new = insert_into(session, EventScreen).values(event_id=event_id, poll_id=poll_id)
    session.execute(new.on_conflict_do_update(index_elements=[EventScreen.event_id], set_={"poll_id": poll_id}))
    touch(session, event_id)


def on_screen(session: Session, event_id: int) -> int | None:
    return session.scalar(select(EventScreen.poll_id).where(EventScreen.event_id == event_id))


def polls_at(session: Session, event_id: int) -> Sequence[int]:
    """The polls of an event in the order in which they were made, which is that of the screen."""
    return session.scalars(select(Row.id).where(Row.event_id == event_id).order_by(Row.id)).all()


def mark_of(session: Session, poll: Poll, now: datetime) -> tuple[str, bool, int, int, int]:
    """Moves whenever a screen of the poll has something else to show; cheap enough to be asked for every second."""
    voters = session.scalar(select(func.count()).select_from(PollVoter).where(PollVoter.poll_id == poll.id)) or 0
    changes = 0
    if not poll.is_secret:
        changed = select(func.coalesce(func.sum(NamedBallot.changes), 0)).where(NamedBallot.poll_id == poll.id)
        changes = int(session.scalar(changed) or 0)
    settled = poll.settled_at is not None  # by the clock a poll closes before its last ballots count
    return poll.state_at(now).value, settled, screen_of(session, poll.id).version, voters, changes


def forget_screens(session: Session, poll_id: int) -> None:
    """Before a draft is taken away."""
    session.execute(update(EventScreen).where(EventScreen.poll_id == poll_id).values(poll_id=None))
    row = session.get(PollScreen, poll_id)
    if row is not None:
        session.delete(row)
        session.flush()


def keep_told(session: Session, poll_id: int, told: dict[str, Any], now: datetime) -> None:
    new = insert_into(session, PollOutcome).values(poll_id=poll_id, told=told, counted_at=now)
    session.execute(
        new.on_conflict_do_update(index_elements=[PollOutcome.poll_id], set_={"told": told, "counted_at": now})
    )


def told_of(session: Session, poll_id: int) -> dict[str, Any] | None:
    return session.scalar(select(PollOutcome.told).where(PollOutcome.poll_id == poll_id))
