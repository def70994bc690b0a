"""The mails that somebody wrote to an office, for the person; and their erasing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.people.my_data import Contributor
from notifications.intake.attending import forget_confirmations
from notifications.intake.states import MailState
from notifications.intake.tables import IncomingMail


def mails_contributor() -> Contributor:
    """The part of a person's export that incoming mails add."""
    return "mails", export_mails


def export_mails(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these participants wrote to offices, JSON-able, oldest first."""
    statement = select(IncomingMail).where(
        IncomingMail.participant_id.in_(participant_ids),
        IncomingMail.state.in_((MailState.FOR_STAFF, MailState.NOTED, MailState.READ, MailState.ANSWERED)),
    )
    return [
        {"at": one.received_at.isoformat(), "subject": one.subject, "words": one.words} | _answered(one)
        for one in session.scalars(statement.order_by(IncomingMail.id))
    ]


def _answered(one: IncomingMail) -> dict[str, Any]:
    if one.answered_at is None:
        return {}
    return {"answer": one.answer, "answered_at": one.answered_at.isoformat()}


def erase_mails(session: Session, participant_ids: Sequence[int]) -> None:
    """Removes every mail that came from or about these participants, and what its confirmation said."""
    forget_confirmations(session, participant_ids)
    session.execute(delete(IncomingMail).where(IncomingMail.participant_id.in_(participant_ids)))
