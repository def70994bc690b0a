"""Messages to staff that wait to be written in their chats: made once, claimed by one process, changed later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.staff.tables import StaffMessage

QUESTION, ALARM, OVER = "question", "alarm", "over"
WAITING, TOLD, DROPPED = "waiting", "told", "dropped"
LEASE = timedelta(minutes=2)
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3 * 3600))


@dataclass(frozen=True)
class Due:
    """A claimed message; `where` is (chat, message) once it stands in a chat."""

    id: int
    account_id: int
    kind: str
    about: int
    version: int
    tries: int
    where: tuple[int, int] | None


def leave(session: Session, kind: str, about: int, each: Iterable[tuple[int, datetime]]) -> None:
    """Leaves a message for each account, due at its instant; whoever has it already gets no second one."""
    rows = [
        {
            "account_id": account, "kind": kind, "about": about, "state": WAITING, "due_at": due_at, "tries": 0,
            "version": 0,
        }
        for account, due_at in each
    ]  # fmt: skip
    if rows:
        session.execute(insert_into(session, StaffMessage).values(rows).on_conflict_do_nothing())


def change(session: Session, kind: str, about: int, now: datetime) -> None:
    """Lets those that stand in chats be written anew, and drops those that nobody has begun to write."""
    mine = StaffMessage.kind == kind, StaffMessage.about == about
    unwritten = StaffMessage.message_id.is_(None) & StaffMessage.claimed_until.is_(None)
    session.execute(
        update(StaffMessage)
        .where(*mine, StaffMessage.state != DROPPED)
        .values(state=case((unwritten, DROPPED), else_=WAITING), due_at=now, version=StaffMessage.version + 1, tries=0)
        .execution_options(synchronize_session=False)
    )


def end(session: Session, kind: str, about: int) -> list[int]:
    """Drops those that nobody has begun to write; the accounts that have it in their chat, or are just getting it."""
    mine = StaffMessage.kind == kind, StaffMessage.about == about
    unwritten = StaffMessage.message_id.is_(None) & StaffMessage.claimed_until.is_(None)
    dropping = update(StaffMessage).where(*mine, unwritten).values(state=DROPPED)
    session.execute(dropping.execution_options(synchronize_session=False))
    return list(session.scalars(select(StaffMessage.account_id).where(*mine, StaffMessage.state != DROPPED)))


def hasten(session: Session, kind: str, about: int, account_id: int, now: datetime) -> None:
    """Lets one that waits for its time be written now."""
    mine = StaffMessage.kind == kind, StaffMessage.about == about, StaffMessage.account_id == account_id
    waiting = StaffMessage.state == WAITING, StaffMessage.tries == 0, StaffMessage.due_at > now
    session.execute(
        update(StaffMessage).where(*mine, *waiting).values(due_at=now).execution_options(synchronize_session=False)
    )


def are_due(session: Session, now: datetime) -> bool:
    found = select(StaffMessage.id).where(StaffMessage.state == WAITING, StaffMessage.due_at <= now)
    return session.scalar(found.limit(1)) is not None


def claim(session: Session, now: datetime, machine_now: datetime, most: int) -> list[Due]:
    """Takes up to `most` that are due, those first that have waited longest; leases are on the machine's clock."""
    free = or_(StaffMessage.claimed_until.is_(None), StaffMessage.claimed_until < machine_now)
    chosen = (
        select(StaffMessage.id)
        .where(StaffMessage.state == WAITING, StaffMessage.due_at <= now, free)
        .order_by(StaffMessage.due_at, StaffMessage.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    claimed = (
        update(StaffMessage)
        .where(StaffMessage.id.in_(select(chosen.c.id)))
        .values(claimed_until=machine_now + LEASE, tries=StaffMessage.tries + 1)
        .returning(
            StaffMessage.id, StaffMessage.account_id, StaffMessage.kind, StaffMessage.about, StaffMessage.version,
            StaffMessage.tries, StaffMessage.chat_id, StaffMessage.message_id,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    found = [
        Due(
            r.id, r.account_id, r.kind, r.about, r.version, r.tries, (r.chat_id, r.message_id) if r.message_id else None
        )
        for r in session.execute(claimed)
    ]
    return sorted(found, key=lambda one: one.id)


def settle(session: Session, due: Due, where: tuple[int, int]) -> None:
    """It stands in the chat now; it waits again where something happened while it was written."""
    state = case((StaffMessage.version == due.version, TOLD), else_=WAITING)
    _set(session, due, chat_id=where[0], message_id=where[1], state=state, tries=0)


def drop(session: Session, due: Due) -> None:
    """It is of no use any more, or cannot be written."""
    _set(session, due, state=DROPPED)


def put_off(session: Session, due: Due, until: datetime) -> None:
    _set(session, due, due_at=until, tries=0)


def try_again(session: Session, due: Due, now: datetime) -> None:
    """Later, longer and longer, and in the end no more."""
    if due.tries > len(DELAYS):
        drop(session, due)
    else:
        _set(session, due, due_at=now + DELAYS[due.tries - 1])


def _set(session: Session, due: Due, **values: object) -> None:
    session.execute(
        update(StaffMessage)
        .where(StaffMessage.id == due.id)
        .values({"claimed_until": None, **values})
        .execution_options(synchronize_session=False)
    )
