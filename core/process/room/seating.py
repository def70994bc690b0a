"""Wishes for thematic tables, the dealing of seats, and who is told which table."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.notices import News, tell
from core.people.merged import MERGED, all_of, person_of
from core.people.store import remaining
from core.people.tables import Membership, Municipality, Participant
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.room.assigning import Guest, Table, assign
from core.process.room.tables import TablePlan, TableSeat, TableTheme, TableWish, ThematicTable
from core.process.room.themes import MIX, load_plan, load_themes
from core.process.standing import standing_attendance, standing_reply

ASSIGNED, ASKED = "table-assigned", "table-wishes"


class WishesClosed(Problem):
    text = N_("The tables have been settled, so wishes are not taken any more. Please write to the office.")
    status = 409


class ThemeUnknown(Problem):
    text = N_("This theme is not on offer any more. Please choose one of those that are shown.")
    status = 409


class NotComing(Problem):
    text = N_("Tables are for those who come in person. Please reply to the invitation first.")
    status = 409


@dataclass(frozen=True)
class TableFacts:
    id: int
    number: int
    theme: dict[str, str]


@dataclass(frozen=True)
class Seated:
    """Somebody who comes in person, as staff see them; `table_id` is None for who has no seat yet."""

    participant_id: int
    name: str
    reference: str
    category: str
    zone_id: int | None
    wishes: tuple[int, ...]
    table_id: int | None
    fixed: bool
    told_table_id: int | None


def wish(
    session: Session, event: EventFacts, participant_id: int, wanted: tuple[int, int | None], now: datetime
) -> None:
    """Keeps a first and, maybe, a second wish, by themes; raises WishesClosed, NotComing, ThemeUnknown."""
    person = remaining(session, participant_id)
    plan = load_plan(session, event.id)
    told = told_table_of(session, event.id, person)
    if plan is None or not plan.wishes_open or told is not None or event.cancelled or now >= event.starts_at:
        raise WishesClosed
    if standing_reply(session, event.id, person) != Reply.IN_PERSON:
        raise NotComing
    first, second = wanted
    themes = {one.id for one in load_themes(session, event.id)}
    if first not in themes or (second is not None and second not in themes):
        raise ThemeUnknown
    session.execute(delete(TableWish).where(_mine(session, TableWish, event.id, person)))
    row = {"event_id": event.id, "participant_id": person, "first_id": first, "at": now}
    session.execute(insert(TableWish).values(**row, second_id=second if second != first else None))


def wishes_of(session: Session, event_id: int, participant_id: int) -> tuple[int, ...]:
    """The themes somebody wishes for, the best first."""
    row = session.scalars(
        select(TableWish).where(_mine(session, TableWish, event_id, participant_id)).order_by(TableWish.at.desc())
    ).first()
    return () if row is None else tuple(one for one in (row.first_id, row.second_id) if one is not None)


def table_of(session: Session, event_id: int, participant_id: int) -> TableFacts | None:
    """The table of somebody who remains, for who stands at the door; told or not."""
    return _table(session, event_id, participant_id, TableSeat.table_id)


def told_table_of(session: Session, event_id: int, participant_id: int) -> TableFacts | None:
    """The table that somebody was told last."""
    return _table(session, event_id, participant_id, TableSeat.told_table_id)


def tables_for(session: Session, participant_id: int, now: datetime) -> list[EventFacts]:
    """Events with thematic tables, still to end, to which somebody who remains comes in person."""
    planned = select(TablePlan.event_id).order_by(TablePlan.event_id)
    events = (load_event(session, one) for one in session.scalars(planned).all())
    return [
        one
        for one in events
        if now < one.ends_at
        and not one.cancelled
        and standing_reply(session, one.id, participant_id) == Reply.IN_PERSON
    ]


def find_table(session: Session, table_id: int) -> TableFacts | None:
    row = session.execute(_tables().where(ThematicTable.id == table_id)).one_or_none()
    return None if row is None else TableFacts(row.id, row.number, row.title)


def deal(session: Session, event: EventFacts) -> int:
    """Seats everybody who comes in person; who was seated by hand or told a table keeps it. How many have no seat.

    Those who do not come any more lose theirs.
    """
    plan = load_plan(session, event.id)
    people = coming(session, event)
    tables = [
        Table(table_id, theme.id, seats)
        for theme in load_themes(session, event.id)
        for table_id, _, seats in theme.tables
    ]
    kept = {one.participant_id: one.table_id for one in people if one.table_id and (one.fixed or one.told_table_id)}
    mix = plan.mix if plan is not None else MIX
    guests = [_guest(one, mix) for one in people]
    found = assign(guests, tables, kept, plan.seed if plan is not None else event.id)
    _free(session, event.id, {one.participant_id for one in people})
    for one in people:
        if one.participant_id in found and one.table_id != found[one.participant_id]:
            _seat(session, event.id, one, found[one.participant_id], fixed=False)
    return len(people) - len(found)


def _guest(one: Seated, mix: Collection[str]) -> Guest:
    """What tables are not mixed by is the same for everybody."""
    category, zone = one.category if "category" in mix else "", str(one.zone_id or "") if "zone" in mix else ""
    return Guest(one.participant_id, category, zone, one.wishes)


def move(session: Session, event: EventFacts, participant_id: int, table_id: int) -> None:
    """Puts somebody at a table by hand, where they stay; raises NotComing, ThemeUnknown."""
    one = next((one for one in coming(session, event) if one.participant_id == participant_id), None)
    if one is None:
        raise NotComing
    here = select(ThematicTable.id).where(ThematicTable.id == table_id, ThematicTable.event_id == event.id)
    if session.scalar(here) is None:
        raise ThemeUnknown
    _seat(session, event.id, one, table_id, fixed=True)


def announce(session: Session, event: EventFacts, now: datetime) -> int:
    """Tells everybody the table they have not been told yet; how many."""
    count = 0
    for one in coming(session, event):
        if one.table_id is None or one.table_id == one.told_table_id:
            continue
        mine = _mine(session, TableSeat, event.id, one.participant_id)  # of somebody who was merged, their rows too
        change = update(TableSeat).where(mine).values(told_table_id=one.table_id, told=TableSeat.told + 1)
        session.execute(change)
        key = f"{event.id}:{one.participant_id}:{one.table_id}:{now.isoformat()}"
        values = {"event_id": event.id, "table_id": one.table_id}
        tell(session, News(ASSIGNED, key, one.participant_id, office_id=event.office_id, values=values), now)
        count += 1
    return count


def ask_for_wishes(session: Session, event: EventFacts, now: datetime) -> int:
    """Asks those who come in person and have not been asked yet; how many."""
    people = [one for one in coming(session, event) if not one.wishes and one.table_id is None]
    asked = 0
    for one in people:
        key = f"{event.id}:{one.participant_id}"
        news = News(ASKED, key, one.participant_id, office_id=event.office_id, values={"event_id": event.id})
        asked += tell(session, news, now)
    return asked


def coming(session: Session, event: EventFacts) -> list[Seated]:
    """Everybody who comes in person, with wishes and seat, by name."""
    attended = standing_attendance(event.id)
    member = and_(Membership.participant_id == Participant.id, Membership.office_id == event.office_id)
    statement = (
        select(
            Participant.id, Membership.name, Membership.reference, Membership.category,
            func.coalesce(Membership.zone_id, Municipality.zone_id).label("zone_id"),
        )
        .join(attended, attended.c.person_id == Participant.id)
        .outerjoin(Membership, member)
        .outerjoin(Municipality, Municipality.id == Membership.municipality_id)
        .where(attended.c.reply == Reply.IN_PERSON, Participant.erased_at.is_(None))
        .order_by(Membership.name, Participant.id)
    )  # fmt: skip
    wishes = {person: row for row, person in _by_person(session, TableWish, event.id)}
    seats = {person: row for row, person in _by_person(session, TableSeat, event.id)}
    return [_seated(row, wishes.get(row.id), seats.get(row.id)) for row in session.execute(statement)]


def _seated(row: Any, wished: TableWish | None, seat: TableSeat | None) -> Seated:
    wanted = (wished.first_id, wished.second_id) if wished is not None else ()
    return Seated(
        row.id, row.name or "", row.reference or "", row.category or "", row.zone_id,
        tuple(one for one in wanted if one is not None),
        seat.table_id if seat is not None else None,
        seat.fixed if seat is not None else False,
        seat.told_table_id if seat is not None else None,
    )  # fmt: skip


def _by_person(session: Session, table: Any, event_id: int) -> Iterable[Any]:
    """Rows with the person who remains; of who was merged, their own row stands."""
    statement = (
        select(table, person_of(table.participant_id).label("person"))
        .outerjoin(MERGED, MERGED.c.id == table.participant_id)
        .where(table.event_id == event_id)
        .order_by(table.participant_id.desc())
    )
    return session.execute(statement, execution_options={"populate_existing": True}).all()


def _free(session: Session, event_id: int, people: set[int]) -> None:
    for seat, person in _by_person(session, TableSeat, event_id):
        if person not in people:
            mine = TableSeat.event_id == event_id, TableSeat.participant_id == seat.participant_id
            session.execute(delete(TableSeat).where(*mine))


def _seat(session: Session, event_id: int, one: Seated, table_id: int, *, fixed: bool) -> None:
    values: dict[str, Any] = {"table_id": table_id, "fixed": fixed}
    mine = _mine(session, TableSeat, event_id, one.participant_id)
    if one.table_id is None:
        row = {"event_id": event_id, "participant_id": one.participant_id, "told": 0, "told_table_id": None}
        session.execute(insert(TableSeat).values(row | values))
    else:
        session.execute(update(TableSeat).where(mine).values(values))


def _mine(session: Session, table: Any, event_id: int, participant_id: int) -> Any:
    return and_(table.event_id == event_id, table.participant_id.in_(all_of(session, participant_id)))


def _tables() -> Any:
    return select(ThematicTable.id, ThematicTable.number, TableTheme.title).join(
        TableTheme, TableTheme.id == ThematicTable.theme_id
    )


def _table(session: Session, event_id: int, participant_id: int, column: Any) -> TableFacts | None:
    mine = _mine(session, TableSeat, event_id, participant_id)
    statement = _tables().join(TableSeat, column == ThematicTable.id).where(mine).order_by(TableSeat.participant_id)
    row = session.execute(statement.limit(1)).one_or_none()
    return None if row is None else TableFacts(row.id, row.number, row.title)
