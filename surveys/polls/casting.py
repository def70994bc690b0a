"""Where all doors meet to vote: one ballot a person and poll, whichever door it came through.

Every function is one unit of work on a Session, in the caller's transaction; units of one voter run under
`Voter.lock`, and nobody is thanked before the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from core.database.inserting import INSERTS
from core.ids import Ids
from core.inbound import first_time
from core.links import Links
from surveys.polls.ballot import Choice, ballot_of
from surveys.polls.errors import PollClosed, PollNotOpen, SecretByMail, VotedAlready
from surveys.polls.kinds import State
from surveys.polls.mixing import drop_in, hold
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll
from surveys.polls.tables import NamedBallot, PollVoter
from surveys.polls.voters import Standing, Voter, standing_of
from surveys.results.protecting import LEAST

MAIL = "mail"


@dataclass(frozen=True)
class Booth:
    """What voting stands on: the secret that tells voters apart, the one source of random numbers, and how many people
    have to stand behind a number of an anonymous poll that its voters read."""

    links: Links
    ids: Ids
    small_numbers: int = LEAST


@dataclass(frozen=True)
class Vote:
    """What somebody chose. `key` is the door's own name for the update or post, "" where the door noted it already."""

    poll_id: int
    voter: Voter
    choice: Choice
    door: str  # chat, web, mail, group
    key: str = ""


@dataclass(frozen=True)
class Cast:
    """What became of a vote. `ballot` is "" for a secret one: not even the door has to know it any more.

    `changed` says that a named ballot was replaced by another one, `duplicate` that this very press came before.
    """

    poll: Poll
    standing: Standing
    ballot: str = ""
    changed: bool = False
    duplicate: bool = False


@dataclass(frozen=True)
class Stand:
    """Where somebody stands before a poll: whether they have voted, and, of a named poll, what."""

    poll: Poll
    standing: Standing
    ballot: str = ""

    @property
    def has_voted(self) -> bool:
        return self.standing.has_voted


def cast(session: Session, booth: Booth, vote: Vote, now: datetime) -> Cast:
    """Counts a vote; the same press again changes nothing.

    Raises PollUnknown, PollNotOpen, PollClosed, NotAsked, VotedAlready, SecretByMail, ParticipantUnknown, PersonErased,
    and a BallotRefused for what is no ballot.
    """
    if vote.key and not first_time(session, vote.door, vote.key, now):
        stand = stand_of(session, booth.links, vote.poll_id, vote.voter, now)
        return Cast(stand.poll, stand.standing, stand.ballot, duplicate=True)
    hold(session, vote.poll_id)
    poll = load_poll(session, vote.poll_id)
    check_open(poll, now)
    standing = standing_of(session, booth.links, poll, vote.voter, now)
    if poll.is_secret:
        return _cast_secret(session, booth.ids, (poll, standing), vote)
    ballot = ballot_of(poll, vote.choice)
    changed = _keep_named(session, (poll, standing), (ballot, vote.door), now)
    return Cast(poll, standing, ballot, changed)


def withdraw(session: Session, booth: Booth, vote: Vote, now: datetime) -> bool:
    """Takes a named ballot back, as Telegram's own polls let people do; whether there was one.

    What was cast by another door than the vote's stays: it is taken back nowhere but there.

    Raises PollUnknown, PollNotOpen, PollClosed, NotAsked, VotedAlready (a secret ballot stays), ParticipantUnknown.
    """
    hold(session, vote.poll_id)
    poll = load_poll(session, vote.poll_id)
    check_open(poll, now)
    standing, taken = standing_of(session, booth.links, poll, vote.voter, now), False
    if poll.is_secret:
        raise VotedAlready
    while standing.has_voted and _is_by(session, vote, standing.key):  # people who were merged may have one each
        for table in (NamedBallot, PollVoter):
            session.execute(delete(table).where(table.poll_id == poll.id, table.voter == standing.key))
        standing, taken = standing_of(session, booth.links, poll, vote.voter, now), True
    return taken


def stand_of(session: Session, links: Links, poll_id: int, voter: Voter, now: datetime) -> Stand:
    """Writes nothing. Raises PollUnknown, NotAsked, ParticipantUnknown, PersonErased."""
    poll = load_poll(session, poll_id)
    standing = standing_of(session, links, poll, voter, now)
    return Stand(poll, standing, "" if poll.is_secret else named_ballot(session, poll.id, standing.key))


def named_ballot(session: Session, poll_id: int, voter: str) -> str:
    """What a voter, by their key, has chosen in a named poll; "" for nothing."""
    return session.connection().execute(_CHOSEN, {"poll": poll_id, "who": voter}).scalar() or ""


def _is_by(session: Session, vote: Vote, voter: str) -> bool:
    """Whether the ballot under a voter's key was cast, as it stands, by the door of a vote."""
    whose = NamedBallot.poll_id == vote.poll_id, NamedBallot.voter == voter
    return session.scalar(select(NamedBallot.door).where(*whose)) == vote.door


def check_open(poll: Poll, now: datetime) -> None:
    """Raises PollNotOpen and PollClosed, by the planned times."""
    state = poll.state_at(now)
    if state is State.CLOSED:
        raise PollClosed
    if state is not State.OPEN:
        raise PollNotOpen


def _cast_secret(session: Session, ids: Ids, who: tuple[Poll, Standing], vote: Vote) -> Cast:
    poll, standing = who
    if vote.door == MAIL:
        raise SecretByMail
    if standing.has_voted:
        raise VotedAlready
    ballot = ballot_of(poll, vote.choice)
    if not _register(session, poll, standing):
        raise VotedAlready  # by another door, at this moment
    drop_in(session, ids, poll.id, ballot, apart=standing.apart)
    return Cast(poll, standing)


def _keep_named(session: Session, who: tuple[Poll, Standing], said: tuple[str, str], now: datetime) -> bool:
    """Whether another ballot stood there before; the same one again stays as it was given."""
    (poll, standing), (ballot, door) = who, said
    if not standing.has_voted and _register(session, poll, standing):
        row = {
            "poll_id": poll.id, "voter": standing.key, "participant_id": standing.participant_id, "choice": ballot,
            "apart": standing.apart, "door": door, "first_at": now, "at": now, "changes": 0,
        }  # fmt: skip
        session.connection().execute(_NAMED, row)
        return False
    mine = NamedBallot.poll_id == poll.id, NamedBallot.voter == standing.key, NamedBallot.choice != ballot
    again = {"choice": ballot, "door": door, "at": now, "changes": NamedBallot.changes + 1}
    replaced = update(NamedBallot).where(*mine).values(again).returning(NamedBallot.voter)
    return session.execute(replaced).first() is not None


def _register(session: Session, poll: Poll, standing: Standing) -> bool:
    """Enters somebody in the register; False when they stand there already. The key is the lock."""
    row = {
        "poll_id": poll.id, "voter": standing.key, "participant_id": standing.participant_id, "apart": standing.apart,
    }  # fmt: skip
    connection = session.connection()
    return connection.execute(_REGISTER[connection.dialect.name], row).first() is not None


# Made once: every vote passes here, and to write a statement costs more than to run it.
_REGISTER: dict[str, Any] = {
    name: into(PollVoter).on_conflict_do_nothing().returning(PollVoter.voter) for name, into in INSERTS.items()
}
_NAMED = insert(NamedBallot)
_CHOSEN = select(NamedBallot.choice).where(
    NamedBallot.poll_id == bindparam("poll"), NamedBallot.voter == bindparam("who")
)
