"""The plan: what will leave in the coming weeks, to how many by which channel, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import combinations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from notifications.ledger.events import nobody_noted
from notifications.ledger.report import Upcoming, upcoming
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from notifications.planning.planner import NOT_NOTED, send_window
from notifications.planning.preview import NOBODY_MEANT, Preview, dry_run, share_readers
from notifications.planning.rules import Rules
from notifications.planning.windows import is_open

MOST = 200  # occurrences that are counted; a plan is for reading

SAME_DAY, LATE, WINDOW, NOBODY = "same-day", "late", "window", "nobody"
NOT_RELEASED, NO_TEXT, NO_AUDIENCE = "not-released", "no-text", NOBODY_MEANT


@dataclass(frozen=True)
class Entry:
    """One mailing that is due: how many would get it as things stand now, by channel, and its conflicts."""

    due: Upcoming
    people: dict[str, int]  # by channel
    left_out: int
    conflicts: tuple[str, ...]


def plan_ahead(
    session: Session, now: datetime, within: timedelta, rules: Rules, process_id: int | None = None
) -> list[Entry]:
    """The plan, in the order of time, counted as things stand now."""
    mine = None if process_id is None else Mailing.process_id == process_id
    return _plan(session, now, within, rules, mine)


def plan_of_offices(
    session: Session, now: datetime, within: timedelta, rules: Rules, offices: Collection[int]
) -> list[Entry]:
    """The plan of some offices alone."""
    return _plan(session, now, within, rules, Mailing.office_id.in_(offices))


def _plan(
    session: Session, now: datetime, within: timedelta, rules: Rules, which: ColumnElement[bool] | None
) -> list[Entry]:
    found = upcoming(session, now, within)
    if which is not None:
        mine = set(session.scalars(select(Mailing.id).where(which)))
        found = [one for one in found if one.mailing_id in mine]
    found = found[:MOST]
    counted = {one: dry_run(session, one, now, rules) for one in {due.mailing_id for due in found}}
    entries = [_entry(session, one, counted[one.mailing_id]) for one in found]
    return _with_same_days(entries, cache(lambda pair: share_readers(session, pair, now, rules)))


def _entry(session: Session, due: Upcoming, preview: Preview) -> Entry:
    people: dict[str, int] = {}
    for one in preview.readers:
        people[one.channel] = people.get(one.channel, 0) + one.people
    left_out = sum(one.people for one in preview.counts) - preview.people
    return Entry(due, people, left_out, tuple(_conflicts(session, due, preview)))


def _conflicts(session: Session, due: Upcoming, preview: Preview) -> list[str]:
    mailing = session.get_one(Mailing, due.mailing_id)
    window, zone = send_window(session, mailing)
    to_be_noted = any(nobody_noted(session, mailing))  # whom it is for shows once it is noted who came
    nobody_meant = preview.refusal == NOBODY_MEANT
    found = {
        NO_AUDIENCE: nobody_meant,
        NO_TEXT: bool(preview.missing_languages),
        NOBODY: not nobody_meant and not preview.people and not to_be_noted,
        NOT_NOTED: to_be_noted and due.late,
        NOT_RELEASED: due.mailing_state != MailingState.RELEASED,
        LATE: due.late,
        WINDOW: not due.late and not is_open(window, due.due_at, zone),
    }
    return [name for name, is_so in found.items() if is_so]


def _with_same_days(entries: Sequence[Entry], shared: Callable[[frozenset[int]], bool]) -> list[Entry]:
    """Marks mailings of one local day that some people would both get; `shared` says so of two."""
    marked: set[int] = set()
    for (at, one), (to, other) in combinations(enumerate(entries), 2):
        same_day = one.due.due_local[:10] == other.due.due_local[:10]
        pair = frozenset({one.due.mailing_id, other.due.mailing_id})
        if same_day and len(pair) > 1 and not {at, to} <= marked and shared(pair):
            marked |= {at, to}
    return [
        replace(entry, conflicts=(*entry.conflicts, SAME_DAY)) if at in marked else entry
        for at, entry in enumerate(entries)
    ]
