"""What a mailing is called where several stand in a list: its subject with the event's name where a gap was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.many import among
from core.i18n import pick_text
from core.process.events import EventFacts
from core.process.tables import Office, Process
from notifications.content.variables import event_values
from notifications.ledger.events import events_of
from notifications.ledger.tables import Mailing
from surveys.polls.tables import Poll
from surveys.responses.tables import Round

GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True)
class _About:
    """What mailings are about, each by its number; events by the number of the mailing."""

    processes: Mapping[int, Process]
    offices: Mapping[int, Office]
    rounds: Mapping[int, Round]
    polls: Mapping[int, Poll]
    events: Mapping[int, EventFacts]


def filled_subjects(session: Session, given: Sequence[tuple[Mailing, Mapping[str, str]]]) -> list[dict[str, str]]:
    """Subjects of mailings by language, in their order; what differs from reader to reader keeps its gap."""
    gaps = [mailing for mailing, subjects in given if any(GAP.search(text) for text in subjects.values())]
    about = _load_about(session, gaps)
    return [
        {language: _filled(text, mailing, language, about) for language, text in subjects.items()}
        for mailing, subjects in given
    ]


def _load_about(session: Session, mailings: Sequence[Mailing]) -> _About:
    processes = _by_id(session, Process, {one.process_id for one in mailings})
    return _About(
        processes=processes,
        offices=_by_id(session, Office, {one.office_id for one in processes.values()}),
        rounds=_by_id(session, Round, {one.round_id for one in mailings}),
        polls=_by_id(session, Poll, {one.poll_id for one in mailings}),
        events=events_of(session, [one.id for one in mailings]) if mailings else {},
    )


def _by_id(session: Session, table: Any, wanted: Set[int | None]) -> dict[int, Any]:
    ids = [one for one in wanted if one is not None]
    return {row.id: row for row in session.scalars(select(table).where(among(table.id, ids)))} if ids else {}


def _filled(text: str, mailing: Mailing, language: str, about: _About) -> str:
    if not GAP.search(text):
        return text
    values = _values(mailing, language, about)
    return GAP.sub(lambda gap: values.get(gap[1]) or gap[0], text)


def _values(mailing: Mailing, language: str, about: _About) -> dict[str, str]:
    values: dict[str, str] = {}
    if mailing.process_id is not None:
        process = about.processes[mailing.process_id]
        values["process"] = pick_text(process.title, language)
        values["office"] = about.offices[process.office_id].name
    if mailing.round_id is not None:
        values["round"] = pick_text(about.rounds[mailing.round_id].title, language)
    if mailing.poll_id is not None:
        values["poll"] = pick_text(about.polls[mailing.poll_id].title, language)
    event = about.events.get(mailing.id)
    return values | (event_values(event, language) if event is not None else {})
