"""The files of a round: in lists beside their questions, and all in one archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.engine.refs import form_ref
from surveys.responses.archive import Archived, write_zip
from surveys.responses.attachment_store import COLUMNS, KeptAttachment
from surveys.responses.standing import standing
from surveys.responses.store import COMPLETE
from surveys.responses.tables import Answer, Attachment

MOST_LISTED = 50  # of one question
PAGE = 500


@dataclass
class QuestionFiles:
    """The files that answer one question, the first of them, and how many there are beyond."""

    listed: list[KeptAttachment] = field(default_factory=list)
    more: int = 0


def files_by_question(session: Session, round_id: int, most: int = MOST_LISTED) -> dict[str, QuestionFiles]:
    """The files of complete responses by the form's own reference, in the order they came."""
    found: dict[str, QuestionFiles] = {}
    for ref, one in _rows(session, round_id, complete=True):
        files = found.setdefault(form_ref(ref), QuestionFiles())
        if len(files.listed) < most:
            files.listed.append(one)
        else:
            files.more += 1
    return found


def write_archive(session: Session, round_id: int, target: IO[bytes]) -> Archived:
    """Writes the files of a round as a ZIP; an answer that names a file twice puts it in once."""
    seen = 0

    def each() -> Iterator[KeptAttachment]:
        nonlocal seen
        for _, one in _rows(session, round_id, complete=False):
            if one.id != seen:
                yield one
            seen = one.id

    return write_zip(session, each(), target)


def _rows(session: Session, round_id: int, *, complete: bool) -> Iterator[tuple[str, KeptAttachment]]:
    """Files with the reference of the answer that names them, some hundred rows in memory."""
    statement, last = _statement(round_id, complete=complete), (0, "")
    while True:
        behind = (Attachment.id > last[0]) | ((Attachment.id == last[0]) & (Answer.ref > last[1]))
        page = session.execute(statement.where(behind).order_by(Attachment.id, Answer.ref).limit(PAGE)).all()
        for row in page:
            yield row.ref, KeptAttachment.of(row)
        if len(page) < PAGE:
            return
        last = (page[-1].id, page[-1].ref)


def _statement(round_id: int, *, complete: bool) -> Any:
    responses = standing(round_id)
    statement = (
        select(*COLUMNS, Answer.ref)
        .join(Answer, (Answer.response_id == Attachment.response_id) & (Answer.value == Attachment.name))
        .join(responses, responses.c.id == Attachment.response_id)
    )
    return statement.where(responses.c.state == COMPLETE) if complete else statement
