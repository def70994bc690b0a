"""Turns what is due into ledger rows: whoever claims the row plans it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_, Translator
from core.people.tables import Audience
from core.process.tables import Process
from notifications.ledger.events import asked_by, event_of, nobody_noted
from notifications.ledger.reach import Meant
from notifications.ledger.release import MailingStateWrong
from notifications.ledger.result_pictures import bring_result
from notifications.ledger.results import tells_of_no_votes, tells_result, wants_vote
from notifications.ledger.revision import hold_mailing
from notifications.ledger.snapshot import (
    Snapshot,
    forget_skipped,
    missing_languages,
    replan_failed,
    write_snapshot,
)
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.anchors import latest_useful, leaves_at_its_hour, parse_anchor
from notifications.planning.missed import Verdict, judge, parse_missed
from notifications.planning.rules import Rules
from notifications.planning.schedule import feast_of, timetables
from notifications.planning.spread import parse_spread
from notifications.planning.windows import ALWAYS, Window, parse_window, spread_over
from surveys.polls.kinds import State
from surveys.polls.store import load_poll
from surveys.responses.tables import Round

log = structlog.get_logger()

NEVER = datetime.min.replace(tzinfo=UTC)
NOT_NOTED = "not-noted"  # why an occurrence is asked about: nobody knows who came
NOBODY_VOTED = "nobody-voted"  # the same of a result released before it was known that there is nothing to tell
NO_RESULT = "no-result"  # of a poll that is not over, or whose ballots are not counted yet
POLL_DRAFT = "poll-draft"  # what asks for a vote in a poll that is a draft, or a draft again
NOBODY_NOTED = N_(
    "Nothing leaves, because nobody is noted as having come to the event: whom it is for is not known. Please note "
    "who came, then let it leave."
)
NOTHING_TO_TELL = N_(
    "Nothing leaves, because there is no result to tell: the poll was never opened, is still open, or is being counted."
)
STILL_A_DRAFT = N_(
    "Nothing leaves, because its poll is a draft: nobody could vote, and its question may still change. Please open "
    "the poll first."
)
NO_TEXT = N_(
    "Nothing leaves, because some of its readers read a language that the mailing has no text in: {languages}. "
    "Please add the text, or write a new mailing if this one has left already."
)


HELD = {NO_RESULT: NOTHING_TO_TELL, POLL_DRAFT: STILL_A_DRAFT}


@dataclass(frozen=True)
class Planned:
    """What became of a due occurrence; `added` rows when it was planned, else the reason why not."""

    occurrence_id: int
    state: str
    added: int = 0
    reason: str = ""


class DoesNotLeave(Problem):
    """`reason` is what an occurrence keeps: no-audience, not-noted, no-result, poll-draft, or no-text:it."""

    text = N_("Nothing leaves, because it is not clear to whom. Please give the mailing an audience.")
    status = 409

    def say(self, t: Translator) -> str:
        reason, _, languages = str(self.values["reason"]).partition(":")
        if reason == NOT_NOTED:
            return t(NOBODY_NOTED)
        if reason in HELD:
            return t(HELD[reason])
        return t(NO_TEXT, languages=languages.replace(",", ", ")) if reason == "no-text" else t(self.text)

    def __str__(self) -> str:
        return str(self.values["reason"])


def claim_due(session: Session, now: datetime) -> list[int]:
    """Occurrences of released mailings whose time has come, oldest first."""
    statement = (
        select(Occurrence.id)
        .join(Mailing, Mailing.id == Occurrence.mailing_id)
        .where(
            Occurrence.state == OccurrenceState.DUE, Occurrence.due_at <= now, Mailing.state == MailingState.RELEASED
        )
        .order_by(Occurrence.due_at, Occurrence.id)
    )
    return list(session.scalars(statement))


def plan_occurrence(session: Session, occurrence_id: int, now: datetime, rules: Rules) -> Planned | None:
    """Claims one due occurrence and writes its ledger, or says why it does not leave.

    None when somebody else was first, it was moved, or the mailing is not released any more. What tells a result stays
    due until there is one, and what asks for a vote while its poll is a draft.
    """
    found = _hold(session, occurrence_id)
    if found is None:
        return None
    occurrence, mailing = found
    if reason := _held_by_poll(session, mailing):
        if occurrence.reason != reason:
            _note(session, occurrence, reason)
        return Planned(occurrence_id, OccurrenceState.DUE, reason=reason)
    due_at = max(occurrence.due_at, mailing.released_at or occurrence.due_at)
    verdict = judge(parse_missed(mailing.missed), due_at, now, useful_until(session, mailing))
    if verdict is not Verdict.PLAN:
        state = OccurrenceState.ASKED if verdict is Verdict.ASK else OccurrenceState.DROPPED
        if not _claim(session, occurrence_id, now, state):
            return None
        _note(session, occurrence, "missed")
        return Planned(occurrence_id, state, reason="missed")
    if reason := _asked_about(session, mailing):
        if not _claim(session, occurrence_id, now, OccurrenceState.ASKED):
            return None
        _note(session, occurrence, reason)
        return Planned(occurrence_id, OccurrenceState.ASKED, reason=reason)
    if not _claim(session, occurrence_id, now, OccurrenceState.PLANNED):
        return None
    bring_result(session, mailing, rules.small_numbers)
    return _write(session, snapshot_of(session, occurrence, mailing, now, rules), occurrence)


def plan_missed(session: Session, occurrence_id: int, now: datetime, rules: Rules) -> Planned | None:
    """Staff's yes to an occurrence that was asked about or dropped: it leaves now.

    Raises MailingStateWrong, and DoesNotLeave where nobody is noted as having come to the event it looks back at, or
    where there is no result to tell or its poll is a draft.
    """
    occurrence, mailing = _hold_released(session, occurrence_id)
    if reason := _held_by_poll(session, mailing):
        raise DoesNotLeave(reason=reason)
    if nobody_noted(session, mailing)[1]:
        raise DoesNotLeave(reason=NOT_NOTED)
    waiting = [OccurrenceState.ASKED, OccurrenceState.DROPPED]
    claimed = _changed(
        session,
        update(Occurrence)
        .where(Occurrence.id == occurrence_id, Occurrence.state.in_(waiting))
        .values(state=OccurrenceState.PLANNED, planned_at=now, reason=""),
    )
    if not claimed:
        return None
    bring_result(session, mailing, rules.small_numbers)
    return _write(session, snapshot_of(session, occurrence, mailing, now, rules), occurrence)


def plan_missing(session: Session, occurrence_id: int, now: datetime, rules: Rules) -> int:
    """Sends to the missing only: newcomers, those skipped who may have it now, those it failed to reach.

    Raises MailingStateWrong unless the mailing is released, DoesNotLeave.
    """
    occurrence, mailing = _hold_released(session, occurrence_id)
    return _fill(session, snapshot_of(session, occurrence, mailing, now, rules), again=True)


def _hold(session: Session, occurrence_id: int) -> tuple[Occurrence, Mailing] | None:
    """An occurrence with its mailing, which nobody changes or stops until the commit; None unless it is released."""
    mailing_id = session.scalar(select(Occurrence.mailing_id).where(Occurrence.id == occurrence_id))
    mailing = hold_mailing(session, mailing_id) if mailing_id is not None else None
    if mailing is None or mailing.state != MailingState.RELEASED:
        return None
    return session.get_one(Occurrence, occurrence_id, populate_existing=True), mailing


def _hold_released(session: Session, occurrence_id: int) -> tuple[Occurrence, Mailing]:
    found = _hold(session, occurrence_id)
    if found is None:
        mailing_id = session.get_one(Occurrence, occurrence_id).mailing_id
        raise MailingStateWrong(state=session.get_one(Mailing, mailing_id).state)
    return found


def _held_by_poll(session: Session, mailing: Mailing) -> str:
    """Why the poll of a mailing does not let it leave yet; "" when it does."""
    if mailing.poll_id is None:
        return ""
    poll = load_poll(session, mailing.poll_id)
    if poll.settled_at is None and tells_result(session, mailing):
        return NO_RESULT
    return POLL_DRAFT if poll.state is State.DRAFT else ""


def _asked_about(session: Session, mailing: Mailing) -> str:
    """Why staff are asked before a mailing leaves; "" when it simply does. Who released a result after the close was
    asked then whether it is needed."""
    if any(nobody_noted(session, mailing)):
        return NOT_NOTED
    if mailing.poll_id is None or not tells_of_no_votes(session, mailing):
        return ""
    settled, released = load_poll(session, mailing.poll_id).settled_at, mailing.released_at
    return NOBODY_VOTED if settled is not None and released is not None and released < settled else ""


def _write(session: Session, snapshot: Snapshot | str, occurrence: Occurrence) -> Planned:
    try:
        added = _fill(session, snapshot)
    except DoesNotLeave as refused:
        _give_back(session, occurrence, str(refused))
        return Planned(occurrence.id, OccurrenceState.DUE, reason=str(refused))
    log.info("mailing planned", mailing=occurrence.mailing_id, occurrence=occurrence.id, people=added)
    return Planned(occurrence.id, OccurrenceState.PLANNED, added)


def _fill(session: Session, snapshot: Snapshot | str, *, again: bool = False) -> int:
    """Writes the ledger, all of it or nothing: how many rows came. Raises DoesNotLeave.

    `again` writes it for whom it has not reached.
    """
    if isinstance(snapshot, str):
        raise DoesNotLeave(reason=snapshot)
    occurrence_id = snapshot.occurrence_id
    with session.begin_nested():
        if again:
            forget_skipped(session, occurrence_id)
            replan_failed(session, occurrence_id, snapshot.due_at)
        added = write_snapshot(session, snapshot)
        if languages := missing_languages(session, snapshot.meant.mailing.id, occurrence_id):
            raise DoesNotLeave(reason=f"no-text:{','.join(languages)}")
    return added


def snapshot_of(
    session: Session, occurrence: Occurrence, mailing: Mailing, now: datetime, rules: Rules
) -> Snapshot | str:
    """What to write, or the reason why it cannot be."""
    steps = steps_from(session, mailing, max(occurrence.due_at, now))
    meant = whom_it_means(session, mailing, steps[0], now, rules)
    return "no-audience" if meant is None else Snapshot(replace(meant, only=occurrence.channel), occurrence.id, steps)


def steps_from(session: Session, mailing: Mailing, due_at: datetime) -> tuple[datetime, ...]:
    """The instants at which a mailing leaves that is due at one."""
    window, zone = send_window(session, mailing)
    return spread_over(window, due_at, parse_spread(mailing.spread), zone)


def whom_it_means(session: Session, mailing: Mailing, at: datetime, now: datetime, rules: Rules) -> Meant | None:
    """Who is meant by a mailing that leaves at an instant, by its audience as of now; None when it has none."""
    audience = _audience(session, mailing, now, rules)
    if audience is None:
        return None
    asked, tells = asked_by(session, mailing), tells_result(session, mailing)
    return Meant(mailing, audience, at, contact_budget=rules.contact_budget, asked=asked, tells_result=tells)


def _audience(session: Session, mailing: Mailing, now: datetime, rules: Rules) -> ColumnElement[bool] | None:
    """The mailing's audience, or its round's; None when neither says one."""
    audience_id, everybody = mailing.audience_id, False
    if audience_id is None and mailing.round_id is not None:
        audience_id = session.get_one(Round, mailing.round_id).audience_id
        everybody = audience_id is None
    elif audience_id is None and mailing.poll_id is not None:
        poll = load_poll(session, mailing.poll_id)
        audience_id = poll.definition.audience_id if poll.office_id == mailing.office_id else None  # else a union's
        everybody = audience_id is None
    if everybody:
        return true()
    if audience_id is None or mailing.office_id is None:
        return None
    return rules.clause(session.get_one(Audience, audience_id).rule, mailing.office_id, now)


def send_window(session: Session, mailing: Mailing) -> tuple[Window, str]:
    """The process's window and zone; a mailing of no process may leave at any time.

    What is counted in hours leaves at its hour: two hours before an event nobody would have it later.
    """
    process = session.get(Process, mailing.process_id) if mailing.process_id is not None else None
    if process is None:
        return ALWAYS, "UTC"
    if leaves_at_its_hour(mailing.anchor):
        return Window(quiet=parse_window(process.send_window).quiet), process.time_zone
    return window_of(session, process)


def window_of(session: Session, process: Process) -> tuple[Window, str]:
    """When a process writes to people, and its zone."""
    return replace(parse_window(process.send_window), feast=feast_of(session, process)), process.time_zone


def useful_until(session: Session, mailing: Mailing) -> datetime | None:
    """The start of the event announced or the close of the round or poll asked for, whichever comes first.

    Nobody is invited to, reminded of or thanked for an event that was called off; a mailing that says so leaves.
    """
    ends: list[datetime] = []
    if mailing.process_id is not None and mailing.anchor:
        table = timetables(session, {mailing.process_id})[mailing.process_id]
        event, asked = event_of(session, mailing), asked_by(session, mailing)
        if (start := latest_useful(parse_anchor(mailing.anchor), table, event.slug if event else "")) is not None:
            ends.append(start)
        speaks_of_it = asked is not None and (asked.reminds or asked.invites or asked.looks_back)
        if event is not None and event.cancelled and speaks_of_it:
            ends.append(NEVER)
    if mailing.round_id is not None and mailing.purpose == "questionnaires":
        closes = session.get_one(Round, mailing.round_id).closes_at
        ends += [closes] if closes is not None else []
    if mailing.poll_id is not None and wants_vote(session, mailing):
        poll = load_poll(session, mailing.poll_id)
        ends += [poll.closes_at] if poll.closes_at is not None else []
    return min(ends, default=None)


def _claim(session: Session, occurrence_id: int, now: datetime, state: OccurrenceState) -> bool:
    # Nothing changed: another planner got there first, or the date was moved meanwhile.
    return _changed(
        session,
        update(Occurrence)
        .where(Occurrence.id == occurrence_id, Occurrence.state == OccurrenceState.DUE, Occurrence.due_at <= now)
        .values(state=state, planned_at=now if state is OccurrenceState.PLANNED else None, reason=""),
    )


def _give_back(session: Session, occurrence: Occurrence, reason: str) -> None:
    _note(session, occurrence, reason)
    session.execute(
        update(Occurrence)
        .where(Occurrence.id == occurrence.id)
        .values(state=OccurrenceState.DUE, planned_at=None, reason=reason)
    )


def _note(session: Session, occurrence: Occurrence, reason: str) -> None:
    session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(reason=reason))
    log.warning("mailing does not leave", mailing=occurrence.mailing_id, occurrence=occurrence.id, reason=reason)


def _changed(session: Session, statement: Any) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return bool(result.rowcount)


def plan_all_due(session: Session, now: datetime, rules: Rules) -> Sequence[Planned]:
    """Plans whatever is due, in the caller's transaction: for commands and tests."""
    plans = [plan_occurrence(session, occurrence_id, now, rules) for occurrence_id in claim_due(session, now)]
    return [plan for plan in plans if plan is not None]
