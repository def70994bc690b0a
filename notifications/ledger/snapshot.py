"""Writes the ledger of one occurrence: a row for everybody in the audience, in one statement.

Everybody gets a row: planned, with the channel, or skipped, with the reason. The statement
costs the same memory for a thousand people and for a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, exists, literal, select, text, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.people.tables import Participant
from notifications.ledger.reach import Meant, reached, word
from notifications.ledger.states import DeliveryState
from notifications.ledger.tables import Delivery, MailingText

COLUMNS = (
    Delivery.mailing_id,
    Delivery.occurrence_id,
    Delivery.participant_id,
    Delivery.channel,
    Delivery.address_id,
    Delivery.state,
    Delivery.reason,
    Delivery.priority,
    Delivery.attempts,
    Delivery.tries,
    Delivery.due_at,
    Delivery.claimed_by,
    Delivery.message_id,
    Delivery.text_digest,
    Delivery.provider_id,
)
SHUFFLE = 7919  # a prime: those imported one after the other do not stand in one step
ANALYZE_FROM = 10_000  # PostgreSQL plans claims badly on a table it has no statistics of


@dataclass(frozen=True)
class Snapshot:
    """What to write: who is meant, for which occurrence, and when it is due.

    People are dealt out over the instants of `steps` (at least one), evenly and the same at every repetition.
    """

    meant: Meant
    occurrence_id: int
    steps: tuple[datetime, ...]

    @property
    def due_at(self) -> datetime:
        return self.steps[0]


def write_snapshot(session: Session, snapshot: Snapshot) -> int:
    """Adds the rows that are not there yet; how many it added. Safe to repeat."""
    statement = insert_into(session, Delivery).from_select(COLUMNS, _rows(snapshot)).on_conflict_do_nothing()
    # Subqueries, no WITH: Python 3.11 counts no rows of a statement that does not begin with INSERT.
    added = session.connection().execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    if added >= ANALYZE_FROM and session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE delivery"))
    return added


def forget_skipped(session: Session, occurrence_id: int) -> None:
    """Takes away the rows of those who were skipped and never tried, so that they are judged anew."""
    session.execute(
        delete(Delivery).where(
            Delivery.occurrence_id == occurrence_id, Delivery.state == DeliveryState.SKIPPED, Delivery.attempts == 0
        )
    )


def replan_failed(session: Session, occurrence_id: int, due_at: datetime) -> None:
    """Lets those whom it did not reach have it again; nobody in doubt, nobody who has it."""
    session.execute(
        update(Delivery)
        .where(Delivery.occurrence_id == occurrence_id, Delivery.state == DeliveryState.FAILED)
        .values(state=DeliveryState.PLANNED, reason="", tries=0, due_at=due_at, settled_at=None)
    )


def missing_languages(session: Session, mailing_id: int, occurrence_id: int) -> list[str]:
    """Languages of people who would get the mailing, but for which it has no text."""
    texts = select(MailingText.language).where(MailingText.mailing_id == mailing_id)
    gets_it = exists().where(
        Delivery.mailing_id == mailing_id,
        Delivery.occurrence_id == occurrence_id,
        Delivery.participant_id == Participant.id,
        Delivery.state == DeliveryState.PLANNED,
    )
    # By the language first: nearly always a text is there for everybody, and no delivery has to be read.
    statement = select(Participant.language).where(Participant.language.not_in(texts), gets_it).distinct()
    return sorted(session.scalars(statement))


def _rows(snapshot: Snapshot) -> Select[Any]:
    meant = snapshot.meant
    each = reached(meant)
    return select(
        literal(meant.mailing.id),
        literal(snapshot.occurrence_id),
        each.c.id,
        each.c.channel,
        each.c.address_id,
        case((each.c.reason == word(""), word(DeliveryState.PLANNED)), else_=word(DeliveryState.SKIPPED)),
        each.c.reason,
        literal(0 if meant.is_notice else 1),
        literal(0),
        literal(0),
        _due_at(snapshot, each.c.id),
        word(""),
        word(""),
        word(""),
        word(""),
    ).where(each.c.id.is_not(None))  # SQLite reads ON CONFLICT after FROM as a join's ON, unless WHERE stands between


def _due_at(snapshot: Snapshot, participant_id: ColumnElement[int]) -> ColumnElement[Any]:
    first, *later = [literal(at, Delivery.due_at.type) for at in snapshot.steps]
    if not later:
        return first
    turn = (participant_id * SHUFFLE) % len(snapshot.steps)
    return case(*((turn == number, at) for number, at in enumerate(later, 1)), else_=first)
