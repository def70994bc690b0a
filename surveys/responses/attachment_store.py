"""The SQL of attachments: rows for lists, bytes in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Select, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from surveys.responses.attachments import PART, AttachmentState, ComingAttachment, NewAttachment, longer_name
from surveys.responses.errors import AttachmentAbsent
from surveys.responses.media import NAME
from surveys.responses.tables import Answer, Attachment, AttachmentContent, Response

HERE = {"telegram_file_id": None, "chat_id": None, "tries": 0, "next_try_at": None}


@dataclass(frozen=True)
class Arrival:
    """To which response a file came, when and by which door."""

    response_id: int
    now: datetime
    door: str


@dataclass(frozen=True)
class KeptAttachment:
    """A file in a list; `size` in bytes."""

    id: int
    response_id: int
    name: str
    media_type: str
    size: int
    sha256: str
    state: AttachmentState
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> KeptAttachment:
        return cls(
            row.id, row.response_id, row.name, row.media_type, row.size, row.sha256, AttachmentState(row.state),
            row.created_at,
        )  # fmt: skip


@dataclass(frozen=True)
class WaitingAttachment:
    """A file that this process has claimed, to fetch it."""

    id: int
    response_id: int
    name: str
    kind: str
    file_id: str
    chat_id: int | None
    tries: int


COLUMNS = (
    Attachment.id, Attachment.response_id, Attachment.name, Attachment.media_type, Attachment.size, Attachment.sha256,
    Attachment.state, Attachment.created_at,
)  # fmt: skip
"""What a KeptAttachment is made of."""

_KEPT = select(*COLUMNS)


def keep(session: Session, arrival: Arrival, new: NewAttachment) -> str:
    """Stores a file and returns its name; the same file sent twice is kept once."""
    there = _of_name(session, arrival.response_id, new.name)
    if there is not None and there.sha256 == new.sha256:
        return new.name
    name = new.name
    if there is not None:
        name = longer_name(new)
        if _of_name(session, arrival.response_id, name) is not None:
            return name
    values = {"name": name, "media_type": new.media_type, "size": new.size, "sha256": new.sha256}
    made = _insert(session, arrival, {**values, **HERE, "kind": new.kind.value, "state": AttachmentState.STORED})
    _write(session, made, new)
    return name


def keep_coming(session: Session, arrival: Arrival, coming: ComingAttachment) -> str:
    """Notes a file to be fetched and returns its name; one that failed before is tried anew."""
    where = {
        "telegram_file_id": coming.file_id, "chat_id": coming.chat_id, "tries": 0, "next_try_at": arrival.now,
        "state": AttachmentState.WAITING,
    }  # fmt: skip
    there = _of_name(session, arrival.response_id, coming.name)
    if there is None:
        unseen = {"media_type": "", "sha256": "", "size": coming.size, "kind": coming.kind.value}
        _insert(session, arrival, {**where, **unseen, "name": coming.name})
    elif there.state == AttachmentState.FAILED:
        session.execute(update(Attachment).where(Attachment.id == there.id).values(where))
    return coming.name


def drop_unnamed(session: Session, response_id: int, values: Mapping[str, str]) -> None:
    """Drops the files of a response that no answer names: neither a value now nor one that was sent."""
    named = [value for value in values.values() if NAME.fullmatch(value)]
    sent = exists().where(Answer.response_id == response_id, Answer.value == Attachment.name)
    session.execute(
        delete(Attachment).where(Attachment.response_id == response_id, Attachment.name.not_in(named), ~sent)
    )


def load(session: Session, attachment_id: int) -> KeptAttachment:
    """Raises AttachmentAbsent."""
    return _one(session, _KEPT.where(Attachment.id == attachment_id))


def load_named(session: Session, response_id: int, name: str) -> KeptAttachment:
    """A response's file by its name; raises AttachmentAbsent."""
    if not NAME.fullmatch(name):  # what no database would look for, such as a NUL
        raise AttachmentAbsent
    return _one(session, _KEPT.where(Attachment.response_id == response_id, Attachment.name == name))


def of_responses(session: Session, response_ids: Iterable[int]) -> list[KeptAttachment]:
    """The files of some responses in the order they came."""
    statement = _KEPT.where(Attachment.response_id.in_(list(response_ids))).order_by(Attachment.id)
    return [KeptAttachment.of(row) for row in session.execute(statement)]


def round_of(session: Session, attachment_id: int) -> int | None:
    """The round that a file was sent to."""
    statement = select(Response.round_id).join(Attachment, Attachment.response_id == Response.id)
    return session.scalar(statement.where(Attachment.id == attachment_id))


def read_part(session: Session, attachment_id: int, part: int) -> bytes:
    """A part of a file's bytes, b"" behind the last."""
    found = select(AttachmentContent.content).where(
        AttachmentContent.attachment_id == attachment_id, AttachmentContent.part == part
    )
    return bytes(session.scalar(found) or b"")


def parts(session: Session, attachment_id: int) -> Iterator[bytes]:
    """A file's bytes, one part in memory at a time."""
    part = 0
    while content := read_part(session, attachment_id, part):
        yield content
        part += 1


def is_due(session: Session, now: datetime) -> bool:
    """Whether a file waits to be fetched."""
    return session.execute(_due(now).limit(1)).first() is not None


def claim(session: Session, now: datetime, until: datetime, most: int) -> list[WaitingAttachment]:
    """Takes up to `most` files that are due; nobody else takes them before `until`."""
    wanted = _due(now).order_by(Attachment.next_try_at, Attachment.id).limit(most).with_for_update(skip_locked=True)
    ids = list(session.scalars(wanted))
    session.execute(
        update(Attachment).where(Attachment.id.in_(ids)).values(next_try_at=until, tries=Attachment.tries + 1)
    )
    found = select(
        Attachment.id, Attachment.response_id, Attachment.name, Attachment.kind, Attachment.telegram_file_id,
        Attachment.chat_id, Attachment.tries,
    ).where(Attachment.id.in_(ids))  # fmt: skip
    return [
        WaitingAttachment(
            row.id, row.response_id, row.name, row.kind, row.telegram_file_id or "", row.chat_id, row.tries
        )
        for row in session.execute(found.order_by(Attachment.id))
    ]


def fill_content(session: Session, attachment_id: int, new: NewAttachment) -> bool:
    """Keeps what was fetched; False where it is not wanted any more, or is here already."""
    values = {"media_type": new.media_type, "size": new.size, "sha256": new.sha256, "state": AttachmentState.STORED}
    if not _settle(session, attachment_id, {**values, **HERE}):
        return False
    _write(session, attachment_id, new)
    return True


def try_again(session: Session, attachment_id: int, at: datetime) -> None:
    _settle(session, attachment_id, {"next_try_at": at})


def give_up(session: Session, attachment_id: int) -> None:
    """The file will not come: its answer stays, marked as missing, until it is sent again."""
    _settle(session, attachment_id, {**HERE, "state": AttachmentState.FAILED})


def _settle(session: Session, attachment_id: int, values: Mapping[str, Any]) -> bool:
    waiting = Attachment.id == attachment_id, Attachment.state == AttachmentState.WAITING
    done = session.execute(update(Attachment).where(*waiting).values(values))
    assert isinstance(done, CursorResult)
    return bool(done.rowcount)


def _due(now: datetime) -> Select[int]:
    return select(Attachment.id).where(Attachment.next_try_at <= now)


def _of_name(session: Session, response_id: int, name: str) -> Any:
    """The row of that name; the response is held until the commit, so that no other door adds one meanwhile."""
    session.execute(select(Response.id).where(Response.id == response_id).with_for_update())
    known = Attachment.id, Attachment.sha256, Attachment.state
    return session.execute(
        select(*known).where(Attachment.response_id == response_id, Attachment.name == name)
    ).one_or_none()


def _insert(session: Session, arrival: Arrival, values: Mapping[str, Any]) -> int:
    row = {**values, "response_id": arrival.response_id, "door": arrival.door, "created_at": arrival.now}
    return int(session.execute(insert(Attachment).values(row).returning(Attachment.id)).scalar_one())


def _write(session: Session, attachment_id: int, new: NewAttachment) -> None:
    new.file.seek(0)  # the work may be tried a second time
    for part, content in enumerate(iter(lambda: new.file.read(PART), b"")):
        row = {"attachment_id": attachment_id, "part": part, "content": content}
        session.execute(insert(AttachmentContent).values(row))


def _one(session: Session, statement: Any) -> KeptAttachment:
    row = session.execute(statement).one_or_none()
    if row is None:
        raise AttachmentAbsent
    return KeptAttachment.of(row)
