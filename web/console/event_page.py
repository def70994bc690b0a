"""An event for a page of the console that belongs to it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.ids import read_id
from core.process.events import EventFacts, EventUnknown, load_event
from core.staff.accounts import Staff
from core.staff.roles import Permission
from web.console.errors import NothingHere


def event_for(session: Session, staff: Staff, event_id: int, permission: Permission) -> EventFacts:
    """Raises NothingHere for who may not even know of it, NotAllowed for who lacks the permission."""
    try:
        event = load_event(session, event_id)
    except EventUnknown as error:
        raise NothingHere from error
    if event.office_id not in staff.roles:
        raise NothingHere
    staff.need(permission, event.office_id)
    return event


def number_of(text: object) -> int:
    """A row's id as a form sends it; raises NothingHere."""
    found = read_id(text)
    if found is None:
        raise NothingHere
    return found
