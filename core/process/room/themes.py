"""The thematic tables of an event: themes, tables with their seats, the axes of their notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.process.room.tables import TableNote, TablePlan, TableSeat, TableTheme, TableWish, ThematicTable

MIX = ("category", "zone")
MOST_THEMES, MOST_TABLES, MOST_SEATS = 30, 60, 100


class TableInUse(Problem):
    text = N_(
        "Table {number} cannot be taken away: people sit there, or notes of it were kept. Please move them first."
    )
    status = 409


class ThemeInUse(Problem):
    text = N_(
        "The theme {title} cannot be taken away: people sit at its tables, wish for it, or notes of it were kept."
    )
    status = 409


@dataclass(frozen=True)
class ThemeFacts:
    """A theme with its tables: (id, number, seats) of each."""

    id: int
    title: dict[str, str]
    tables: tuple[tuple[int, int, int], ...]

    @property
    def seats(self) -> int:
        return sum(seats for _, _, seats in self.tables)


@dataclass(frozen=True)
class WantedTheme:
    """A theme as staff write it; `id` is 0 for a new one, `seats` are those of each table."""

    id: int
    title: dict[str, str]
    tables: int
    seats: int


def load_plan(session: Session, event_id: int) -> TablePlan | None:
    return session.get(TablePlan, event_id, populate_existing=True)


def load_themes(session: Session, event_id: int) -> list[ThemeFacts]:
    """In order, each with its tables by number."""
    tables = session.scalars(
        select(ThematicTable).where(ThematicTable.event_id == event_id).order_by(ThematicTable.number)
    ).all()
    themes = session.scalars(select(TableTheme).where(TableTheme.event_id == event_id).order_by(TableTheme.position))
    return [
        ThemeFacts(one.id, one.title, tuple((t.id, t.number, t.seats) for t in tables if t.theme_id == one.id))
        for one in themes
    ]


def save_plan(
    session: Session, event_id: int, axes: Sequence[Mapping[str, Any]], *, wishes_open: bool, mix: Collection[str] = MIX
) -> None:
    """`mix` says what tables are mixed by, category, zone or both."""
    by = [one for one in MIX if one in mix]
    values: dict[str, Any] = {"axes": [dict(one) for one in axes], "wishes_open": wishes_open, "mix": by}
    if load_plan(session, event_id) is None:
        session.execute(insert(TablePlan).values(event_id=event_id, seed=event_id, **values))
    else:
        session.execute(update(TablePlan).where(TablePlan.event_id == event_id).values(values))
    session.expire_all()


def save_themes(session: Session, event_id: int, wanted: Sequence[WantedTheme]) -> None:
    """Makes the themes and tables of an event so; a table keeps its number. Raises TableInUse, ThemeInUse."""
    known = {one.id: one for one in load_themes(session, event_id)}
    stay = {one.id for one in wanted}
    for gone in known.values():
        if gone.id not in stay:
            _remove_theme(session, gone)
    for theme in known:  # out of the way of the new positions
        session.execute(update(TableTheme).where(TableTheme.id == theme).values(position=TableTheme.position + 1000))
    for position, one in enumerate(wanted):
        values: dict[str, Any] = {"position": position, "title": one.title}
        if one.id in known:
            session.execute(update(TableTheme).where(TableTheme.id == one.id).values(values))
            _resize(session, event_id, known[one.id], one)
        else:
            made = insert(TableTheme).values(event_id=event_id, **values).returning(TableTheme.id)
            _add_tables(session, event_id, int(session.execute(made).scalar_one()), (one.tables, one.seats))
    session.expire_all()


def _resize(session: Session, event_id: int, theme: ThemeFacts, wanted: WantedTheme) -> None:
    for table_id, number, _ in theme.tables[wanted.tables :]:
        _remove_table(session, table_id, number)
    seats = update(ThematicTable).where(ThematicTable.theme_id == theme.id).values(seats=wanted.seats)
    session.execute(seats)
    _add_tables(session, event_id, theme.id, (wanted.tables - len(theme.tables), wanted.seats))


def _add_tables(session: Session, event_id: int, theme_id: int, size: tuple[int, int]) -> None:
    last = session.scalar(select(func.max(ThematicTable.number)).where(ThematicTable.event_id == event_id)) or 0
    for number in range(last + 1, last + 1 + size[0]):
        row = {"event_id": event_id, "theme_id": theme_id, "number": number, "seats": size[1]}
        session.execute(insert(ThematicTable).values(row))


def _remove_theme(session: Session, theme: ThemeFacts) -> None:
    wished = select(TableWish.event_id).where((TableWish.first_id == theme.id) | (TableWish.second_id == theme.id))
    if session.execute(wished.limit(1)).first() is not None or any(_in_use(session, one[0]) for one in theme.tables):
        raise ThemeInUse(title=next(iter(theme.title.values()), ""))
    session.execute(delete(ThematicTable).where(ThematicTable.theme_id == theme.id))
    session.execute(delete(TableTheme).where(TableTheme.id == theme.id))


def _remove_table(session: Session, table_id: int, number: int) -> None:
    if _in_use(session, table_id):
        raise TableInUse(number=number)
    session.execute(delete(ThematicTable).where(ThematicTable.id == table_id))


def _in_use(session: Session, table_id: int) -> bool:
    sits = select(TableSeat.table_id).where((TableSeat.table_id == table_id) | (TableSeat.told_table_id == table_id))
    noted = select(TableNote.table_id).where(TableNote.table_id == table_id)
    return any(session.execute(one.limit(1)).first() is not None for one in (sits, noted))
