"""What was written to the office, as contributions; and everything that is one, from all parts."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.contributions.kinds import Found, Kind, Said, Source
from core.database.many import among
from core.ids import read_id
from core.people.merged import MERGED, person_of
from core.process.own_process import HOME_LANGUAGE, processes_of
from core.process.room.contributions import room_sources
from core.process.tables import Process
from notifications.intake.inbox import SHOWN
from notifications.intake.tables import VOTE, IncomingMail
from notifications.ledger.tables import Delivery, Mailing
from surveys.contributions import survey_sources
from surveys.responses.shelf import FormShelf


def every_source(shelf: FormShelf, least: int) -> tuple[Source, ...]:
    return *survey_sources(shelf, least), *room_sources(), Source(Kind.MESSAGE, _messages, _read_messages)


def _messages(session: Session, process_id: int) -> Iterator[Found]:
    """Answers to mailings of the process; what was written to the office by itself belongs to its newest process."""
    office_id = session.get_one(Process, process_id).office_id
    newest = processes_of(session, office_id)[0].id == process_id
    its_own = Mailing.process_id == process_id
    unasked = and_(Mailing.process_id.is_(None), IncomingMail.office_id == office_id)
    found = (
        select(IncomingMail.id, person_of(IncomingMail.participant_id).label("person"), IncomingMail.received_at)
        .outerjoin(Delivery, Delivery.id == IncomingMail.delivery_id)
        .outerjoin(Mailing, Mailing.id == Delivery.mailing_id)
        .outerjoin(MERGED, MERGED.c.id == IncomingMail.participant_id)
        .where(IncomingMail.state.in_(SHOWN), IncomingMail.words != "", IncomingMail.kind == "none")
        .where(IncomingMail.reason != VOTE)  # counted or not, whatever greets below it
        .where(or_(its_own, unasked) if newest else its_own)
    )
    for row in session.execute(found):
        yield Found(str(row.id), row.person, row.received_at)


def _read_messages(session: Session, sources: Collection[str]) -> dict[str, Said]:
    ids = [number for one in sources if (number := read_id(one)) is not None]
    found = select(IncomingMail.id, IncomingMail.subject, IncomingMail.words).where(among(IncomingMail.id, ids))
    rows = session.execute(found)
    return {str(row.id): Said(row.words, {HOME_LANGUAGE: row.subject} if row.subject else {}) for row in rows}
