"""Polls as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from core.database.many import Words, among
from core.ids import Ids
from core.process.package.dates import to_instant
from core.process.room.rooms import CODE_LENGTH, LETTERS
from core.process.tables import Office
from surveys.polls.errors import PollAmbiguous, PollNamedUnknown, PollUnknown
from surveys.polls.kinds import Counting, Kind, Rules, Secrecy, Shown, State
from surveys.polls.poll import Definition, Option, Poll
from surveys.polls.tables import Poll as Row

_LOAD = select(Row)


@dataclass(frozen=True)
class Place:
    """Where a poll belongs, and the clock it goes by."""

    office_id: int
    process_id: int | None
    time_zone: str


def load_poll(session: Session, poll_id: int) -> Poll:
    """Raises PollUnknown."""
    return _only(session, _BY_ID, poll_id)


def find_by_code(session: Session, code: str) -> Poll:
    """By its code, however it was typed; raises PollUnknown, also for one that was never opened nor planned."""
    found = find_to_show(session, code)
    if found.state is State.DRAFT:
        raise PollUnknown
    return found


def find_to_show(session: Session, code: str) -> Poll:
    """By its code, a draft too; raises PollUnknown."""
    typed = _tidied(code)
    if not typed:
        raise PollUnknown
    return _only(session, _BY_CODE, typed)


def ids_by_code(session: Session, codes: Collection[str]) -> dict[str, int]:
    """The polls that `find_by_code` finds, by their codes as they were typed."""
    typed = {code: tidied for code in codes if (tidied := _tidied(code))}
    if not typed:
        return {}
    rows = session.connection().execute(_IDS_BY_CODE, {"codes": set(typed.values())})
    found = {row.code: row.id for row in rows}
    return {code: found[tidied] for code, tidied in typed.items() if tidied in found}


def find_by_name(session: Session, name: str) -> Poll:
    """By its short name, `OFFICE/NAME` where several offices have it; raises PollNamedUnknown, PollAmbiguous."""
    office, _, slug = name.rpartition("/")
    wanted = select(Row).join(Office, Office.id == Row.office_id).where(Row.slug == slug)
    found = session.scalars(wanted.where(Office.slug == office) if office else wanted).all()
    if not found:
        raise PollNamedUnknown(name=name)
    if len(found) > 1:
        raise PollAmbiguous(name=slug)
    return facts_of(found[0])


def polls_of(session: Session, *where: ColumnElement[bool]) -> list[Poll]:
    """The newest first."""
    return [facts_of(row) for row in session.scalars(_LOAD.where(*where).order_by(Row.id.desc())).all()]


def newest_polls(session: Session, office_ids: Collection[int], most: int, now: datetime) -> tuple[list[Poll], int]:
    """The polls of these offices, at most so many, with how many there are: what is open first, then what is planned,
    drafts, and what is closed; the newest first among equals."""
    mine = among(Row.office_id, list(office_ids))
    runs = Row.state.in_((State.PLANNED, State.OPEN))
    place = case(
        (or_(Row.state == State.CLOSED, and_(runs, Row.closes_at <= now)), 3),
        (or_(Row.state == State.OPEN, and_(Row.state == State.PLANNED, Row.opens_at <= now)), 0),
        (Row.state == State.PLANNED, 1),
        else_=2,
    )
    rows = session.scalars(_LOAD.where(mine).order_by(place, Row.id.desc()).limit(most)).all()
    count = session.scalar(select(func.count()).select_from(Row).where(mine)) or 0
    return [facts_of(row) for row in rows], count


def slugs_of(session: Session, office_id: int) -> Sequence[str]:
    """The short names that an office's polls have."""
    return session.scalars(select(Row.slug).where(Row.office_id == office_id)).all()


def open_polls(session: Session, where: ColumnElement[bool], now: datetime) -> list[Poll]:
    """Those that take votes now, the oldest first."""
    begun = or_(Row.state == State.OPEN, Row.opens_at <= now)
    going = or_(Row.closes_at.is_(None), Row.closes_at > now)
    wanted = _LOAD.where(where, Row.state.in_((State.OPEN, State.PLANNED)), begun, going).order_by(Row.id)
    return [facts_of(row) for row in session.scalars(wanted).all()]


def add_row(session: Session, place: Place, named: tuple[str, str], new: Definition, now: datetime) -> int:
    """`named` are its short name and its code."""
    slug, code = named
    values = {
        "office_id": place.office_id, "process_id": place.process_id, "slug": slug, "code": code,
        "time_zone": place.time_zone, "state": State.DRAFT.value, "created_at": now, "secrecy": new.secrecy.value,
        **values_of(new, place.time_zone),
    }  # fmt: skip
    return int(session.execute(insert(Row).values(values).returning(Row.id)).scalar_one())


def change_row(session: Session, poll_id: int, **values: Any) -> None:
    session.execute(update(Row).where(Row.id == poll_id).values(values))


def drop_row(session: Session, poll_id: int) -> None:
    session.execute(delete(Row).where(Row.id == poll_id))


def values_of(new: Definition, time_zone: str) -> dict[str, Any]:
    """The columns of a definition, without its secrecy, which is fixed from the beginning."""
    return {
        "kind": new.kind.value,
        "title": dict(new.title),
        "summary": {language: text for language, text in new.summary.items() if text},
        "options": [one.to_json() for one in new.options],
        "rules": new.rules.to_json(),
        "counting": new.counting.to_json(),
        "shown": new.shown.value,
        "walk_ins": new.walk_ins,
        "names_in_groups": new.names_in_groups,
        "audience_id": new.audience_id,
        "event_id": new.event_id,
        "opens_local": new.opens_local,
        "closes_local": new.closes_local,
        "opens_at": instant_of(new.opens_local, time_zone),
        "closes_at": instant_of(new.closes_local, time_zone),
    }


def instant_of(local: str | None, time_zone: str) -> datetime | None:
    """The instant of a planned local time."""
    return to_instant(datetime.fromisoformat(local), time_zone) if local else None


def free_code(session: Session, ids: Ids) -> str:
    """A code that can be read out and typed, and that no poll has."""
    while True:
        digest = sha256(ids.token().encode()).digest()
        code = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:CODE_LENGTH])
        if session.scalar(select(Row.id).where(Row.code == code)) is None:
            return code


def facts_of(row: Any) -> Poll:
    """A row of the table as doors know it."""
    return Poll(
        id=row.id,
        office_id=row.office_id,
        process_id=row.process_id,
        slug=row.slug,
        code=row.code,
        time_zone=row.time_zone,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        state=State(row.state),
        definition=_definition(row),
        settled_at=row.settled_at,
    )


def texts_of(told: Mapping[str, Any]) -> dict[str, str]:
    return {str(language): str(text) for language, text in told.items()}


def _definition(row: Any) -> Definition:
    return Definition(
        kind=Kind(row.kind),
        title=texts_of(row.title),
        options=tuple(Option.from_json(one) for one in row.options),
        rules=Rules.from_json(row.kind, row.rules),
        counting=Counting.from_json(row.counting),
        summary=texts_of(row.summary),
        secrecy=Secrecy(row.secrecy),
        shown=Shown(row.shown),
        walk_ins=row.walk_ins,
        names_in_groups=row.names_in_groups,
        audience_id=row.audience_id,
        event_id=row.event_id,
        opens_local=row.opens_local,
        closes_local=row.closes_local,
    )


def _tidied(code: str) -> str:
    """A code as it is kept, "" for what cannot be one."""
    typed = code.strip().lower()
    return typed if set(typed) <= set(LETTERS) else ""


def _only(session: Session, statement: Any, wanted: int | str) -> Poll:
    found = session.connection().execute(statement, {"wanted": wanted}).one_or_none()
    if found is None:
        raise PollUnknown
    return facts_of(found)


# Made once: every vote passes here.
_BY_ID = select(Row.__table__).where(Row.id == bindparam("wanted"))
_BY_CODE = select(Row.__table__).where(Row.code == bindparam("wanted"))
_IDS_BY_CODE = select(Row.id, Row.code).where(
    among(Row.code, bindparam("codes", type_=Words())), Row.state != State.DRAFT
)
