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


def who_else_releases(session: Session, staff: Staff, office_ids: Collection[int]) -> dict[int, list[str]]:
    """By office the names of others who may release there."""
    roles = [one for one in Role if allows(one, Permission.RELEASE_MAILINGS)]
    others = Account.id != staff.account_id, Account.disabled_at.is_(None), Grant.role.in_(roles)
    names = select(Grant.office_id, Account.name).join(Account, Account.id == Grant.account_id)
    found: dict[int, list[str]] = {one: [] for one in office_ids}
    for row in session.execute(names.where(among(Grant.office_id, list(found)), *others).order_by(Account.name)):
        found[row.office_id].append(row.name)
    return found


def need_release(session: Session, staff: Staff, office_id: int) -> None:
    """Raises NotAllowed."""
    if not may_release(session, staff, office_id):
        raise NotAllowed


def needs_other(session: Session, staff: Staff, office_id: int, written_by: int | None) -> bool:
    """Whether somebody else has to release what was written by an account: two pairs of eyes."""
    return written_by == staff.account_id and not session.get_one(Office, office_id).one_person


def releasers(session: Session, office_id: int, written_by: int | None) -> list[str]:
    """Who may release what an account wrote in an office, by name; it alone is not among them."""
    roles = [one.value for one in Role if allows(one, Permission.RELEASE_MAILINGS)]
    theirs = select(Account.name).join(Grant, Grant.account_id == Account.id).where(Grant.role.in_(roles))
    here = theirs.where(Grant.office_id == office_id, Account.disabled_at.is_(None), Account.id != (written_by or 0))
    return list(session.scalars(here.order_by(Account.name, Account.id)))
