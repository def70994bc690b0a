"""Erasing a person: what identifies them goes, what was counted stays without a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from core.people.erased import remember_erased
from core.people.eraser import Eraser
from core.people.join_requests import forget_requests_of
from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Address, Consent, ContactPerson, Joining, Membership, Participant
from core.process.appointments.booking import free_all_of
from core.process.attendance import erase_attendance
from core.process.dates.my_data import erase_dates
from core.process.door.my_data import erase_door
from core.process.room.my_data import erase_room
from core.process.tables import PackageItem
from core.tables import Notice
from core.webhooks.tables import WebhookCall

PERSON = "person"  # the kind under which packages remember people


def erase_person(session: Session, participant_id: int, erasers: Sequence[Eraser], now: datetime) -> None:
    """Removes addresses, memberships, consents, replies to events and, by the erasers, answers.

    The rows of participants stay, empty, so that the ledger's counts remain true; a digest
    stays, so that no import brings the person back.
    """
    ids = all_of(session, remaining(session, participant_id))
    for erase in erasers:
        erase(session, ids)
    remember_erased(session, ids, now)
    for known in session.execute(_references(ids)).all():
        loaded = delete(PackageItem).where(PackageItem.office_id == known.office_id, PackageItem.kind == PERSON)
        session.execute(loaded.where(PackageItem.slug == known.reference))
    forget_requests_of(session, ids, erasers, now)
    addresses = select(Address.id).where(Address.participant_id.in_(ids))
    session.execute(delete(Joining).where(Joining.address_id.in_(addresses)))
    session.execute(delete(Notice).where(Notice.participant_id.in_(ids)))
    session.execute(update(WebhookCall).where(WebhookCall.participant_id.in_(ids)).values(participant_id=None))
    erase_attendance(session, ids)
    erase_door(session, ids)
    erase_room(session, ids)
    free_all_of(session, ids)
    erase_dates(session, ids)
    for table in (Address, ContactPerson, Consent, Membership):
        session.execute(delete(table).where(table.participant_id.in_(ids)))
    session.execute(update(Participant).where(Participant.id.in_(ids)).values(erased_at=now, paused_until=None))


def _references(ids: Sequence[int]) -> Select[int, str | None]:
    """By what name offices knew somebody; what a package remembers of them goes by it."""
    known = select(Membership.office_id, Membership.reference)
    return known.where(Membership.participant_id.in_(ids), Membership.reference.is_not(None))
