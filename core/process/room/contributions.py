"""What was said in a room, as contributions: questions from the audience, and what was noted at the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.contributions.kinds import Found, Kind, Said, Source
from core.database.many import among
from core.ids import read_id
from core.people.merged import MERGED, person_of
from core.process.room.asking import HIDDEN
from core.process.room.tables import Question, TableNote, TableTheme, ThematicTable
from core.process.tables import Event


def room_sources() -> tuple[Source, ...]:
    return Source(Kind.QUESTION, _questions, _read_questions), Source(Kind.NOTE, _notes, _read_notes)


def _questions(session: Session, process_id: int) -> Iterator[Found]:
    """Those that staff did not hide; of several made one, the one that stands."""
    found = (
        select(Question.id, person_of(Question.participant_id).label("person"), Question.asked_at)
        .join(Event, Event.id == Question.event_id)
        .outerjoin(MERGED, MERGED.c.id == Question.participant_id)
        .where(Event.process_id == process_id, Question.state != HIDDEN, Question.merged_into.is_(None))
    )
    for row in session.execute(found):
        yield Found(str(row.id), row.person, row.asked_at)


def _notes(session: Session, process_id: int) -> Iterator[Found]:
    found = (
        select(TableNote.id, TableNote.at)
        .join(ThematicTable, ThematicTable.id == TableNote.table_id)
        .join(Event, Event.id == ThematicTable.event_id)
        .where(Event.process_id == process_id, TableNote.text != "")
    )
    for row in session.execute(found):
        yield Found(str(row.id), None, row.at)  # of a whole table


def _read_questions(session: Session, sources: Collection[str]) -> dict[str, Said]:
    found = select(Question.id, Question.text, Event.title).join(Event, Event.id == Question.event_id)
    rows = session.execute(found.where(among(Question.id, _ids(sources))))
    return {str(row.id): Said(row.text, row.title) for row in rows}


def _read_notes(session: Session, sources: Collection[str]) -> dict[str, Said]:
    found = (
        select(TableNote.id, TableNote.text, TableTheme.title)
        .join(ThematicTable, ThematicTable.id == TableNote.table_id)
        .join(TableTheme, TableTheme.id == ThematicTable.theme_id)
        .where(among(TableNote.id, _ids(sources)))
    )
    return {str(row.id): Said(row.text, row.title) for row in session.execute(found)}


def _ids(sources: Collection[str]) -> list[int]:
    return [number for one in sources if (number := read_id(one)) is not None]
