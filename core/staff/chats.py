"""Telegram accounts of staff: linked by a code that the console shows once, unlinked from there or from the chat."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.ids import Ids, read_id
from core.staff.accounts import Staff, load_staff
from core.staff.audit import Act, record
from core.staff.tables import StaffChat, StaffChatCode

LASTS = timedelta(minutes=10)
TRIES = 5
QUIET = ("20:00", "08:00")
BETWEEN = "-"  # a start parameter holds A-Z a-z 0-9 _ - (Bot API, deep linking)


class CodeWrong(Problem):
    """One text for whatever is wrong with a code: nobody learns which codes there are."""

    text = N_("This code is not valid, or not any more. Please make a new one in the console, under Staff bot.")
    status = 404


class ChatTaken(Problem):
    text = N_("This Telegram account is linked to another account of the console. Write /stop here first.")
    status = 409


@dataclass(frozen=True)
class Linked:
    """An account's chat, with what it wants to hear of."""

    chat_id: int
    linked_at: datetime
    takes_questions: bool = True
    takes_alarms: bool = True
    quiet: tuple[str, str] = QUIET
    severe_always: bool = False
    awaiting: dict[str, Any] = field(default_factory=dict)
    draft: dict[str, Any] = field(default_factory=dict)


def make_code(session: Session, account_id: int, ids: Ids, now: datetime) -> str:
    """A code for the account, in place of an earlier one; it is shown once."""
    token = ids.token()
    session.execute(delete(StaffChatCode).where(StaffChatCode.account_id == account_id))
    session.add(StaffChatCode(account_id=account_id, digest=_digest(token), expires_at=now + LASTS, tries=0))
    session.flush()
    return f"{account_id}{BETWEEN}{token}"


def link(session: Session, code: str, chat_id: int, now: datetime) -> Problem | None:
    """Links a chat by a code, which is used up then; what is wrong, or None.

    A wrong try counts, so it must be kept: what is wrong is returned, not raised.
    """
    number, _, token = code.strip().partition(BETWEEN)
    account_id = read_id(number)
    found = session.get(StaffChatCode, account_id, with_for_update=True) if account_id is not None else None
    if account_id is None or found is None or found.expires_at <= now or found.tries >= TRIES:
        return CodeWrong()
    if not hmac.compare_digest(found.digest, _digest(token)):
        found.tries += 1
        session.flush()
        return CodeWrong()
    staff = load_staff(session, account_id)
    if staff is None:
        return CodeWrong()
    taken = session.scalar(select(StaffChat.account_id).where(StaffChat.chat_id == chat_id))
    if taken is not None and taken != account_id:
        return ChatTaken()
    session.delete(found)
    _store(session, account_id, chat_id, now)
    _note(session, "staff-chat.linked", staff, now)
    return None


def unlink(session: Session, staff: Staff, now: datetime) -> bool:
    """Whether there was something to unlink; a code that was not used yet is void too."""
    session.execute(delete(StaffChatCode).where(StaffChatCode.account_id == staff.account_id))
    if not _changes(session, delete(StaffChat).where(StaffChat.account_id == staff.account_id)):
        return False
    _note(session, "staff-chat.unlinked", staff, now)
    return True


def linked_chat(session: Session, account_id: int) -> Linked | None:
    found = session.get(StaffChat, account_id)
    return _linked(found) if found is not None else None


def staff_in_chat(session: Session, chat_id: int) -> tuple[Staff, Linked] | None:
    """Who writes in a chat, with their roles as of now; None for nobody, and for an account that was disabled."""
    found = session.scalars(select(StaffChat).where(StaffChat.chat_id == chat_id)).one_or_none()
    staff = load_staff(session, found.account_id) if found is not None else None
    return (staff, _linked(found)) if staff is not None and found is not None else None


def all_linked(session: Session) -> list[tuple[Staff, Linked]]:
    """Everybody of the staff who has a chat, with their roles as of now."""
    pairs = [(load_staff(session, one.account_id), _linked(one)) for one in session.scalars(select(StaffChat))]
    return [(staff, chat) for staff, chat in pairs if staff is not None]


def change_chat(session: Session, account_id: int, **values: Any) -> None:
    """Changes what an account wants to hear of, what its next words are for, or what it is putting together."""
    session.execute(update(StaffChat).where(StaffChat.account_id == account_id).values(values))


def hold_draft(session: Session, account_id: int) -> dict[str, Any]:
    """What is being put together, as it stands once nobody else is acting on it."""
    row = session.get(StaffChat, account_id, with_for_update=True, populate_existing=True)
    return row.draft if row is not None else {}


def _store(session: Session, account_id: int, chat_id: int, now: datetime) -> None:
    session.execute(delete(StaffChat).where(StaffChat.account_id == account_id))
    usual = Linked(chat_id, now)
    session.add(
        StaffChat(
            account_id=account_id,
            chat_id=chat_id,
            linked_at=now,
            takes_questions=usual.takes_questions,
            takes_alarms=usual.takes_alarms,
            quiet_from=usual.quiet[0],
            quiet_until=usual.quiet[1],
            severe_always=usual.severe_always,
            awaiting={},
            draft={},
        )
    )
    session.flush()


def _linked(row: StaffChat) -> Linked:
    return Linked(
        row.chat_id,
        row.linked_at,
        row.takes_questions,
        row.takes_alarms,
        (row.quiet_from, row.quiet_until),
        row.severe_always,
        row.awaiting,
        row.draft,
    )


def _note(session: Session, act: str, staff: Staff, now: datetime) -> None:
    """In the log of every office the account works in: who may read it there has to know."""
    subject = f"account:{staff.account_id}"
    offices: list[int | None] = [*sorted(staff.roles)]
    for office_id in offices or [None]:
        record(session, Act(act, subject, staff.account_id, office_id), now)


def _changes(session: Session, statement: Any) -> int:
    changed = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(changed, CursorResult)
    session.expire_all()
    return changed.rowcount


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
