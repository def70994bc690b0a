"""Who was invited to an event and has not decided: they have its date in their calendar, as those who come do."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.people.merged import MERGED, person_of
from core.people.tables import Participant
from core.process.replies import Reply
from core.process.standing import standing_attendance
from core.process.tables import Event
from notifications.ledger.budget import LEFT
from notifications.ledger.events import event_id_of_mailing, has_rsvp
from notifications.ledger.states import Kind
from notifications.ledger.tables import Delivery, Mailing, Occurrence

INVITE = ("notice-substitute-invited", "notice-date-chosen")  # notices that do what an invitation does


def undecided(session: Session, event_id: int) -> set[int]:
    """Those to whom an invitation left and those who said maybe, without whoever said anything else."""
    attended = standing_attendance(event_id)
    said = {row.person_id: row.reply for row in session.execute(select(attended.c.person_id, attended.c.reply))}
    known = invited(session, event_id) | set(said)
    return {one for one in known if said.get(one, Reply.MAYBE) in {Reply.MAYBE, Reply.LAPSED}}


def invited(session: Session, event_id: int) -> set[int]:
    """Those to whom an invitation to an event left, as who they are now."""
    process_id = session.scalar(select(Event.process_id).where(Event.id == event_id))
    mailings = select(Mailing.id).where(Mailing.process_id == process_id, event_id_of_mailing() == event_id)
    asking = [one for one in session.scalars(mailings) if has_rsvp(session, one)]
    by_mailing = _readers().where(Delivery.mailing_id.in_(asking))
    return {*session.scalars(by_mailing), *session.scalars(invited_by_notice(event_id))}


def invited_by_notice(event_id: int) -> Select[int]:
    """Those to whom a notice left that asks whether they come."""
    return (
        _readers()
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .where(Mailing.kind == Kind.NOTICE, Mailing.slug.in_(INVITE))
        .where(Occurrence.values["event_id"].as_integer() == event_id)
    )


def _readers() -> Select[int]:
    """Of what left, as who they are now."""
    return (
        select(person_of(Delivery.participant_id))
        .select_from(Delivery)
        .join(Participant, Participant.id == Delivery.participant_id)
        .outerjoin(MERGED, MERGED.c.id == Delivery.participant_id)
        .where(Delivery.state.in_(LEFT), Participant.erased_at.is_(None))
    )
