"""What a person answered, for the person; and its erasing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.people.my_data import Contributor
from surveys.engine.session import Session as Engine
from surveys.responses.archive import write_zip
from surveys.responses.attachment_store import KeptAttachment, of_responses
from surveys.responses.rounds import SubjectKind
from surveys.responses.service import counting
from surveys.responses.subjects import find_person
from surveys.responses.tables import Answer, Attachment, Response, Round

OWN = SubjectKind.PARTICIPANT.value


def answers_contributor() -> Contributor:
    """The part of a person's export that surveys adds."""
    return "answers", export_answers


def export_answers(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every response these participants gave, with its answers, JSON-able, oldest first.

    `draft` holds what was changed since a response was sent and not sent anew.
    """
    return [
        {
            "round": row.slug,
            "title": row.title,
            "response": row.id,  # the folder of its files in the archive
            "state": row.state,
            "started_at": row.started_at.isoformat(),
            "completed_at": row.completed_at.isoformat() if row.completed_at else None,
            "answers": (answers := _answers(session, row.id)),
            "draft": _draft(row, answers),
            "files": _files(session, row.id),
        }
        for row in kept_responses(session, participant_ids)
    ]


def kept_responses(session: Session, participant_ids: Sequence[int]) -> Sequence[Any]:
    """The responses these participants gave, oldest first, each with its round and its session."""
    return session.execute(
        select(
            Response.id, Round.slug, Round.title, Response.state, Response.session, Response.started_at,
            Response.completed_at,
        )
        .join(Round, Round.id == Response.round_id)
        .where(Response.participant_id.in_(participant_ids))
        .order_by(Response.started_at, Response.id)
    ).all()  # fmt: skip


def export_files(session: Session, participant_id: int, target: IO[bytes]) -> None:
    """The files a person sent, as a ZIP; what names them is in `export_answers`."""
    write_zip(session, _sent_files(session, participant_id), target)


def has_files(session: Session, participant_id: int) -> bool:
    return next(_sent_files(session, participant_id), None) is not None


def erase_answers(session: Session, participant_ids: Sequence[int]) -> None:
    """Removes what these participants answered for themselves.

    What they answered for an organisation or a municipality is its answer and stays, without
    the name of who gave it.
    """
    theirs = Response.participant_id.in_(participant_ids)
    own = select(Response.id).where(theirs, Response.subject_kind == OWN)
    session.execute(delete(Answer).where(Answer.response_id.in_(own)))
    session.execute(delete(Response).where(theirs, Response.subject_kind == OWN))  # and with them their files
    left = select(Response.id).where(theirs)
    session.execute(update(Attachment).where(Attachment.response_id.in_(left)).values(chat_id=None))
    session.execute(update(Response).where(theirs).values(participant_id=None))


def _draft(row: Any, answers: Sequence[dict[str, str]]) -> dict[str, str]:
    """By question, "" where an answer was taken away."""
    if row.completed_at is None:
        return {}  # before it is sent, every answer is kept at once
    sent = {one["question"]: one["value"] for one in answers}
    now = counting(Engine.from_json(row.session))
    return {ref: now.get(ref, "") for ref in sent | now if now.get(ref) != sent.get(ref)}


def _sent_files(session: Session, participant_id: int) -> Iterator[KeptAttachment]:
    person = find_person(session, participant_id)
    theirs = Response.participant_id.in_(person.ids if person else [])
    yield from of_responses(session, session.scalars(select(Response.id).where(theirs)))


def _files(session: Session, response_id: int) -> list[dict[str, Any]]:
    """The files that answers name; `state` waiting or failed where the file itself is not here."""
    return [
        {
            "name": one.name,
            "media_type": one.media_type,
            "bytes": one.size,
            "sha256": one.sha256,
            "state": one.state.value,
            "sent_at": one.created_at.isoformat(),
        }
        for one in of_responses(session, [response_id])
    ]


def _answers(session: Session, response_id: int) -> list[dict[str, str]]:
    found = session.execute(
        select(Answer.ref, Answer.value, Answer.door, Answer.answered_at)
        .where(Answer.response_id == response_id)
        .order_by(Answer.id)
    )
    return [
        {"question": row.ref, "value": row.value, "door": row.door, "answered_at": row.answered_at.isoformat()}
        for row in found
    ]
