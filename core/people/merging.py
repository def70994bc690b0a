"""Merging two participants who are one person: confirmed by staff, never automatic."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.people.consent import Proof, consents, state_consent
from core.people.errors import MergeWrong
from core.people.store import remaining
from core.people.tables import Consent, Membership, Participant
from core.people.withdrawing import tell_withdrawn

MERGED = "merge"  # by which way a webhook hears of a consent taken back
KNOWN = tuple(
    column for column in Membership.__table__.columns if column.name not in {"id", "participant_id", "reference"}
)


def merge(session: Session, participant_id: int, into: int, now: datetime) -> None:
    """Says that `participant_id` is the same person as `into`, who remains; moves no row.

    An office that knew only the one who goes gets a membership of the one who remains, so that
    its audiences still reach them. Where both spoke of consent, the later word counts; where
    both answered, the earliest response stands. Raises MergeWrong.
    """
    gone, kept = remaining(session, participant_id), remaining(session, into)
    pair = list(session.scalars(select(Participant).where(Participant.id.in_([gone, kept]))))
    if len(pair) != 2 or any(one.erased_at for one in pair):
        raise MergeWrong
    session.execute(update(Participant).where(Participant.id == gone).values(merged_into=kept))
    offices = select(Membership.office_id).where(Membership.participant_id == kept)
    only_gone = select(*KNOWN).where(Membership.participant_id == gone, Membership.office_id.not_in(offices))
    for row in session.execute(only_gone).mappings().all():
        # The reference stays with the older row: it is unique in an office.
        session.execute(insert(Membership).values({**row, "participant_id": kept, "reference": None, "joined_at": now}))
    withdrawn: dict[int, set[tuple[str, str]]] = {}
    for one in session.scalars(select(Consent).where(Consent.participant_id == gone, Consent.ended_at.is_(None))).all():
        proof, about = Proof(one.text_version, one.source), (one.purpose, one.channel)
        stood = consents(session, kept, one.office_id).get(about)
        counts = state_consent(session, kept, one.office_id, *about, one.granted, proof, one.stated_at)
        if counts and stood and not one.granted:
            withdrawn.setdefault(one.office_id, set()).add(about)
    for office_id, news in withdrawn.items():
        tell_withdrawn(session, (kept, office_id), news, MERGED, now)
