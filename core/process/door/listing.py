"""What stands at the door needs to know: who is expected, who is in, and how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.links import Links
from core.people.merged import MERGED, person_of, roots_of
from core.people.tables import Membership, Organisation, Participant
from core.process.door.codes import code_for, digest_of
from core.process.door.tables import DoorAct
from core.process.events import EventFacts
from core.process.replies import Reply
from core.process.room.tables import TableSeat, TableTheme, ThematicTable
from core.process.standing import standing_attendance
from core.process.tables import Event


@dataclass(frozen=True)
class Expected:
    """Somebody on the list; `codes` are the digests of all codes that are theirs."""

    participant_id: int
    name: str
    reference: str
    organisation: str
    reply: str
    waits_for: str
    companions: int
    substitute: str
    needs: str
    came: str
    came_at: datetime | None
    came_along: int
    table: int | None = None
    theme: dict[str, str] | None = None
    codes: tuple[str, ...] = ()
    acted_at: datetime | None = None  # the time of the latest act about them, also of one that took them back

    @property
    def shown_name(self) -> str:
        return self.name or self.reference or str(self.participant_id)


@dataclass(frozen=True)
class Numbers:
    """Heads: those let in with whom they brought, those expected, those online, and the places of the hall."""

    inside: int = 0
    people: int = 0  # of those inside, without whom they brought
    expected: int = 0  # who said that they come, with whom they bring
    online: int = 0
    walk_ins: int = 0
    places: int | None = None
    last: int = 0  # the latest act, by which a telephone asks for what is new


def numbers(session: Session, event_id: int) -> Numbers:
    attended = standing_attendance(event_id)

    def heads(condition: Any, worth: Any = 1) -> Any:
        return func.coalesce(func.sum(case((condition, worth), else_=0)), 0)

    in_person, online = attended.c.came == Reply.IN_PERSON, attended.c.came == Reply.ONLINE
    counted = session.execute(
        select(
            heads(in_person, attended.c.came_along + 1).label("inside"),
            heads(in_person).label("people"),
            heads(attended.c.reply == Reply.IN_PERSON, attended.c.companions + 1).label("expected"),
            heads(online).label("online"),
            heads(and_(in_person, attended.c.door == "door")).label("walk_ins"),
        )
    ).one()
    seats = session.scalars(select(Event.seats).where(Event.id == event_id)).one()
    last = session.scalar(select(func.max(DoorAct.id)).where(DoorAct.event_id == event_id)) or 0
    told = {name: int(value) for name, value in counted._mapping.items()}
    return Numbers(**told, places=seats.get(Reply.IN_PERSON.value), last=last)


def attended_events(session: Session, event_ids: Sequence[int]) -> list[int]:
    """Those of some events at whose door, or online, anything was noted."""
    wanted = select(DoorAct.event_id).where(among(DoorAct.event_id, list(event_ids))).distinct()
    return sorted(session.scalars(wanted).all())


def expected(
    session: Session, event: EventFacts, links: Links | None = None, since: int | None = None
) -> list[Expected]:
    """Everybody with a reply, by name; with `links` their codes too.

    `since` an act, 0 before the first one: those alone whom a later one concerns.
    """
    attended = standing_attendance(event.id)
    member = and_(Membership.participant_id == Participant.id, Membership.office_id == event.office_id)
    told = [column for column in attended.c if column.name not in {"id", "event_id", "person_id"}]
    statement = (
        select(Participant.id, Membership.name, Membership.reference, Organisation.name.label("organisation"), *told)
        .join(attended, attended.c.person_id == Participant.id)
        .outerjoin(Membership, member)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Participant.erased_at.is_(None))
        .order_by(Membership.name, Participant.id)
    )
    if since is not None:
        fresh = (
            select(person_of(DoorAct.participant_id))
            .outerjoin(MERGED, MERGED.c.id == DoorAct.participant_id)
            .where(DoorAct.event_id == event.id, DoorAct.id > since)
        )
        statement = statement.where(Participant.id.in_(fresh))
    rows = session.execute(statement).all()
    theirs = _codes(session, event.id, [row.id for row in rows], links) if links is not None else {}
    tables, acted = _tables(session, event.id), _acted(session, event.id)
    return [_expected(row, theirs.get(row.id, ()), tables.get(row.id), acted.get(row.id)) for row in rows]


def gone(session: Session, event_id: int, since: int) -> list[int]:
    """Whom an act after `since` concerns who is on the list no more: registered at the door and taken back."""
    person = person_of(DoorAct.participant_id)
    attended = standing_attendance(event_id)
    acted = (
        select(person)
        .outerjoin(MERGED, MERGED.c.id == DoorAct.participant_id)
        .where(DoorAct.event_id == event_id, DoorAct.id > since, DoorAct.participant_id.is_not(None))
        .where(person.not_in(select(attended.c.person_id)))
    )
    return sorted(session.scalars(acted.distinct()))


def _acted(session: Session, event_id: int) -> dict[int, datetime]:
    """The time of the latest act about each."""
    person = person_of(DoorAct.participant_id)
    acts = (
        select(person.label("person"), func.max(DoorAct.at).label("at"))
        .outerjoin(MERGED, MERGED.c.id == DoorAct.participant_id)
        .where(DoorAct.event_id == event_id, DoorAct.participant_id.is_not(None))
        .group_by(person)
    )
    return {row.person: row.at for row in session.execute(acts)}


def _expected(
    row: Any, codes: Iterable[str], table: tuple[int, dict[str, str]] | None, acted_at: datetime | None
) -> Expected:
    return Expected(
        row.id, row.name or "", row.reference or "", row.organisation or "", row.reply, row.waits_for, row.companions,
        row.substitute, row.needs, row.came, row.came_at, row.came_along,
        table[0] if table else None, table[1] if table else None, tuple(codes), acted_at,
    )  # fmt: skip


def _codes(session: Session, event_id: int, people: list[int], links: Links) -> dict[int, list[str]]:
    """Of who was merged into another the code they were sent is good for the one who remains."""
    found = defaultdict[int, list[str]](list)
    for one, root in roots_of(session, people).items():
        found[root].append(digest_of(code_for(links, one, event_id)))
    return found


def _tables(session: Session, event_id: int) -> dict[int, tuple[int, dict[str, str]]]:
    """The thematic tables of all at once, as `seating.table_of` says them one by one."""
    seats = (
        select(person_of(TableSeat.participant_id).label("person"), ThematicTable.number, TableTheme.title)
        .outerjoin(MERGED, MERGED.c.id == TableSeat.participant_id)
        .join(ThematicTable, ThematicTable.id == TableSeat.table_id)
        .join(TableTheme, TableTheme.id == ThematicTable.theme_id)
        .where(TableSeat.event_id == event_id)
        .order_by(TableSeat.participant_id.desc())
    )
    return {row.person: (row.number, row.title) for row in session.execute(seats)}
