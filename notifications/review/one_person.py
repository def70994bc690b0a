"""Who may let mailings leave: whoever has the permission, and in an office of one person whoever writes them there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.process.tables import Office
from core.staff.accounts import Staff
from core.staff.errors import NotAllowed
from core.staff.roles import Permission, Role, allows
from core.staff.tables import Account, Grant

OF_ONE_PERSON = select(Office.id).where(Office.one_person.is_(True))


def may_release(session: Session, staff: Staff, office_id: int) -> bool:
    if staff.may(Permission.RELEASE_MAILINGS, office_id):
        return True
    office = session.get(Office, office_id)
    return office is not None and office.one_person and staff.may(Permission.WRITE_MAILINGS, office_id)


def may_leave_by(staff: Staff, office_id: Any) -> ColumnElement[bool]:
    """`may_release` in a statement, for a column that holds an office."""
    writes = among(office_id, staff.offices(Permission.WRITE_MAILINGS))
    return or_(among(office_id, staff.offices(Permission.RELEASE_MAILINGS)), and_(writes, office_id.in_(OF_ONE_PERSON)))


def waits_for_one(staff: Staff, office_id: Any, written_by: Any) -> ColumnElement[bool]:
    """For columns: what somebody may let leave, written by somebody else, or in an office of one person."""
    theirs = written_by.is_(None), written_by != staff.account_id, office_id.in_(OF_ONE_PERSON)
    return and_(may_leave_by(staff, office_id), or_(*theirs))


def waits_for_another(staff: Staff, office_id: Any, written_by: Any) -> ColumnElement[bool]:
    """For columns: what somebody wrote and somebody else has to let leave."""
    return and_(written_by == staff.account_id, office_id.not_in(OF_ONE_PERSON))


def who_else_releases(session: Session, account_id: int | None, office_ids: Collection[int]) -> dict[int, list[str]]:
    """By office the names of those who may release there what an account wrote; it alone is not among them."""
    roles = [one for one in Role if allows(one, Permission.RELEASE_MAILINGS)]
    others = Account.id != (account_id or 0), Account.disabled_at.is_(None), Grant.role.in_(roles)
    names = select(Grant.office_id, Account.name).join(Account, Account.id == Grant.account_id)
    found: dict[int, list[str]] = {one: [] for one in office_ids}
    for row in session.execute(
        names.where(among(Grant.office_id, list(found)), *others).order_by(Account.name, Account.id)
    ):
        found[row.office_id].append(row.name)
    return found


def need_release(session: Session, staff: Staff, office_id: int) -> None:
    """Raises NotAllowed."""
    if not may_release(session, staff, office_id):
        raise NotAllowed


def needs_other(session: Session, staff: Staff, office_id: int, written_by: int | None) -> bool:
    """Whether somebody else has to release what was written by an account: two pairs of eyes."""
    return written_by == staff.account_id and not session.get_one(Office, office_id).one_person
