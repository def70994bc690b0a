"""What voters are told of how their vote is treated, true of whoever reads it; and staff, of what they will see."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.many import among
from core.i18n import N_, Translator
from core.people.merged import all_of
from core.people.tables import Membership
from surveys.polls.kinds import SECRECY_TOLD, TOLD_IN_CHAT, TOLD_ON_PAGE, TOLD_THE_LENT, Secrecy
from surveys.polls.poll import Definition, Poll
from surveys.polls.voters import Voter

SMALL_ROOM = N_(
    "In a small room choose the named vote: of an anonymous poll with fewer than {least} votes nothing is shown, and "
    "of more the numbers behind which few people stand are not."
)


def secrecy_told(session: Session, poll: Poll, voter: Voter) -> str:
    """A message id: walk-ins have no name here, and an office that asks another's people does not learn theirs."""
    if poll.is_secret:
        return SECRECY_TOLD["anonymous"]
    if voter.participant_id is None:
        return TOLD_ON_PAGE if voter.account is None else TOLD_IN_CHAT
    return SECRECY_TOLD["named"] if _has_name(session, poll, voter.participant_id) else TOLD_THE_LENT


def room_warned(new: Definition, t: Translator, least: int) -> str:
    """What whoever makes an anonymous poll for a room is told; "" of any other."""
    in_room = new.event_id is not None or new.walk_ins
    return t(SMALL_ROOM, least=least) if in_room and new.secrecy is Secrecy.ANONYMOUS else ""


def _has_name(session: Session, poll: Poll, participant_id: int) -> bool:
    """Whether the office that asks reads a name beside the vote: of whoever is, or was, among its own people."""
    own = among(Membership.participant_id, all_of(session, participant_id)), Membership.office_id == poll.office_id
    return session.scalar(select(Membership.id).where(*own).limit(1)) is not None
