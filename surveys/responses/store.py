"""The SQL of responses and answers: few statements, prepared once, no mapped objects.

This is the hot path of every answer, so rows are read and written through Core.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from core.database.inserting import INSERTS
from core.people.tables import Membership
from core.process.tables import Process
from surveys.responses.errors import ResponseUnknown, RoundAmbiguous, RoundUnknown
from surveys.responses.rounds import OpenRound, Quota, SubjectKind
from surveys.responses.tables import Answer, FormVersion, Response, Round

RESPONSES: Table = Response.__table__  # type: ignore[assignment]
ROUNDS: Table = Round.__table__  # type: ignore[assignment]
PROCESSES: Table = Process.__table__  # type: ignore[assignment]
ANSWERS: Table = Answer.__table__  # type: ignore[assignment]
_MINE, _NEWER = FormVersion.__table__.alias(), FormVersion.__table__.alias()
PARTIAL, COMPLETE = "partial", "complete"


@dataclass(frozen=True)
class Kept:
    """A response as it stands in the database; `session` is the engine's, as JSON."""

    id: int
    round: OpenRound
    participant_id: int | None
    form_version_id: int
    state: str
    session: dict[str, Any]
    completed_at: datetime | None
    newest_form_id: int


@dataclass(frozen=True)
class Subject:
    """Whom a response is about, and who answers (None behind an open link)."""

    kind: SubjectKind
    name: str
    participant_id: int | None


@dataclass(frozen=True)
class Changes:
    """What one input did to the kept answers; `given` and `gone` by reference, and to which version of the form."""

    given: Mapping[str, str]
    gone: Iterable[str]
    session: dict[str, Any]
    state: str
    language: str
    door: str
    form_version_id: int


ROUND_COLUMNS = (
    ROUNDS.c.id.label("round_id"),
    ROUNDS.c.slug,
    ROUNDS.c.title,
    ROUNDS.c.opens_at,
    ROUNDS.c.closes_at,
    ROUNDS.c.office_id,
    ROUNDS.c.process_id,
    ROUNDS.c.questionnaire_id,
    ROUNDS.c.audience_id,
    ROUNDS.c.subject_kind.label("kind"),
    ROUNDS.c.quotas,
    PROCESSES.c.time_zone,
)
RESPONSE_COLUMNS = (
    RESPONSES.c.id,
    RESPONSES.c.participant_id,
    RESPONSES.c.form_version_id,
    RESPONSES.c.state,
    RESPONSES.c.session,
    RESPONSES.c.completed_at,
    select(_NEWER.c.id)
    .where(_NEWER.c.questionnaire_id == _MINE.c.questionnaire_id, _MINE.c.id == RESPONSES.c.form_version_id)
    .order_by(_NEWER.c.version.desc())
    .limit(1)
    .correlate(RESPONSES)
    .scalar_subquery()
    .label("newest_form_id"),
)

_ROUND = select(*ROUND_COLUMNS).join(PROCESSES, PROCESSES.c.id == ROUNDS.c.process_id)
_ROUND_BY_ID = _ROUND.where(ROUNDS.c.id == bindparam("round_id"))
_LOAD = (
    select(*RESPONSE_COLUMNS, *ROUND_COLUMNS)
    .join(ROUNDS, ROUNDS.c.id == RESPONSES.c.round_id)
    .join(PROCESSES, PROCESSES.c.id == ROUNDS.c.process_id)
    .where(RESPONSES.c.id == bindparam("response_id"))
)
# Whoever only names the row goes on. SQLite has one writer at a time and leaves the clause out.
_LOCK = _LOAD.with_for_update(of=RESPONSES, key_share=True)
_EARLIEST = (
    select(*RESPONSE_COLUMNS)
    .where(
        RESPONSES.c.round_id == bindparam("round_id"),
        RESPONSES.c.subject_kind == bindparam("kind"),
        RESPONSES.c.subject.in_(bindparam("subjects", expanding=True)),
    )
    .order_by(RESPONSES.c.started_at, RESPONSES.c.id)
    .limit(1)
)
_NEWEST_FORM = (
    select(FormVersion.id)
    .where(FormVersion.questionnaire_id == bindparam("questionnaire_id"))
    .order_by(FormVersion.version.desc())
    .limit(1)
)
_ANSWERS = select(ANSWERS.c.ref, ANSWERS.c.value).where(ANSWERS.c.response_id == bindparam("of_response"))
_FORGET = delete(ANSWERS).where(
    ANSWERS.c.response_id == bindparam("of_response"), ANSWERS.c.ref.in_(bindparam("refs", expanding=True))
)
_CHANGE = (
    update(RESPONSES)
    .where(RESPONSES.c.id == bindparam("response_id"))
    .values(
        session=bindparam("new_session"),
        form_version_id=bindparam("new_form_version_id"),
        state=bindparam("new_state"),
        changed_at=bindparam("now"),
        completed_at=bindparam("completed"),
    )
)
_OVERWRITTEN = ("form_version_id", "value", "language", "door", "answered_at")


def _put(insert: Any) -> Any:
    put = insert(ANSWERS)
    values = {column: put.excluded[column] for column in _OVERWRITTEN}
    return put.on_conflict_do_update(index_elements=["response_id", "ref"], set_=values)


def _start(insert: Any) -> Any:
    one_each = ["round_id", "subject_kind", "subject"]
    return insert(RESPONSES).on_conflict_do_nothing(index_elements=one_each).returning(RESPONSES.c.id)


_PUT = {name: _put(insert) for name, insert in INSERTS.items()}
_START = {name: _start(insert) for name, insert in INSERTS.items()}


def dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def load(session: Session, response_id: int, *, lock: bool = False) -> Kept:
    """A response with its round; raises ResponseUnknown. `lock` holds it until the commit."""
    row = session.execute(_LOCK if lock else _LOAD, {"response_id": response_id}).one_or_none()
    if row is None:
        raise ResponseUnknown
    return kept(row, open_round(row))


def load_round(session: Session, round_id: int) -> OpenRound:
    """A round, open or not; raises RoundUnknown."""
    row = session.execute(_ROUND_BY_ID, {"round_id": round_id}).one_or_none()
    if row is None:
        raise RoundUnknown(name=round_id)
    return open_round(row)


def usual_zone(session: Session) -> str:
    """The time zone of the first process, UTC where there is none."""
    return session.scalar(select(PROCESSES.c.time_zone).order_by(PROCESSES.c.id).limit(1)) or "UTC"


def round_named(session: Session, name: str) -> OpenRound:
    """The round of a name, `ROUND` or `PROCESS/ROUND`; raises RoundUnknown, or RoundAmbiguous where several bear it."""
    process, _, slug = name.rpartition("/")
    statement = _ROUND.where(ROUNDS.c.slug == slug)
    if process:
        statement = statement.where(PROCESSES.c.slug == process)
    found = [open_round(row) for row in session.execute(statement)]
    if not found:
        raise RoundUnknown(name=name)
    if len(found) > 1:
        raise RoundAmbiguous(name=name)
    return found[0]


def rounds_open_to(session: Session, participant_ids: Sequence[int], now: datetime) -> list[OpenRound]:
    """The open rounds of the offices these participants belong to, those opened last first."""
    offices = select(Membership.office_id).where(
        Membership.participant_id.in_(participant_ids), Membership.left_at.is_(None)
    )
    statement = _ROUND.where(
        ROUNDS.c.office_id.in_(offices),
        ROUNDS.c.opens_at <= now,
        or_(ROUNDS.c.closes_at.is_(None), ROUNDS.c.closes_at > now),
        ROUNDS.c.subject_kind != SubjectKind.LINK.value,
    ).order_by(ROUNDS.c.opens_at.desc(), ROUNDS.c.id.desc())
    return [open_round(row) for row in session.execute(statement)]


def earliest(session: Session, round_: OpenRound, subjects: Iterable[str]) -> Kept | None:
    """The first response any of these subjects began: where people were merged, it stands."""
    values = {"round_id": round_.id, "kind": round_.subject_kind.value, "subjects": list(subjects)}
    row = session.execute(_EARLIEST, values).one_or_none()
    return None if row is None else kept(row, round_)


def sent_before(session: Session, round_: OpenRound, subjects: Iterable[str]) -> dict[str, str]:
    """The answers that any of these subjects sent last in another round of the same questionnaire, by reference."""
    last = (
        select(RESPONSES.c.id)
        .join(ROUNDS, ROUNDS.c.id == RESPONSES.c.round_id)
        .where(
            ROUNDS.c.questionnaire_id == round_.questionnaire_id,
            ROUNDS.c.id != round_.id,
            RESPONSES.c.subject_kind == round_.subject_kind.value,
            RESPONSES.c.subject.in_(list(subjects)),
            RESPONSES.c.state == COMPLETE,
        )
        .order_by(RESPONSES.c.completed_at.desc(), RESPONSES.c.id.desc())
        .limit(1)
    )
    response_id = session.scalar(last)
    return answers(session, response_id) if response_id is not None else {}


def newest_form(session: Session, questionnaire_id: int) -> int | None:
    return session.execute(_NEWEST_FORM, {"questionnaire_id": questionnaire_id}).scalar_one_or_none()


def versions_since(session: Session, form_version_id: int) -> int:
    """How many versions of its questionnaire were published after one."""
    later = _NEWER.join(_MINE, (_NEWER.c.questionnaire_id == _MINE.c.questionnaire_id))
    statement = select(func.count()).select_from(later)
    return session.scalar(statement.where(_MINE.c.id == form_version_id, _NEWER.c.version > _MINE.c.version)) or 0


def start_response(
    session: Session, round_: OpenRound, subject: Subject, values: Mapping[str, Any], now: datetime
) -> int | None:
    """Writes the one response of a subject; None where another began it first."""
    found: int | None = session.execute(
        _START[dialect(session)],
        {
            "round_id": round_.id,
            "subject_kind": subject.kind.value,
            "subject": subject.name,
            "participant_id": subject.participant_id,
            "state": PARTIAL,
            "started_at": now,
            "changed_at": now,
            "completed_at": None,
            **values,
        },
    ).scalar_one_or_none()
    return found


def answers(session: Session, response_id: int) -> dict[str, str]:
    """The kept answers of a response, by reference."""
    return {row.ref: row.value for row in session.execute(_ANSWERS, {"of_response": response_id})}


def keep_changes(session: Session, response: Kept, changes: Changes, now: datetime) -> None:
    """Stores answers given, drops answers gone, and writes the session."""
    keep_answers(session, response.id, changes, now)
    gone = list(changes.gone)
    if gone:
        session.execute(_FORGET, {"of_response": response.id, "refs": gone})
    completed = (response.completed_at or now) if changes.state == COMPLETE else None
    session.execute(
        _CHANGE,
        {
            "response_id": response.id,
            "new_session": changes.session,
            "new_form_version_id": changes.form_version_id,
            "new_state": changes.state,
            "now": now,
            "completed": completed,
        },
    )


def keep_answers(session: Session, response_id: int, changes: Changes, now: datetime) -> None:
    """Stores answers given to a response, with the form version they were given to."""
    if not changes.given:
        return
    common = {
        "response_id": response_id,
        "form_version_id": changes.form_version_id,
        "language": changes.language,
        "door": changes.door,
        "answered_at": now,
    }
    rows = [{**common, "ref": ref, "value": value} for ref, value in changes.given.items()]
    session.execute(_PUT[dialect(session)], rows)


def open_round(row: Any) -> OpenRound:
    return OpenRound(
        id=row.round_id,
        slug=row.slug,
        title=row.title,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        office_id=row.office_id,
        process_id=row.process_id,
        questionnaire_id=row.questionnaire_id,
        audience_id=row.audience_id,
        subject_kind=SubjectKind(row.kind),
        time_zone=row.time_zone,
        quotas=tuple(Quota(**one) for one in row.quotas),
    )


def kept(row: Any, round_: OpenRound) -> Kept:
    common = (row.id, round_, row.participant_id, row.form_version_id, row.state, row.session, row.completed_at)
    return Kept(*common, row.newest_form_id)
