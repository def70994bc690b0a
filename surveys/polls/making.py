"""A poll from its first draft to its close, as staff and the timers bring it there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.ids import Ids
from core.process.tables import Process
from core.slugs import free_slug, slug_from
from surveys.polls.checking import CLOSE_PASSED, check
from surveys.polls.errors import PollBegun, PollNeverOpened, PollNotDraft, PollOver, PollSlugTaken, PollWrong
from surveys.polls.faults import PollFault
from surveys.polls.kinds import State
from surveys.polls.mixing import hold, rewrite
from surveys.polls.outcome import keep_outcome
from surveys.polls.poll import Definition, Poll
from surveys.polls.screens import forget_screens
from surveys.polls.store import Place, add_row, change_row, drop_row, free_code, load_poll, values_of
from surveys.polls.tables import Poll as Row
from surveys.polls.tables import PollVoter

NOT_BEGUN = frozenset({State.DRAFT, State.PLANNED})


def add_poll(session: Session, ids: Ids, place: Place, named: tuple[str, Definition], now: datetime) -> int:
    """A draft under a short name; raises PollSlugTaken. What does not fit together yet may be kept."""
    slug, new = named
    taken = select(Row.id).where(Row.office_id == place.office_id, Row.slug == slug)
    if session.scalar(taken) is not None:
        raise PollSlugTaken(slug=slug)
    try:
        with session.begin_nested():
            return add_row(session, place, (slug, free_code(session, ids)), new, now)
    except IntegrityError:  # somebody else took it at this moment
        raise PollSlugTaken(slug=slug) from None


def slug_for(title: str, taken: Collection[str]) -> str:
    """A short name made of the question, which no poll of the office has."""
    return free_slug(slug_from(title, "poll"), taken)


def change_poll(session: Session, poll_id: int, new: Definition, now: datetime) -> None:
    """Before it is open everything but the secrecy, afterwards when it closes; what was planned is a draft again.

    Raises PollUnknown, PollBegun, PollOver, PollWrong.
    """
    poll = lock_poll(session, poll_id)
    state = poll.state_at(now)
    if state in NOT_BEGUN:
        change_row(session, poll_id, state=State.DRAFT.value, **values_of(new, poll.time_zone))
        return
    times = replace(poll.definition, closes_local=new.closes_local)
    if state is State.CLOSED:
        raise PollOver
    if new != replace(times, secrecy=new.secrecy):
        raise PollBegun
    values = values_of(times, poll.time_zone)
    if values["closes_at"] is not None and values["closes_at"] <= now:
        raise PollWrong(PollFault("closes", CLOSE_PASSED))
    change_row(session, poll_id, closes_local=values["closes_local"], closes_at=values["closes_at"])


def drop_poll(session: Session, poll_id: int, now: datetime) -> None:
    """Takes a draft away; raises PollUnknown, PollBegun."""
    if lock_poll(session, poll_id).state_at(now) not in NOT_BEGUN:
        raise PollBegun
    forget_screens(session, poll_id)
    drop_row(session, poll_id)


def open_poll(session: Session, poll_id: int, now: datetime) -> Poll:
    """From now on votes are taken; raises PollUnknown, PollNotDraft, PollWrong."""
    poll = _ready(session, poll_id, now)
    times = {"opens_at": now, "opens_local": _local(now, poll.time_zone)}
    if poll.closes_at is not None and poll.closes_at <= now:
        raise PollWrong(PollFault("closes", CLOSE_PASSED))
    change_row(session, poll_id, state=State.OPEN.value, **times)
    return load_poll(session, poll_id)


def plan_poll(session: Session, poll_id: int, now: datetime) -> Poll:
    """Votes are taken from its planned time on; without one, or when that has passed, from now on.

    Raises PollUnknown, PollNotDraft, PollWrong.
    """
    poll = _ready(session, poll_id, now)
    if poll.opens_at is None or (poll.closes_at is not None and poll.closes_at <= now):
        return open_poll(session, poll_id, now)
    state = State.PLANNED if now < poll.opens_at else State.OPEN
    change_row(session, poll_id, state=state.value)
    return load_poll(session, poll_id)


def close_poll(session: Session, ids: Ids, poll_id: int, now: datetime) -> Poll:
    """Takes no more votes, and settles what there is; closing again changes nothing.

    Raises PollUnknown, PollNeverOpened.
    """
    poll = lock_poll(session, poll_id)
    if poll.state_at(now) in NOT_BEGUN:
        raise PollNeverOpened
    if poll.closes_at is None or now < poll.closes_at:
        change_row(session, poll_id, closes_at=now, closes_local=_local(now, poll.time_zone))
    if poll.settled_at is None:
        change_row(session, poll_id, state=State.CLOSED.value, settled_at=now)
        if poll.is_secret:
            rewrite(session, ids, poll_id)
        keep_outcome(session, load_poll(session, poll_id), now)
    return load_poll(session, poll_id)


def lock_poll(session: Session, poll_id: int) -> Poll:
    """The poll, once every vote under way is written; nobody else votes or changes it till the commit.

    One in which somebody has voted was opened, also where no timer has noted that and the clock was set back since.
    """
    hold(session, poll_id, alone=True)
    poll = load_poll(session, poll_id)
    voted = select(PollVoter.voter).where(PollVoter.poll_id == poll_id).limit(1)
    if poll.state is not State.PLANNED or session.scalar(voted) is None:
        return poll
    change_row(session, poll_id, state=State.OPEN.value)
    return load_poll(session, poll_id)


def languages_of(session: Session, poll: Poll) -> Sequence[str]:
    """The languages in which a poll has to speak: those of its process, else those of its question."""
    process = session.get(Process, poll.process_id) if poll.process_id is not None else None
    return [str(one) for one in process.languages] if process is not None else sorted(poll.definition.title) or ["it"]


def _ready(session: Session, poll_id: int, now: datetime) -> Poll:
    poll = lock_poll(session, poll_id)
    if poll.state_at(now) not in NOT_BEGUN:
        raise PollNotDraft
    faults = check(poll.definition, languages_of(session, poll))
    if faults:
        raise PollWrong(faults[0])
    return poll


def _local(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="minutes")
