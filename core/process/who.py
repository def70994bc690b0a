"""Who may say something about a matter of an office."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.store import membership, remaining
from core.people.tables import Participant


class NotInvited(Problem):
    text = N_("This event belongs to an office that does not know you, so your reply cannot be kept.")
    status = 403


def person_who_may(session: Session, office_id: int, participant_id: int, *, invited: bool) -> int:
    """The participant who remains: a member of the office, or `invited` by what was sent to them.

    Raises ParticipantUnknown, PersonErased, NotInvited.
    """
    person = remaining(session, participant_id)
    known = session.execute(select(Participant.erased_at).where(Participant.id == person)).one_or_none()
    if known is None:
        raise ParticipantUnknown
    if known.erased_at is not None:
        raise PersonErased
    if not invited and membership(session, office_id, person) is None:
        raise NotInvited
    return person
