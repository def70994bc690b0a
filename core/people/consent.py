"""Consent: a statement about a purpose and a channel, with its proof. Statements are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.i18n import N_
from core.people.channels import CHANNELS
from core.people.errors import ChannelUnknown, PurposeUnknown
from core.people.tables import Consent

PURPOSES = ("questionnaires", "events", "polls", "results")
PURPOSE_NAMES = {
    "questionnaires": N_("Questionnaires"),
    "events": N_("Events and meetings"),
    "polls": N_("Quick polls"),
    "results": N_("Results and what became of them"),
}

AT_THE_DOOR = "door"  # in the place of a channel: to be noted as having come; nobody is written to by it


@dataclass(frozen=True)
class Proof:
    """Which text a person agreed or objected to ("" for none) and where they did."""

    text_version: str
    source: str


def state_consent(  # noqa: PLR0913, PLR0917 - who, to whom, for what, by which way, what, shown by what, and when
    session: Session,
    participant_id: int,
    office_id: int,
    purpose: str,
    channel: str,
    granted: bool,
    proof: Proof,
    now: datetime,
) -> bool:
    """Keeps a statement made at `now`; the one before it ends. False when it changes nothing.

    A statement older than the current one (an old list imported late) does not undo it.
    Raises PurposeUnknown, ChannelUnknown.
    """
    if purpose not in PURPOSES:
        raise PurposeUnknown(value=purpose, known=", ".join(PURPOSES))
    if channel not in {*CHANNELS, AT_THE_DOOR}:
        raise ChannelUnknown(value=channel, known=", ".join(CHANNELS))
    about = (
        Consent.participant_id == participant_id,
        Consent.office_id == office_id,
        Consent.purpose == purpose,
        Consent.channel == channel,
        Consent.ended_at.is_(None),
    )
    current = session.scalars(select(Consent).where(*about)).one_or_none()
    if current is not None:
        same = (current.granted, current.text_version, current.source) == (granted, proof.text_version, proof.source)
        if same or current.stated_at > now:
            return False
        session.execute(update(Consent).where(*about).values(ended_at=now))
    session.execute(
        insert(Consent).values(
            participant_id=participant_id,
            office_id=office_id,
            purpose=purpose,
            channel=channel,
            granted=granted,
            text_version=proof.text_version,
            source=proof.source,
            stated_at=now,
            ended_at=None,
        )
    )
    return True


def consents(session: Session, participant_id: int, office_id: int) -> dict[tuple[str, str], bool]:
    """What stands now, by (purpose, channel); what was never stated is not in it."""
    statement = select(Consent.purpose, Consent.channel, Consent.granted).where(
        Consent.participant_id == participant_id, Consent.office_id == office_id, Consent.ended_at.is_(None)
    )
    return {(row.purpose, row.channel): row.granted for row in session.execute(statement)}


def consent_history(session: Session, participant_id: int, office_id: int | None = None) -> list[Consent]:
    """Every statement of a person, oldest first; the proof when a consent is doubted."""
    statement = select(Consent).where(Consent.participant_id == participant_id).order_by(Consent.stated_at, Consent.id)
    if office_id is not None:
        statement = statement.where(Consent.office_id == office_id)
    return list(session.scalars(statement))
