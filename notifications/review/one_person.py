"""Who may let mailings leave: whoever has the permission, and in an office of one person whoever writes them there."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.process.tables import Office
from core.staff.accounts import Staff
from core.staff.errors import NotAllowed
from core.staff.roles import Permission


def may_release(session: Session, staff: Staff, office_id: int) -> bool:
    if staff.may(Permission.RELEASE_MAILINGS, office_id):
        return True
    office = session.get(Office, office_id)
    return office is not None and office.one_person and staff.may(Permission.WRITE_MAILINGS, office_id)


def need_release(session: Session, staff: Staff, office_id: int) -> None:
    """Raises NotAllowed."""
    if not may_release(session, staff, office_id):
        raise NotAllowed


def needs_other(session: Session, staff: Staff, office_id: int, written_by: int | None) -> bool:
    """Whether somebody else has to release what was written by an account: two pairs of eyes."""
    return written_by == staff.account_id and not session.get_one(Office, office_id).one_person
