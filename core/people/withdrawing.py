"""A person takes back that an office may write to them: kept as statements, and told to the office's webhooks once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from core.people.channels import CHANNELS
from core.people.consent import PURPOSES, Proof, consents, state_consent
from core.webhooks.emitting import Happening, emit
from core.webhooks.kinds import Kind


def withdraw(  # noqa: PLR0913, PLR0917 - who, towards whom, what, shown by what, and when
    session: Session, participant_id: int, office_id: int, purposes: Iterable[str], proof: Proof, now: datetime
) -> None:
    """Objects over all channels; what had been objected to already is told to nobody. Raises PurposeUnknown."""
    stood = consents(session, participant_id, office_id)
    news = {
        (purpose, channel)
        for purpose in purposes
        for channel in CHANNELS
        if state_consent(session, participant_id, office_id, purpose, channel, False, proof, now)
        and stood.get((purpose, channel)) is not False
    }
    tell_withdrawn(session, (participant_id, office_id), news, proof.source.partition(":")[0], now)


def tell_withdrawn(
    session: Session, who: tuple[int, int], news: Iterable[tuple[str, str]], source: str, now: datetime
) -> None:
    """Tells the webhooks of (participant, office) which (purpose, channel) pairs were withdrawn, and by which way."""
    pairs = set(news)
    if not pairs:
        return
    purposes, channels = {purpose for purpose, _ in pairs}, {channel for _, channel in pairs}
    data = {
        "purposes": [one for one in PURPOSES if one in purposes],
        "channels": [one for one in CHANNELS if one in channels],
        "source": source,
    }
    participant_id, office_id = who
    emit(session, Happening(Kind.UNSUBSCRIBED, office_id, participant_id, data=data), now)
