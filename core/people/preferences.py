"""What a person wishes: language, channel, a pause, or no more messages."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.i18n import LANGUAGES, N_
from core.people.channels import CHANNEL_NAMES, CHANNELS
from core.people.consent import PURPOSES, Proof, consents, state_consent
from core.people.errors import ChannelUnknown, LanguageUnknown, ParticipantUnknown
from core.people.store import membership
from core.people.tables import Participant
from core.people.withdrawing import withdraw

WITHOUT_END = datetime(9999, 1, 1, tzinfo=UTC)
PREFERRED = {"": N_("Whichever is at hand"), **CHANNEL_NAMES}


def set_language(session: Session, participant_id: int, language: str) -> None:
    """Raises LanguageUnknown, ParticipantUnknown."""
    if language not in LANGUAGES:
        raise LanguageUnknown(value=language, known=", ".join(LANGUAGES))
    _set(session, participant_id, language=language)


def set_preferred_channel(session: Session, participant_id: int, channel: str) -> None:
    """`channel` "" leaves the choice to us; raises ChannelUnknown, ParticipantUnknown."""
    if channel and channel not in CHANNELS:
        raise ChannelUnknown(value=channel, known=", ".join(CHANNELS))
    _set(session, participant_id, preferred_channel=channel)


def pause(session: Session, participant_id: int, until: datetime | None = None) -> None:
    """Stops mailings of every office until an instant; None: until the person ends it."""
    _set(session, participant_id, paused_until=until or WITHOUT_END)


def end_pause(session: Session, participant_id: int) -> None:
    _set(session, participant_id, paused_until=None)


def wanted_purposes(session: Session, participant_id: int, office_id: int) -> frozenset[str]:
    """What an office may write about: where one channel at least is allowed, by consent or by the public task."""
    return frozenset().union(*(wanted_in(session, participant_id, office_id, channel) for channel in CHANNELS))


def wanted_in(session: Session, participant_id: int, office_id: int, channel: str) -> frozenset[str]:
    """What an office may write about by a channel."""
    stated = consents(session, participant_id, office_id)
    known = membership(session, office_id, participant_id)
    usual = known is not None and known.legal_basis == "public-task"
    return frozenset(purpose for purpose in PURPOSES if stated.get((purpose, channel), usual))


def want_purpose(  # noqa: PLR0913, PLR0917 - who and whose, what, whether, shown by what, and when
    session: Session, person: tuple[int, int], purpose: str, granted: bool, proof: Proof, now: datetime
) -> None:
    """States for every channel whether an office may write about something; `person` is (participant, office)."""
    if not granted:
        withdraw(session, *person, (purpose,), proof, now)
        return
    for channel in CHANNELS:
        state_consent(session, *person, purpose, channel, True, proof, now)


def unsubscribe(  # noqa: PLR0913, PLR0917 - a link's numbers, what it is about, and the proof
    session: Session, participant_id: int, office_id: int, purpose: str | None, source: str, now: datetime
) -> None:
    """Objects to an office's messages over all channels, for one purpose or (None) for every one.

    It holds against the public task too. Raises PurposeUnknown.
    """
    withdraw(session, participant_id, office_id, (purpose,) if purpose else PURPOSES, Proof("", source), now)


def _set(session: Session, participant_id: int, **values: object) -> None:
    mine = Participant.id == participant_id, Participant.erased_at.is_(None)
    changed = session.execute(update(Participant).where(*mine).values(**values).returning(Participant.id)).first()
    if changed is None:
        raise ParticipantUnknown
