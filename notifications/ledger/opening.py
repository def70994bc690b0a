"""What goes with the release of a poll's invitation: the poll opens, and the message with its result goes along."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.staff.audit import Act, record
from notifications.ledger.revision import hold_mailing, revision_of
from notifications.ledger.states import RESULTS, MailingState
from notifications.ledger.tables import Mailing
from surveys.polls.kinds import State
from surveys.polls.making import lock_poll
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll

RELEASABLE = (MailingState.DRAFT, MailingState.PAUSED)


@dataclass(frozen=True)
class Along:
    """The poll that opens, and the number of the message with its result, or of one that is released by itself."""

    poll: Poll
    result: int | None = None
    apart: int | None = None


def goes_along(session: Session, mailing: Mailing) -> Along | None:
    """Of a draft or a paused one that hangs on the opening of its office's poll, itself a draft; else None.

    The result goes along where the same person wrote both: that is how a question is asked, and both are read at once.
    """
    poll = hangs_on_opening(session, mailing) if mailing.state in RELEASABLE else None
    if poll is None or poll.state is not State.DRAFT:
        return None
    theirs = Mailing.poll_id == poll.id, Mailing.office_id == mailing.office_id, Mailing.purpose == RESULTS
    waits = Mailing.state == MailingState.DRAFT, Mailing.id != mailing.id
    newest = session.scalars(select(Mailing).where(*theirs, *waits).order_by(Mailing.id.desc()).limit(1)).first()
    if newest is None:
        return Along(poll)
    with_it = newest.written_by == mailing.written_by
    return Along(poll, result=newest.id) if with_it else Along(poll, apart=newest.id)


def hangs_on_opening(session: Session, mailing: Mailing) -> Poll | None:
    """The poll with whose opening a mailing leaves; None for a union's, of which another office tells its people."""
    anchor = mailing.anchor or {}
    if mailing.poll_id is None or "poll" not in anchor or anchor.get("at", "opens") != "opens":
        return None
    poll = load_poll(session, mailing.poll_id)
    return poll if poll.office_id == mailing.office_id else None


def hold_all(session: Session, mailing_id: int) -> Mailing:
    """A mailing with what goes along with its release, all of it locked until the commit."""
    mailing = hold_mailing(session, mailing_id)
    along = goes_along(session, mailing)
    if along is not None:
        lock_poll(session, along.poll.id)
        if along.result is not None:
            hold_mailing(session, along.result)
    return mailing


def note_along(session: Session, along: Along | None, account_id: int | None, now: datetime) -> None:
    """What a release took along stands in the audit log."""
    if along is None:
        return
    done = [("poll.opened", f"poll:{along.poll.id}")]
    done += [("mailing.released", f"mailing:{along.result}")] if along.result is not None else []
    for act, subject in done:
        record(session, Act(act, subject, account_id, along.poll.office_id), now)


def read_of(session: Session, mailing: Mailing) -> str:
    """A digest of all that is read before a release: what the mailing says, the question it is about with its pictures,
    and what goes along with it."""
    told, along = [revision_of(session, mailing)], goes_along(session, mailing)
    if along is not None:
        told.append(repr(along.poll.definition))
    elif mailing.poll_id is not None:
        told.append(_question(load_poll(session, mailing.poll_id)))
    if along is not None and along.result is not None:
        told.append(revision_of(session, session.get_one(Mailing, along.result)))
    return told[0] if len(told) == 1 else hashlib.sha256("\n".join(told).encode()).hexdigest()


def _question(poll: Poll) -> str:
    # A poll that opens or closes asks what it asked before.
    return repr(replace(poll.definition, opens_local=None, closes_local=None))
