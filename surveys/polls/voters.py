"""Who votes: a person, by whichever door, or somebody who is told apart from others and no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.database.many import Numbers, among
from core.errors import Problem
from core.links import Links, Purpose
from core.people.channels import TELEGRAM
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.merged import all_behind
from core.people.tables import Address, Audience, Membership, Participant
from surveys.polls.errors import NotAsked
from surveys.polls.lent import lent_among
from surveys.polls.poll import Poll
from surveys.polls.register import Standing, read_register
from surveys.responses.audience import round_audience

DIGEST = 24  # hexadecimal digits
GIVEN = attrgetter("first_at", "key")


class Voter(NamedTuple):
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


class Claim(NamedTuple):
    """The keys under which a voter may stand in a poll's register, and how they would enter it unless `refused`."""

    keys: Sequence[str]
    new: Standing
    refused: type[Problem] | None = None

    def standing_in(self, register: Mapping[str, Standing]) -> Standing:
        """Raises `refused`. Whoever has voted stays among the voters.

        Of several entries that are one person's since a merge it is the one whose ballot counts: that given first.
        """
        entered = [register[key] for key in self.keys if key in register]
        if entered:
            return min((one for one in entered if one.first_at is not None), key=GIVEN, default=entered[0])
        if self.refused is not None:
            raise self.refused
        return self.new


def standing_of(session: Session, links: Links, poll: Poll, voter: Voter, now: datetime) -> Standing:
    """Raises NotAsked, ParticipantUnknown, PersonErased."""
    claim = claims_of(session, links, poll, [voter], now)[voter]
    return claim.standing_in(read_register(session, poll, claim.keys))


def claims_of(
    session: Session, links: Links, poll: Poll, voters: Collection[Voter], now: datetime
) -> Mapping[Voter, Claim]:
    """Each one's claim; for many by as few statements as for one."""
    people = _people(session, {one.participant_id for one in voters if one.participant_id is not None})
    living = {one.id: one.ids for one in people.values() if one.refused is None}
    asked = who_may_vote(session, poll, living, now)
    accounts = _accounts(session, living) if poll.definition.walk_ins else {}

    def claim(voter: Voter) -> Claim:
        if voter.participant_id is None:
            key = _key_of(links, poll.id, voter)
            return _claim(poll, [key], Standing(key, None, apart=True, has_voted=False))
        person = people.get(voter.participant_id, NOBODY)
        if person.refused is not None:
            return Claim((), Standing("", None, True, False), person.refused)
        keys = [person_key(one) for one in person.ids]
        if poll.definition.walk_ins:
            mine = accounts.get(person.id, set()) | ({voter.account} if voter.account is not None else set())
            keys += [account_key(links, poll.id, one) for one in sorted(mine)]
        new = Standing(person_key(person.id), person.id, apart=person.id not in asked, has_voted=False)
        return _claim(poll, keys, new)

    return {voter: claim(voter) for voter in voters}


def who_may_vote(session: Session, poll: Poll, people: Mapping[int, Collection[int]], now: datetime) -> Collection[int]:
    """For whom of those who remain, each with all their numbers, a poll is meant: its audience holds them now; without
    one, the office knows them. It is for the people of offices that lend theirs too (lent.py)."""
    if not people:
        return ()
    roots = {one: root for root, ids in people.items() for one in ids}
    lent = {roots[one] for one in lent_among(session, poll.id, roots)}
    return lent | _asked_among(session, poll, people, roots, now)


def _asked_among(
    session: Session, poll: Poll, people: Collection[int], roots: Mapping[int, int], now: datetime
) -> set[int]:
    audience_id = poll.definition.audience_id
    if audience_id is None:
        known = session.connection().execute(_MEMBERS, {"ids": roots, "office": poll.office_id}).scalars().all()
        return {roots[one] for one in known}
    rule = session.scalars(select(Audience.rule).where(Audience.id == audience_id)).one()
    meant = round_audience()(rule, poll.office_id, now)
    return set(session.scalars(select(Participant.id).where(among(Participant.id, people), meant)))


def person_key(participant_id: int) -> str:
    return f"p:{participant_id}"


def account_key(links: Links, poll_id: int, account: int) -> str:
    """A Telegram account without its number: keyed, since the numbers are few enough to be tried."""
    return f"t:{_digest(links, poll_id, str(account))}"


def _claim(poll: Poll, keys: Sequence[str], new: Standing) -> Claim:
    return Claim(keys, new, NotAsked if new.apart and not poll.definition.walk_ins else None)


def _key_of(links: Links, poll_id: int, voter: Voter) -> str:
    if voter.account is not None:
        return account_key(links, poll_id, voter.account)
    return f"b:{_digest(links, poll_id, voter.browser)}"


def _digest(links: Links, poll_id: int, name: str) -> str:
    return links.derive(Purpose.POLL_VOTER, f"{poll_id}:{name}".encode()).hex()[:DIGEST]


class _Person(NamedTuple):
    """Who remains, with all numbers that are theirs."""

    id: int
    ids: Sequence[int] = ()
    refused: type[Problem] | None = None


NOBODY = _Person(0, refused=ParticipantUnknown)


def _people(session: Session, participant_ids: Collection[int]) -> Mapping[int, _Person]:
    """By the number that was asked for."""
    return {whom: _person(rows) for whom, rows in all_behind(session, participant_ids).items()}


def _person(rows: Sequence[Any]) -> _Person:
    (root,) = [row for row in rows if row.merged_into is None]
    return _Person(root.id, [row.id for row in rows], PersonErased if root.erased_at is not None else None)


def _accounts(session: Session, people: Mapping[int, Collection[int]]) -> Mapping[int, set[int]]:
    """The Telegram accounts that were shown to be of each; they may have voted with one that was nobody's yet."""
    roots = {one: root for root, ids in people.items() for one in ids}
    found: dict[int, set[int]] = {}
    for row in session.connection().execute(_ACCOUNTS, {"ids": roots}):
        if row.value.isdecimal():
            found.setdefault(roots[row.participant_id], set()).add(int(row.value))
    return found


# Made once: every vote passes here, and to write a statement costs more than to run it.
_IDS = bindparam("ids", type_=Numbers())
_MEMBERS = select(Membership.participant_id).where(
    among(Membership.participant_id, _IDS), Membership.office_id == bindparam("office"), Membership.left_at.is_(None)
)
_ACCOUNTS = select(Address.participant_id, Address.value).where(
    among(Address.participant_id, _IDS), Address.channel == TELEGRAM, Address.proved_at.is_not(None)
)
