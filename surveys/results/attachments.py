"""The files of a round: in lists beside their questions, and all in one archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.engine.refs import form_ref
from surveys.responses.attachment_store import COLUMNS, KeptAttachment, parts
from surveys.responses.attachments import AttachmentState
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


@dataclass
class Archived:
    """How many files an archive holds, and how many could not be put in because they are not here."""

    files: int = 0
    missing: int = 0


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


def write_archive(session: Session, round_id: int, file: BinaryIO) -> Archived:
    """Writes the files of a round as a ZIP, `<response>/<name>` each: what `_response` and the cell say in an export.

    A part of one file is in memory at a time.
    """
    done = Archived()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for _, one in _rows(session, round_id, complete=False):
            if one.state is not AttachmentState.STORED:
                done.missing += 1
                continue
            entry = ZipInfo(f"{one.response_id}/{one.name}", one.created_at.timetuple()[:6])
            with archive.open(entry, "w") as writer:
                for content in parts(session, one.id):
                    writer.write(content)
            done.files += 1
    return done


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
