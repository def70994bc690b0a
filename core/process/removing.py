"""Taking an event away that was made by mistake: only while nothing and nobody hangs on it."""

from __future__ import annotations

import json

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.people.tables import Audience
from core.process.tables import Event, EventFile, Process


class EventInUse(Problem):
    text = N_(
        "This event cannot be deleted: somebody was invited or has replied, or a mailing, a questionnaire, "
        "an audience, a link or something else belongs to it. It can be called off."
    )
    status = 409


def remove_event(session: Session, event_id: int) -> None:
    """With its documents; what hangs on it by its short name is asked about before. Raises EventInUse.

    Every table that knows of an event refers to it, so the database itself says whether something is left.
    """
    event = session.get_one(Event, event_id)
    process = session.get_one(Process, event.process_id)
    rules = session.scalars(select(Audience.rule).where(Audience.office_id == process.office_id))
    named = {f'"{event.slug}"', f'"{process.slug}/{event.slug}"'}
    if any(name in json.dumps(rule) for rule in rules for name in named):
        raise EventInUse
    try:
        with session.begin_nested():
            session.execute(delete(EventFile).where(EventFile.event_id == event_id))
            session.execute(delete(Event).where(Event.id == event_id))
    except IntegrityError as error:
        raise EventInUse from error
