"""What a mailing is called where several stand in a list: its subject with the event's name where a gap was."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from core.i18n import pick_text
from core.process.events import load_event
from core.process.tables import Office, Process
from notifications.content.variables import event_values
from notifications.ledger.events import event_of
from notifications.ledger.tables import Mailing
from surveys.polls.tables import Poll
from surveys.responses.tables import Round

GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def filled_subjects(session: Session, mailing: Mailing, subjects: Mapping[str, str]) -> dict[str, str]:
    """Subjects by language; what differs from reader to reader keeps its gap."""
    if not any(GAP.search(text) for text in subjects.values()):
        return dict(subjects)
    return {language: _filled(text, _values(session, mailing, language)) for language, text in subjects.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return GAP.sub(lambda gap: values.get(gap[1]) or gap[0], text)


def _values(session: Session, mailing: Mailing, language: str) -> dict[str, str]:
    values: dict[str, str] = {}
    if mailing.process_id is not None:
        process = session.get_one(Process, mailing.process_id)
        values["process"] = pick_text(process.title, language)
        values["office"] = session.get_one(Office, process.office_id).name
    if mailing.round_id is not None:
        values["round"] = pick_text(session.get_one(Round, mailing.round_id).title, language)
    if mailing.poll_id is not None:
        values["poll"] = pick_text(session.get_one(Poll, mailing.poll_id).title, language)
    event = event_of(session, mailing)
    return values | (event_values(load_event(session, event.id), language) if event is not None else {})
