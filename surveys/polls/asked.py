"""Which polls somebody may vote in now, and which take place at an event."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Membership
from surveys.polls.lent import polls_lent_to
from surveys.polls.poll import Poll
from surveys.polls.store import open_polls
from surveys.polls.tables import Poll as Row
from surveys.polls.voters import who_may_vote


def polls_for(session: Session, participant_id: int, now: datetime) -> list[Poll]:
    """The polls of somebody's offices that are open and addressed to them, voted in or not; the oldest first."""
    person = remaining(session, participant_id)
    ids = all_of(session, person)
    offices = select(Membership.office_id).where(Membership.participant_id.in_(ids), Membership.left_at.is_(None))
    found = open_polls(session, or_(Row.office_id.in_(offices), Row.id.in_(polls_lent_to(offices))), now)
    return [one for one in found if one.definition.walk_ins or person in who_may_vote(session, one, {person: ids}, now)]
