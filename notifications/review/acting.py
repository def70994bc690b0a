"""What staff do with a mailing, by whatever door: release, pause, stop it, let it leave late or to the missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.ledger.opening import hold_all, note_along, read_of
from notifications.ledger.release import release, set_state
from notifications.ledger.revision import MailingChanged
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.planner import DoesNotLeave, plan_missed, plan_missing
from notifications.planning.rules import Rules
from notifications.review.one_person import need_release
from notifications.review.store import READS, MailingRow, find_mailing


class ActUnknown(Problem):
    text = N_("This cannot be done here. Please use the buttons of the page.")
    status = 404


@dataclass(frozen=True)
class Asked:
    """What staff ask for; `seen` is the revision of the mailing that they were shown."""

    mailing: MailingRow
    staff: Staff
    seen: str
    now: datetime
    rules: Rules


Doing = Callable[[Session, Asked], dict[str, int]]


def _release(session: Session, asked: Asked) -> dict[str, int]:
    """With an invitation its poll opens, and the message with its result goes along: both stand in the audit log."""
    if read_of(session, hold_all(session, asked.mailing.id)) != asked.seen:
        raise MailingChanged
    along = release(session, asked.mailing.id, asked.staff.account_id, asked.now)
    note_along(session, along, asked.staff.account_id, asked.now)
    return {}


def _pause(session: Session, asked: Asked) -> dict[str, int]:
    set_state(session, asked.mailing.id, MailingState.PAUSED, asked.now)
    return {}


def _cancel(session: Session, asked: Asked) -> dict[str, int]:
    set_state(session, asked.mailing.id, MailingState.CANCELLED, asked.now)
    return {}


def _missing(session: Session, asked: Asked) -> dict[str, int]:
    planned = _occurrences(session, asked.mailing.id, OccurrenceState.PLANNED)
    return {"people": sum(plan_missing(session, one, asked.now, asked.rules) for one in planned)}


def _missed(session: Session, asked: Asked) -> dict[str, int]:
    late = _occurrences(session, asked.mailing.id, OccurrenceState.ASKED, OccurrenceState.DROPPED)
    plans = [plan_missed(session, one, asked.now, asked.rules) for one in late]
    for one in plans:
        if one is not None and one.reason:
            raise DoesNotLeave(reason=one.reason)
    return {"people": sum(one.added for one in plans if one is not None)}


ACTS: dict[str, tuple[Permission, str, Doing]] = {
    "release": (Permission.RELEASE_MAILINGS, "mailing.released", _release),
    "pause": (Permission.PAUSE_MAILINGS, "mailing.paused", _pause),
    "cancel": (Permission.RELEASE_MAILINGS, "mailing.cancelled", _cancel),
    "missing": (Permission.RELEASE_MAILINGS, "mailing.missing", _missing),
    "missed": (Permission.RELEASE_MAILINGS, "mailing.missed", _missed),
}


@dataclass(frozen=True)
class Wish:
    """An act by its name, on a mailing as it was `seen`."""

    name: str
    mailing_id: int
    seen: str


def do_act(session: Session, staff: Staff, wish: Wish, rules: Rules, now: datetime) -> dict[str, int]:
    """One act, allowed and in the audit log; what it counted.

    Raises ActUnknown, NothingHere, NotAllowed, FourEyes, MailingStateWrong, MailingChanged, DoesNotLeave.
    """
    if wish.name not in ACTS:
        raise ActUnknown
    permission, word, doing = ACTS[wish.name]
    mailing = find_mailing(session, staff, wish.mailing_id, *READS)
    if permission is Permission.RELEASE_MAILINGS:
        need_release(session, staff, mailing.office_id)
    else:
        staff.need(permission, mailing.office_id)
    details = doing(session, Asked(mailing, staff, wish.seen, now, rules))
    record(session, Act(word, f"mailing:{mailing.id}", staff.account_id, mailing.office_id, details), now)
    return details


def seen_of(session: Session, mailing_id: int) -> str:
    """A digest of what a mailing says and of how it stands: for a press that must mean what was shown."""
    row = session.get_one(Mailing, mailing_id)
    due = select(Occurrence.id, Occurrence.state, Occurrence.due_local).where(Occurrence.mailing_id == mailing_id)
    stands = [tuple(one) for one in session.execute(due.order_by(Occurrence.id))]
    return hashlib.sha256(repr((read_of(session, row), row.state, stands)).encode()).hexdigest()[:16]


def do_seen(session: Session, staff: Staff, wish: Wish, rules: Rules, now: datetime) -> dict[str, int]:
    """As `do_act`, on a mailing that still stands as it did when `seen_of` was taken of it."""
    mailing = find_mailing(session, staff, wish.mailing_id, *READS)
    held = hold_all(session, mailing.id)
    if seen_of(session, mailing.id) != wish.seen:
        raise MailingChanged
    return do_act(session, staff, replace(wish, seen=read_of(session, held)), rules, now)


def _occurrences(session: Session, mailing_id: int, *states: OccurrenceState) -> list[int]:
    statement = select(Occurrence.id).where(Occurrence.mailing_id == mailing_id, Occurrence.state.in_(states))
    return list(session.scalars(statement))
