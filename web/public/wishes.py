"""What a person wishes of an office, read and kept as the preferences page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.people import preferences
from core.people.consent import Proof
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.store import remaining
from core.people.tables import Participant
from core.people.withdrawing import withdraw
from core.process.time_zone import time_zone_of
from web.public.store import is_in_chat

PROOF = Proof("preferences-page:1", "preferences-page")


@dataclass(frozen=True)
class Wishes:
    """`purposes` are those that the person is written to about; `paused_until` is a local day."""

    language: str
    channel: str
    purposes: frozenset[str]
    paused_until: date | None = None
    in_chat: bool = False  # whether a Telegram account is joined


def load_wishes(session: Session, participant_id: int, office_id: int, now: datetime) -> Wishes:
    """Raises PersonErased, and ParticipantUnknown for somebody who never was."""
    person = session.get(Participant, remaining(session, participant_id))
    if person is None:
        raise ParticipantUnknown
    if person.erased_at is not None:
        raise PersonErased
    paused = person.paused_until if person.paused_until and person.paused_until > now else None
    zone = ZoneInfo(time_zone_of(session, office_id))
    return Wishes(
        person.language,
        person.preferred_channel,
        preferences.wanted_purposes(session, person.id, office_id),
        # A pause without an end lies beyond what a time zone can reckon with.
        (paused.date() if paused.year == date.max.year else paused.astimezone(zone).date()) if paused else None,
        is_in_chat(session, person.id),
    )


def keep_wishes(session: Session, person: tuple[int, int], wanted: Wishes, now: datetime) -> None:
    """Keeps the wishes of (participant, office); consent is stated only where it changed."""
    participant_id, office_id = remaining(session, person[0]), person[1]
    before = load_wishes(session, participant_id, office_id, now)
    preferences.set_language(session, participant_id, wanted.language)
    preferences.set_preferred_channel(session, participant_id, wanted.channel)
    withdraw(session, participant_id, office_id, before.purposes - wanted.purposes, PROOF, now)
    for purpose in wanted.purposes - before.purposes:
        preferences.want_purpose(session, (participant_id, office_id), purpose, True, PROOF, now)
    if wanted.paused_until is None:
        preferences.end_pause(session, participant_id)
    elif wanted.paused_until != before.paused_until:
        zone = ZoneInfo(time_zone_of(session, office_id))
        preferences.pause(session, participant_id, datetime.combine(wanted.paused_until, time(), zone))
