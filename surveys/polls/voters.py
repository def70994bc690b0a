"""Who votes: a person, by whichever door, or somebody who is told apart from others and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.links import Links, Purpose
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.merged import everybody_behind
from core.people.tables import Address, Audience, Membership, Participant
from surveys.polls.errors import NotAsked
from surveys.polls.lent import is_lent
from surveys.polls.poll import Poll
from surveys.polls.tables import NamedBallot, PollVoter
from surveys.responses.audience import round_audience

TELEGRAM = "telegram"
DIGEST = 24  # hexadecimal digits


@dataclass(frozen=True)
class Voter:
    """Who presses: a participant, else a Telegram account by its number, else a browser by its token."""

    participant_id: int | None = None
    account: int | None = None
    browser: str = ""

    @property
    def lock(self) -> str:
        """The key under which this voter's units run one after the other."""
        if self.participant_id is not None:
            return f"participant:{self.participant_id}"
        return f"chat:{self.account}" if self.account is not None else f"browser:{self.browser}"


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a poll: `key` is theirs in the register, also before they are in it."""

    key: str
    participant_id: int | None
    apart: bool
    has_voted: bool


def standing_of(session: Session, links: Links, poll: Poll, voter: Voter, now: datetime) -> Standing:
    """Raises NotAsked, ParticipantUnknown, PersonErased. Whoever has voted stays among the voters."""
    if voter.participant_id is None:
        key = _key_of(links, poll.id, voter)
        if not poll.definition.walk_ins:
            raise NotAsked
        return Standing(key, None, True, bool(_registered(session, poll.id, [key])))
    person, ids = _living(session, voter.participant_id)
    known = _registered(session, poll.id, _keys_of(session, links, poll, ids, voter))
    if known:
        first = _first_of(session, poll, known)
        return Standing(first.voter, first.participant_id, first.apart, True)
    apart = not may_vote(session, poll, person, ids, now)
    if apart and not poll.definition.walk_ins:
        raise NotAsked
    return Standing(person_key(person), person, apart, False)


def may_vote(session: Session, poll: Poll, person: int, ids: Sequence[int], now: datetime) -> bool:
    """Whether the poll is for somebody who remains: its audience holds them now; without one, the office knows them.

    So it is for the people of offices that lend theirs (lent.py).
    """
    return _is_asked(session, poll, person, ids, now) or is_lent(session, poll.id, ids)


def _is_asked(session: Session, poll: Poll, person: int, ids: Sequence[int], now: datetime) -> bool:
    audience_id = poll.definition.audience_id
    if audience_id is None:
        return session.connection().execute(_MEMBER, {"ids": ids, "office": poll.office_id}).first() is not None
    rule = session.scalars(select(Audience.rule).where(Audience.id == audience_id)).one()
    meant = round_audience()(rule, poll.office_id, now)
    return session.scalar(select(Participant.id).where(Participant.id == person, meant)) is not None


def person_key(participant_id: int) -> str:
    return f"p:{participant_id}"


def account_key(links: Links, poll_id: int, account: int) -> str:
    """A Telegram account without its number: keyed, since the numbers are few enough to be tried."""
    return f"t:{_digest(links, poll_id, str(account))}"


def _key_of(links: Links, poll_id: int, voter: Voter) -> str:
    if voter.account is not None:
        return account_key(links, poll_id, voter.account)
    return f"b:{_digest(links, poll_id, voter.browser)}"


def _digest(links: Links, poll_id: int, name: str) -> str:
    return links.derive(Purpose.POLL_VOTER, f"{poll_id}:{name}".encode()).hex()[:DIGEST]


def _keys_of(session: Session, links: Links, poll: Poll, ids: Sequence[int], voter: Voter) -> list[str]:
    """Every key under which a person may have voted: before a merge, or from an account that was nobody's yet."""
    keys = [person_key(one) for one in sorted(ids)]
    if not poll.definition.walk_ins:
        return keys
    mine = Address.participant_id.in_(ids), Address.channel == TELEGRAM
    accounts = {int(value) for value in session.scalars(select(Address.value).where(*mine)) if value.isdecimal()}
    accounts |= {voter.account} if voter.account is not None else set()
    return keys + [account_key(links, poll.id, one) for one in sorted(accounts)]


def _registered(session: Session, poll_id: int, keys: Sequence[str]) -> Sequence[Any]:
    found = session.connection().execute(_REGISTERED, {"poll": poll_id, "keys": keys}).all()
    return sorted(found, key=lambda one: keys.index(one.voter))


def _first_of(session: Session, poll: Poll, known: Sequence[Any]) -> Any:
    """Of several that are one person's since a merge the one whose ballot counts: of a named poll that given first."""
    if poll.is_secret or len(known) == 1:
        return known[0]
    given = {"poll": poll.id, "keys": [one.voter for one in known]}
    first = session.connection().execute(_GIVEN_FIRST, given).scalar()
    return next((one for one in known if one.voter == first), known[0])


def _living(session: Session, participant_id: int) -> tuple[int, list[int]]:
    """Who remains, with all that were merged into them; raises ParticipantUnknown, PersonErased."""
    rows = everybody_behind(session, participant_id)
    root = next((row for row in rows if row.merged_into is None), None)
    if root is None:
        raise ParticipantUnknown
    if root.erased_at is not None:
        raise PersonErased
    return root.id, [row.id for row in rows]


# Made once: every vote passes here, and to write a statement costs more than to run it.
_REGISTERED = select(PollVoter.voter, PollVoter.participant_id, PollVoter.apart).where(
    PollVoter.poll_id == bindparam("poll"), PollVoter.voter.in_(bindparam("keys", expanding=True))
)
_GIVEN_FIRST = (
    select(NamedBallot.voter)
    .where(NamedBallot.poll_id == bindparam("poll"), NamedBallot.voter.in_(bindparam("keys", expanding=True)))
    .order_by(NamedBallot.first_at, NamedBallot.voter)
    .limit(1)
)
_MEMBER = (
    select(Membership.id)
    .where(
        Membership.participant_id.in_(bindparam("ids", expanding=True)),
        Membership.office_id == bindparam("office"),
        Membership.left_at.is_(None),
    )
    .limit(1)
)
