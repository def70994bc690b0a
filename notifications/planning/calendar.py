"""The plan: what will leave in the coming weeks, to how many by which channel, and what stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.ledger.report import Upcoming, upcoming
from notifications.ledger.snapshot import Snapshot
from notifications.ledger.states import DeliveryState, MailingState
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.planner import send_window
from notifications.planning.preview import Preview, seen, while_planned
from notifications.planning.rules import Rules
from notifications.planning.windows import is_open

MOST = 200  # occurrences that are counted; a plan is for reading
MOST_COMPARED = 100_000  # people of a day's mailings that are compared with one another

SAME_DAY, LATE, WINDOW, NOBODY = "same-day", "late", "window", "nobody"
NOT_RELEASED, NO_TEXT, NO_AUDIENCE = "not-released", "no-text", "no-audience"


@dataclass(frozen=True)
class Entry:
    """One mailing that is due: how many would get it as things stand now, by channel, and its conflicts."""

    due: Upcoming
    people: dict[str, int]  # by channel
    left_out: int
    conflicts: tuple[str, ...]


@dataclass(frozen=True)
class _Looked:
    preview: Preview
    readers: frozenset[int]


def plan_ahead(
    session: Session, now: datetime, within: timedelta, rules: Rules, process_id: int | None = None
) -> list[Entry]:
    """The plan, in the order of time. Counts by planning and taking it back: needs a transaction that may write."""
    found = upcoming(session, now, within)
    if process_id is not None:
        mine = set(session.scalars(select(Mailing.id).where(Mailing.process_id == process_id)))
        found = [one for one in found if one.mailing_id in mine]
    looked = [(one, while_planned(session, one.mailing_id, now, rules, _look)) for one in found[:MOST]]
    entries = [_entry(session, one, seen_then) for one, seen_then in looked]
    return _with_same_days(entries, [one.readers if one is not None else frozenset() for _, one in looked])


def _look(session: Session, trial: Occurrence, snapshot: Snapshot) -> _Looked:
    goes = select(Delivery.participant_id).where(
        Delivery.occurrence_id == trial.id, Delivery.state == DeliveryState.PLANNED
    )
    return _Looked(seen(session, trial, snapshot), frozenset(session.scalars(goes.limit(MOST_COMPARED))))


def _entry(session: Session, due: Upcoming, looked: _Looked | None) -> Entry:
    people: dict[str, int] = {}
    left_out = 0
    for one in looked.preview.counts if looked is not None else ():
        if one.state == DeliveryState.PLANNED:
            people[one.channel] = people.get(one.channel, 0) + one.people
        else:
            left_out += one.people
    return Entry(due, people, left_out, tuple(_conflicts(session, due, looked, sum(people.values()))))


def _conflicts(session: Session, due: Upcoming, looked: _Looked | None, people: int) -> list[str]:
    window, zone = send_window(session, session.get_one(Mailing, due.mailing_id))
    found = {
        NO_AUDIENCE: looked is None,
        NO_TEXT: looked is not None and bool(looked.preview.missing_languages),
        NOBODY: looked is not None and not people,
        NOT_RELEASED: due.mailing_state != MailingState.RELEASED,
        LATE: due.late,
        WINDOW: not due.late and not is_open(window, due.due_at, zone),
    }
    return [name for name, is_so in found.items() if is_so]


def _with_same_days(entries: Sequence[Entry], readers: Sequence[frozenset[int]]) -> list[Entry]:
    """Marks mailings of one local day that some people would both get."""
    days = [entry.due.due_local[:10] for entry in entries]
    marked = []
    for number, entry in enumerate(entries):
        others = (other for other in range(len(entries)) if other != number and days[other] == days[number])
        shares = any(readers[number] & readers[other] for other in others)
        marked.append(replace(entry, conflicts=(*entry.conflicts, SAME_DAY)) if shares else entry)
    return marked
