"""Votes that are counted at once come to what they would have come to one after the other; on both databases."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.errors import Problem
from core.people.erasing import erase_person
from core.people.merging import merge
from core.people.tables import Address
from core.tables import Inbound
from surveys.polls.casting import Cast, Vote, cast, cast_many
from surveys.polls.errors import NothingChosen, VotedAlready
from surveys.polls.mixing import KEPT_FRESH, STEP
from surveys.polls.my_data import erase_votes
from surveys.polls.poll import Poll
from surveys.polls.reading import read_ballots
from surveys.polls.tables import NamedBallot, PollVoter, SecretBallot
from surveys.polls.voters import Voter
from tests.polls.scene import BOOTH, add, chosen, define, named, piles
from tests.responses.scene import Scene, build
from tests.support.busy import held_up
from tests.support.races import meet

HOUR = timedelta(hours=1)
CHOICES = [chosen("A"), chosen("B"), chosen("C"), chosen(), chosen("A", "B"), chosen("nothing")]


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def people(scene: Scene) -> list[Voter]:
    """All kinds of voters, of whom several are one person."""
    ada, also, bruno, gone, merged = (scene.participant() for _ in range(5))
    for person, account in ((ada, "500"), (bruno, "600")):
        chat = {"channel": "telegram", "proved_at": None, "created_at": scene.now}
        scene.insert(Address, participant_id=person, value=account, **chat)
    scene.database.write(lambda session: merge(session, ada, also, scene.now))
    scene.database.write(lambda session: merge(session, bruno, merged, scene.now))
    scene.database.write(lambda session: erase_person(session, gone, [erase_votes], scene.now))
    known = [Voter(ada), Voter(also), Voter(ada, 500), Voter(bruno), Voter(merged), Voter(gone), Voter(99_999)]
    return [
        *known,
        Voter(account=500),
        Voter(account=600),
        Voter(account=700),
        Voter(browser="b1"),
        Voter(browser="b2"),
    ]


def told(became: Cast | Problem) -> object:
    if isinstance(became, Problem):
        return type(became)
    return became.standing.key, became.standing.has_voted, became.ballot, became.changed, became.duplicate


def one_by_one(session: Session, given: Sequence[tuple[Vote, datetime]]) -> list[object]:
    """As each door's own unit does it: what is refused leaves nothing."""
    found: list[object] = []
    for vote, now in given:
        savepoint = session.begin_nested()
        try:
            found.append(told(cast(session, BOOTH, vote, now)))
            savepoint.commit()
        except Problem as problem:
            savepoint.rollback()
            found.append(type(problem))
    return found


def kept(session: Session, poll: Poll) -> list[list[Any]]:
    """Everything that is written of a poll's votes."""
    of_named = (
        NamedBallot.voter, NamedBallot.participant_id, NamedBallot.choice, NamedBallot.apart, NamedBallot.door,
        NamedBallot.first_at, NamedBallot.at, NamedBallot.changes,
    )  # fmt: skip
    register = select(PollVoter.voter, PollVoter.participant_id, PollVoter.apart)
    statements = (
        register.where(PollVoter.poll_id == poll.id).order_by(PollVoter.voter),
        select(*of_named).where(NamedBallot.poll_id == poll.id).order_by(NamedBallot.voter),
        select(SecretBallot.choice, SecretBallot.apart)
        .where(SecretBallot.poll_id == poll.id)
        .order_by(SecretBallot.choice, SecretBallot.apart),
        select(Inbound.door, Inbound.key).order_by(Inbound.door, Inbound.key),
    )
    return [[tuple(row) for row in session.execute(one)] for one in statements]


def count(session: Session, given: Sequence[tuple[Vote, datetime]]) -> list[Cast | Problem]:
    return cast_many(session, BOOTH, given)


def draw(scene: Scene, poll: Poll, voters: Sequence[Voter], dice: random.Random) -> list[tuple[Vote, datetime]]:
    """Presses that nobody would make: replayed ones, refused ones, several of one person at several doors."""
    doors, keys = ["web", "chat", "mail"], ["", "", "k1", "k2", "k3"]
    moments = [scene.now, scene.now + timedelta(minutes=1), scene.now + HOUR]
    found, crowd = [], dice.sample(voters, dice.randrange(1, len(voters)))
    for _ in range(dice.randrange(1, 16)):
        key, door = dice.choice(keys), dice.choice(doors)
        press = (door, f"{poll.id}:{key}") if key else None
        found.append((Vote(poll.id, dice.choice(crowd), dice.choice(CHOICES), door, press), dice.choice(moments)))
    return found


@pytest.mark.parametrize("kind", ["named", "named, walk-ins", "secret", "secret, walk-ins"])
def test_many_votes_at_once_come_to_what_they_come_to_one_after_the_other(scene: Scene, kind: str) -> None:
    make, voters, dice = named if "named" in kind else define, people(scene), random.Random(kind)
    for turn in range(10):
        poll = add(scene, make(walk_ins="walk" in kind, closes_local="2023-07-10T11:00"), f"bench-{turn}")
        for _ in range(2):  # the second time many have voted
            given = draw(scene, poll, voters, dice)

            def alone(session: Session) -> tuple[list[object], list[list[Any]]]:
                return one_by_one(session, given), kept(session, poll)  # noqa: B023 - called within the turn

            def at_once(session: Session) -> tuple[list[object], list[list[Any]]]:
                became = cast_many(session, BOOTH, given)  # noqa: B023
                return [told(one) for one in became], kept(session, poll)  # noqa: B023

            expected = scene.database.read(alone)  # which is rolled back
            assert scene.database.write(at_once) == expected, given


async def test_votes_that_arrive_together_share_statements_and_each_gets_its_own_answer(
    scene: Scene, database: Database
) -> None:
    ada, citizens = scene.participant(), [scene.participant() for _ in range(40)]
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    for poll in (add(scene, named()), add(scene, define(), "secret")):
        votes = [
            Vote(poll.id, Voter(person), chosen("A"), "web", ("web", f"{poll.id}:{person}")) for person in citizens
        ]
        votes += [Vote(poll.id, Voter(ada), choice, "web") for choice in (chosen("A"), chosen(), chosen("B"))]
        async with held_up(database):
            statements.clear()
            waiting = asyncio.gather(
                *(database.together(count, (vote, scene.now), key=vote.voter.lock) for vote in votes),
                return_exceptions=True,
            )
        *counted, nothing, again = await waiting
        assert len(statements) < 20
        assert all(isinstance(one, Cast) for one in counted)
        if poll.is_secret:
            assert isinstance(nothing, VotedAlready) and isinstance(again, VotedAlready)
        else:
            assert isinstance(nothing, NothingChosen) and isinstance(again, Cast) and again.changed
        keys = select(func.count()).select_from(PollVoter).where(PollVoter.poll_id == poll.id)
        assert database.read(lambda session: session.scalar(keys)) == 41  # noqa: B023


async def test_a_vote_that_cannot_be_written_takes_no_other_along(scene: Scene, database: Database) -> None:
    poll, citizens = add(scene, named()), [scene.participant() for _ in range(3)]
    keys = ("one", "no text \ud800", "three")
    async with held_up(database):
        waiting = asyncio.gather(
            *(
                database.together(count, (Vote(poll.id, Voter(who), chosen("A"), "web", ("web", key)), scene.now))
                for who, key in zip(citizens, keys, strict=True)
            ),
            return_exceptions=True,
        )
    first, broken, third = await waiting
    assert isinstance(first, Cast) and isinstance(third, Cast) and isinstance(broken, UnicodeEncodeError)
    assert piles(database, poll) == {"A": 2}


async def test_secret_votes_that_arrive_together_are_mixed_together(scene: Scene, database: Database) -> None:
    """No more than nine stay fresh, and what counts moves in steps."""
    poll = add(scene, define())
    for count in (3, 6, 1, 24, 9):
        given = [
            (Vote(poll.id, Voter(scene.participant()), chosen("AB"[n % 2]), "web"), scene.now) for n in range(count)
        ]
        database.write(lambda session: cast_many(session, BOOTH, given))  # noqa: B023
        found = database.read(lambda session: read_ballots(session, poll))
        assert sum(pile.count for pile in found.own) % STEP == 0 and found.waiting < STEP + KEPT_FRESH
    assert found.waiting + sum(pile.count for pile in found.own) == 43


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
@pytest.mark.parametrize("kind", ["named", "secret"])
def test_votes_that_meet_those_of_another_process_are_counted_once(scene: Scene, database: Database, kind: str) -> None:
    poll, voters = add(scene, named() if kind == "named" else define()), [Voter(scene.participant()) for _ in range(3)]

    def given(names: str, *who: Voter) -> list[tuple[Vote, datetime]]:
        return [(Vote(poll.id, one, chosen(name), "web"), scene.now) for one, name in zip(who, names, strict=True)]

    here, there = given("AA", voters[0], voters[1]), given("BBAA", voters[2], voters[1], voters[0], voters[1])
    became = meet(
        database,
        lambda session: cast_many(session, BOOTH, here),
        lambda session: [told(one) for one in cast_many(session, BOOTH, there)],
    ).result()
    if kind == "secret":
        assert became[1:] == [VotedAlready] * 3
        assert database.read(lambda session: read_ballots(session, poll)).waiting == 3
    else:
        assert [one[3] for one in became if isinstance(one, tuple)] == [False, True, False, True]
        assert piles(database, poll) == {"A": 2, "B": 1}
