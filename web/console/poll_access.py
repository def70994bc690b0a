"""Who may see and run which poll."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.staff.accounts import Staff
from core.staff.roles import Permission
from surveys.polls.errors import PollUnknown
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll
from web.console.errors import NothingHere


def poll_for(session: Session, staff: Staff, poll_id: int) -> Poll:
    """Raises NothingHere for who may not even know of it, NotAllowed for who lacks the permission."""
    try:
        poll = load_poll(session, poll_id)
    except PollUnknown as error:
        raise NothingHere from error
    if poll.office_id not in staff.roles:
        raise NothingHere
    staff.need(Permission.MANAGE_POLLS, poll.office_id)
    return poll
