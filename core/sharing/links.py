"""Links to pass on: made, followed and counted. A visit counts a day's number and says nothing of who came."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.clock import local
from core.database.inserting import insert_into
from core.ids import Ids, random_number
from core.people.open_offices import lets_join
from core.people.self_joined import SOURCE
from core.people.tables import Membership, Municipality, Organisation
from core.process.tables import Event, Office
from core.process.time_zone import time_zone_of
from core.sharing.errors import NothingToShare, ShareLinkUnknown
from core.sharing.tables import ShareLink, ShareVisit

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another on a poster
LENGTH = 8
CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
TAG = "s-"  # what the code is called where a request to join keeps where it came from
LONGEST_NOTE = 200


@dataclass(frozen=True)
class NewShare:
    """Where it leads (an event, else the office's joining page), and for whom it is counted."""

    office_id: int
    event_id: int | None = None
    municipality_id: int | None = None
    organisation_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class ShareCount:
    """A link with how often it was opened and who joined by it."""

    id: int
    code: str
    event: dict[str, str]  # its title by language, {} for the joining page
    municipality: str
    organisation: str
    note: str
    created_at: datetime
    closed: bool
    visits: int
    joined: int


@dataclass(frozen=True)
class Leads:
    """Where a link leads, by short names: to an event, "" to the joining page."""

    link_id: int
    office_id: int
    office: str
    event: str


def add_share(session: Session, new: NewShare, ids: Ids, now: datetime) -> int:
    """Raises NothingToShare where neither the event nor the office has a page for anybody."""
    office = session.get_one(Office, new.office_id)
    event = session.get_one(Event, new.event_id) if new.event_id is not None else None
    if not (lets_join(office.joining) if event is None else event.kind == "event" and not event.invited_only):
        raise NothingToShare
    values = {
        "code": _new_code(ids), "office_id": new.office_id, "event_id": new.event_id,
        "municipality_id": new.municipality_id, "organisation_id": new.organisation_id,
        "note": new.note[:LONGEST_NOTE], "created_at": now, "closed_at": None,
    }  # fmt: skip
    return int(session.execute(insert(ShareLink).values(values).returning(ShareLink.id)).scalar_one())


def close_share(session: Session, link_id: int, now: datetime) -> None:
    """The address leads nowhere from now on; what was counted stays."""
    mine = ShareLink.id == link_id, ShareLink.closed_at.is_(None)
    session.execute(update(ShareLink).where(*mine).values(closed_at=now))


def follow(session: Session, code: str) -> Leads:
    """Raises ShareLinkUnknown."""
    found = session.execute(
        select(ShareLink.id, ShareLink.office_id, Office.slug, Event.slug.label("event"))
        .join(Office, Office.id == ShareLink.office_id)
        .outerjoin(Event, Event.id == ShareLink.event_id)
        .where(ShareLink.code == code, ShareLink.closed_at.is_(None))
    ).one_or_none()
    if found is None:
        raise ShareLinkUnknown
    return Leads(found.id, found.office_id, found.slug, found.event or "")


def count_visit(session: Session, leads: Leads, now: datetime) -> None:
    """One more on the day that it is where the office is."""
    day = local(now, time_zone_of(session, leads.office_id)).date()
    fresh = insert_into(session, ShareVisit).values(link_id=leads.link_id, day=day, visits=1)
    again = {"visits": ShareVisit.visits + 1}
    session.execute(fresh.on_conflict_do_update(index_elements=["link_id", "day"], set_=again))


def tag_of(code: str) -> str:
    """What a request to join says of where it came from."""
    return f"{TAG}{code}"


def counts(session: Session, offices: Sequence[int]) -> list[ShareCount]:
    """The links of some offices, the newest first."""
    visits = select(ShareVisit.link_id, func.sum(ShareVisit.visits).label("visits")).group_by(ShareVisit.link_id)
    visited = visits.subquery()
    joined = (
        select(func.count(Membership.id))
        .where(Membership.office_id == ShareLink.office_id, Membership.source == f"{SOURCE}: {TAG}" + ShareLink.code)
        .correlate(ShareLink)
        .scalar_subquery()
    )
    found = (
        select(
            ShareLink, Event.title, Municipality.name.label("municipality"), Organisation.name.label("organisation"),
            func.coalesce(visited.c.visits, 0).label("visits"), joined.label("joined"),
        )
        .outerjoin(visited, visited.c.link_id == ShareLink.id)
        .outerjoin(Event, Event.id == ShareLink.event_id)
        .outerjoin(Municipality, Municipality.id == ShareLink.municipality_id)
        .outerjoin(Organisation, Organisation.id == ShareLink.organisation_id)
        .where(ShareLink.office_id.in_(offices))
        .order_by(ShareLink.id.desc())
    )  # fmt: skip
    return [
        ShareCount(
            id=row.ShareLink.id,
            code=row.ShareLink.code,
            event=row.title or {},
            municipality=row.municipality or "",
            organisation=row.organisation or "",
            note=row.ShareLink.note,
            created_at=row.ShareLink.created_at,
            closed=row.ShareLink.closed_at is not None,
            visits=int(row.visits),
            joined=int(row.joined),
        )
        for row in session.execute(found)
    ]


def visits_by_day(session: Session, link_id: int) -> list[tuple[date, int]]:
    """The latest first."""
    days = (
        select(ShareVisit.day, ShareVisit.visits).where(ShareVisit.link_id == link_id).order_by(ShareVisit.day.desc())
    )
    return [(row.day, row.visits) for row in session.execute(days)]


def _new_code(ids: Ids) -> str:
    """Enough of them (39 bits) that nobody finds one by trying, short enough to be typed."""
    number, code = random_number(ids), ""
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        code += LETTERS[letter]
    return code
