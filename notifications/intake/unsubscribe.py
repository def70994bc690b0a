"""The person decides: no more messages of a purpose, or of an office, from a message's own link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import LinkForged
from core.people.preferences import unsubscribe as object_to
from notifications.ledger.tables import Delivery, Mailing

SOURCE = "unsubscribe-link"


def unsubscribe(session: Session, delivery_id: int, everything: bool, now: datetime) -> None:
    """Objects to the purpose of the mailing a delivery belongs to, or to everything of its office.

    Repeating it changes nothing. Raises LinkForged for a delivery that is not there.
    """
    delivery = session.get(Delivery, delivery_id)
    mailing = session.get(Mailing, delivery.mailing_id) if delivery is not None else None
    if delivery is None or mailing is None or mailing.office_id is None:
        raise LinkForged
    purpose = None if everything or not mailing.purpose else mailing.purpose
    object_to(session, delivery.participant_id, mailing.office_id, purpose, f"{SOURCE}:{delivery_id}", now)
