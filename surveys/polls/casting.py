"""Where all doors meet to vote: one ballot a person and poll, whichever door it came through.

Every function is one unit of work on a Session, in the caller's transaction, and nobody is thanked before the commit.
Doors may ask for one person's units one after the other; what keeps to one ballot is the register's key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.ids import Ids
from core.inbound import Incoming, first_times, forget
from core.links import Links
from surveys.polls.ballot import Choice, ballot_of
from surveys.polls.box import Box
from surveys.polls.errors import PollClosed, PollNotOpen, PollUnknown, SecretByMail, VotedAlready
from surveys.polls.kinds import State
from surveys.polls.mixing import drop_in, hold
from surveys.polls.poll import Poll
from surveys.polls.register import Standing, enter, read_register, strike, write_ballots
from surveys.polls.store import load_poll
from surveys.polls.tables import NamedBallot
from surveys.polls.voters import Claim, Voter, claims_of, standing_of
from surveys.results.protecting import LEAST

MAIL = "mail"


class Booth(NamedTuple):
    """What voting stands on: the secret that tells voters apart, the one source of random numbers, and how many people
    have to stand behind a number of an anonymous poll that its voters read."""

    links: Links
    ids: Ids
    small_numbers: int = LEAST


class Vote(NamedTuple):
    """What somebody chose, or how to read it once the poll is known, which may raise a BallotRefused.

    `press` is the update or post that it came with, None where it was noted already.
    """

    poll_id: int
    voter: Voter
    choice: Choice | Callable[[Poll], Choice]
    door: str  # chat, web, mail, group
    press: Incoming | None = None


class Cast(NamedTuple):
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

    @property
    def has_voted(self) -> bool:
        return self.standing.has_voted

    @property
    def ballot(self) -> str:
        return self.standing.ballot


def cast(session: Session, booth: Booth, vote: Vote, now: datetime) -> Cast:
    """Counts a vote; the same press again changes nothing.

    Raises PollUnknown, PollNotOpen, PollClosed, NotAsked, VotedAlready, SecretByMail, ParticipantUnknown, PersonErased,
    and a BallotRefused for what is no ballot.
    """
    (became,) = cast_many(session, booth, [(vote, now)])
    if isinstance(became, Problem):
        raise became
    return became


def cast_many(session: Session, booth: Booth, given: Sequence[tuple[Vote, datetime]]) -> list[Cast | Problem]:
    """Counts votes of one poll, each with the moment it came, as if they were cast one after the other.

    What became of each, or the Problem that `cast` raises; raises PollUnknown. As many statements as for one.
    """
    poll_id, latest = given[0][0].poll_id, max(now for _, now in given)
    fresh = first_times(session, [vote.press for vote, _ in given if vote.press is not None], latest)
    hold(session, poll_id)
    try:
        poll = load_poll(session, poll_id)
    except PollUnknown:
        forget(session, fresh)
        raise
    claims = claims_of(session, booth.links, poll, {vote.voter for vote, _ in given}, latest)
    keys = [key for claim in claims.values() for key in claim.keys]
    register = read_register(session, poll, keys, writes=True)
    count = Count(poll, claims, Box(dict(register)), set(fresh))
    became = [count.take(vote, now) for vote, now in given]
    if before := enter(session, poll, count.box.entered):  # by another door, at this moment: now they are seen
        register |= read_register(session, poll, before)
        count = Count(poll, claims, Box(register), set(fresh))
        became = [count.take(vote, now) for vote, now in given]
    write_ballots(session, poll, count.box.named.values())
    for apart in (False, True):
        if pile := [ballot for ballot, is_apart in count.box.secret if is_apart is apart]:
            drop_in(session, booth.ids, poll_id, pile, apart=apart)
    forget(session, count.fresh)
    return became


@dataclass(frozen=True)
class Count:
    """Votes of one poll, taken one after the other; `fresh` are the presses that were noted now and not counted yet."""

    poll: Poll
    claims: Mapping[Voter, Claim]
    box: Box
    fresh: set[Incoming]

    def take(self, vote: Vote, now: datetime) -> Cast | Problem:
        """What became of a vote, or what stands in its way."""
        try:
            return self._count(vote, now)
        except Problem as problem:
            return problem

    def _count(self, vote: Vote, now: datetime) -> Cast:
        claim, press = self.claims[vote.voter], vote.press
        if press is not None and press not in self.fresh:
            standing = claim.standing_in(self.box.register)
            return Cast(self.poll, standing, standing.ballot, duplicate=True)
        check_open(self.poll, now)
        standing = claim.standing_in(self.box.register)
        counted = self._secret(standing, vote) if self.poll.is_secret else self._named(standing, vote, now)
        if press is not None:
            self.fresh.discard(press)
        return counted

    def _secret(self, standing: Standing, vote: Vote) -> Cast:
        if vote.door == MAIL:
            raise SecretByMail
        if standing.has_voted:
            raise VotedAlready
        self.box.drop_secret(standing, self._ballot(vote))
        return Cast(self.poll, standing)

    def _named(self, standing: Standing, vote: Vote, now: datetime) -> Cast:
        ballot = self._ballot(vote)
        changed = self.box.keep_named(standing, ballot, vote.door, now)
        return Cast(self.poll, standing, ballot, changed)

    def _ballot(self, vote: Vote) -> str:
        return ballot_of(self.poll, vote.choice if isinstance(vote.choice, Choice) else vote.choice(self.poll))


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
        strike(session, poll.id, standing.key)
        standing, taken = standing_of(session, booth.links, poll, vote.voter, now), True
    return taken


def stand_of(session: Session, links: Links, poll_id: int, voter: Voter, now: datetime) -> Stand:
    """Writes nothing. Raises PollUnknown, NotAsked, ParticipantUnknown, PersonErased."""
    poll = load_poll(session, poll_id)
    standing = standing_of(session, links, poll, voter, now)
    return Stand(poll, standing)


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


# Made once: every vote passes here, and to write a statement costs more than to run it.
_CHOSEN = select(NamedBallot.choice).where(
    NamedBallot.poll_id == bindparam("poll"), NamedBallot.voter == bindparam("who")
)
