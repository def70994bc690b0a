"""What an attacker reads who has the whole database: who voted, but not what, and not in which order."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.base import Base
from core.database.database import Database
from core.ids import CountedIds
from surveys.polls.ballot import Choice
from surveys.polls.casting import Booth, Vote, cast
from surveys.polls.due import polls_to_purge, purge
from surveys.polls.kinds import Kind
from surveys.polls.making import close_poll
from surveys.polls.mixing import KEPT_FRESH, STEP
from surveys.polls.poll import Poll
from surveys.polls.reading import read_ballots
from surveys.polls.store import load_poll
from surveys.polls.voters import Voter
from tests.polls.scene import LINKS, add, define
from tests.responses.scene import Scene, build

MANY = 47


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


class Hall:
    """People vote one after the other, each with words of their own: `words7` is the seventh's."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.booth = scene, Booth(LINKS, CountedIds())
        self.poll = add(scene, define(Kind.TEXT, walk_ins=True))
        self.people = [scene.participant() for _ in range(MANY)]
        self.steps: list[int] = []

    def vote(self) -> None:
        for number, person in enumerate(self.people):
            given = Vote(
                self.poll.id, Voter(person), Choice(words=_words(number)), "web", press=("web", f"post-{number}")
            )
            self.drop(given)
            found = self.scene.database.read(lambda session: read_ballots(session, self.poll))
            assert sum(one.count for one in found.together) + found.waiting == number + 1
            self.steps.append(sum(one.count for one in found.together))

    def drop(self, given: Vote) -> None:
        self.scene.database.write(lambda session: cast(session, self.booth, given, self.scene.now))

    def close(self) -> Poll:
        return self.scene.database.write(lambda s: close_poll(s, self.booth.ids, self.poll.id, self.scene.now))


def _words(number: int) -> str:
    return f"words{number}x"


def _number(words: str) -> int:
    return int(words[5:-1])


def stored(database: Database, table: str, columns: str) -> Sequence[Row[Any]]:
    """Rows as they lie there: what a dump writes, in its order."""
    with database.engine.connect() as connection:
        return connection.execute(text(f"SELECT {columns} FROM {table}")).all()


def dump(database: Database) -> dict[str, str]:
    """Everything that every table holds, as text."""
    names = sorted(Base.metadata.tables)
    return {name: "\n".join(map(str, stored(database, name, "*"))) for name in names}


def hits(people: Sequence[int], ballots: Sequence[int]) -> int:
    """How often the n-th voter and the n-th ballot belong together."""
    return sum(person == ballot for person, ballot in zip(people, ballots, strict=True))


def test_the_whole_dump_tells_no_choice_of_anybody_and_no_order(scene: Scene, database: Database) -> None:
    hall = Hall(scene)
    hall.vote()
    during = dump(database)
    for number in range(MANY):
        holding = [name for name, told in during.items() if _words(number) in told]
        assert holding == ["secret_ballot"], "what was chosen stands nowhere but in the ballot"
    ids_before = {row.id for row in stored(database, "secret_ballot", "id")}
    _look_at_transactions(database, mixed_only=True)
    rows = stored(database, "secret_ballot", "id, choice, fresh")
    mixed = [_number(row.choice) for row in rows if not row.fresh]
    assert KEPT_FRESH <= len(rows) - len(mixed) < KEPT_FRESH + STEP
    assert hits(sorted(mixed), mixed) <= 4
    hall.close()
    after = stored(database, "secret_ballot", "id, choice, fresh, apart")
    assert sorted(_number(row.choice) for row in after) == list(range(MANY)), "none is lost and none is doubled"
    lying = [_number(row.choice) for row in after]
    assert [row.id for row in after] == sorted(row.id for row in after), "they lie in the order of their numbers"
    assert not ids_before & {row.id for row in after}, "an earlier dump does not find them again"
    assert hits(list(range(MANY)), lying) <= 4 and not any(row.fresh for row in after)
    rising = sum(one < other for one, other in pairwise(lying))
    assert MANY / 4 < rising < MANY * 3 / 4
    _look_at_transactions(database, mixed_only=False)


def _look_at_transactions(database: Database, *, mixed_only: bool) -> None:
    """On PostgreSQL a row shows which transaction wrote it: a voter's must not lead to fewer than five ballots."""
    if database.engine.dialect.name != "postgresql":
        return
    where = " WHERE NOT fresh" if mixed_only else ""
    wrote: dict[str, list[str]] = {}
    for row in stored(database, f"secret_ballot{where}", "xmin::text AS x, choice"):
        wrote.setdefault(row.x, []).append(row.choice)
    for row in stored(database, "poll_voter", "xmin::text AS x, voter"):
        assert row.x not in wrote or len(wrote[row.x]) >= STEP
    if not mixed_only:
        assert len(wrote) == 1


def test_live_results_move_in_steps_and_never_by_one(scene: Scene) -> None:
    hall = Hall(scene)
    hall.vote()
    moves = [after - before for before, after in pairwise([0, *hall.steps])]
    assert set(moves) == {0, STEP}
    assert hall.steps[STEP + KEPT_FRESH - 2] == 0 and hall.steps[-1] == 40
    assert MANY - hall.steps[-1] >= KEPT_FRESH, "the last ones are told together at the close"


def test_two_who_vote_apart_are_mixed_among_their_own(scene: Scene, database: Database) -> None:
    hall = Hall(scene)
    for number in range(12):
        voter = Voter(account=number) if number % 2 else Voter(hall.people[number])
        given = Vote(hall.poll.id, voter, Choice(words=_words(number)), "chat")
        hall.drop(given)
    found = database.read(lambda session: read_ballots(session, hall.poll))
    assert (found.together, found.waiting) == ((), 12), "neither pile is large enough to be told"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL chooses by what it has counted
def test_no_vote_goes_through_all_ballots_to_find_the_fresh_ones(database: Database) -> None:
    def ways(session: Session) -> list[str]:
        asked = "WHERE poll_id = 1 AND fresh = 1 AND apart = 0"
        plans = [f"SELECT count(*) FROM secret_ballot {asked}", f"DELETE FROM secret_ballot {asked} RETURNING choice"]
        return [session.execute(text(f"EXPLAIN QUERY PLAN {one}")).one()[3] for one in plans]

    assert all("ix_secret_ballot_fresh" in way for way in database.read(ways))


def test_when_the_poll_is_closed_nothing_is_left_of_the_earlier_ballots(scene: Scene, database: Database) -> None:
    """Of the file too: each text stands there once."""
    hall = Hall(scene)
    hall.vote()
    poll = hall.close()
    assert database.read(polls_to_purge) == [poll.id]
    assert purge(database, [poll.id], scene.now)
    assert database.read(polls_to_purge) == []
    raw = _bytes_of_ballots(database)
    if raw is not None:
        assert {raw.count(_words(number).encode()) for number in range(MANY)} == {1}


def _bytes_of_ballots(database: Database) -> bytes | None:
    """What the disk holds; None where the server's files are not here to be read."""
    if database.engine.dialect.name == "sqlite":
        file = Path(str(make_url(str(database.engine.url)).database))
        return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*") if "shm" not in one.name)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        file = folder / str(connection.scalar(text("SELECT pg_relation_filepath('secret_ballot')")))
    return file.read_bytes() if file.is_file() else None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_somebody_reads_the_log_stays_and_is_emptied_later(
    scene: Scene, database: Database, database_url: str
) -> None:
    hall = Hall(scene)
    hall.vote()
    reader = sqlite3.connect(str(make_url(database_url).database), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM secret_ballot").fetchone()
    poll = hall.close()
    assert not purge(database, [poll.id], scene.now)
    reader.close()
    assert purge(database, [poll.id], scene.now)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_votes_elsewhere_meanwhile_is_not_held_up_by_the_purge(scene: Scene, database: Database) -> None:
    hall, other = Hall(scene), add(scene, define(), "other")
    hall.vote()
    poll = hall.close()
    given = Vote(other.id, Voter(hall.people[0]), Choice(names=("A",)), "web")

    def work(session: Session) -> bool:
        cast(session, hall.booth, given, scene.now)  # not committed yet
        return purge(database, [poll.id], scene.now)

    assert not database.write(work), "it gives way, and tries again later"
    assert purge(database, [poll.id], scene.now)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_looked_before_the_close_reads_all_ballots_and_the_earlier_ones_go_once_nobody_does(
    scene: Scene, database: Database
) -> None:
    """What is written anew is not there for an older snapshot: a dump of it would have no secret ballot at all."""
    hall = Hall(scene)
    hall.vote()
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as older:
        older.execute(text("SELECT count(*) FROM office"))
        poll = hall.close()
        assert not purge(database, [poll.id], scene.now), "it gives way, and tries again later"
        assert older.scalar(text("SELECT count(*) FROM secret_ballot")) == MANY
        assert database.read(polls_to_purge) == [poll.id]
    assert purge(database, [poll.id], scene.now)
    raw = _bytes_of_ballots(database)
    assert raw is None or {raw.count(_words(number).encode()) for number in range(MANY)} == {1}
    found = database.read(lambda session: read_ballots(session, load_poll(session, poll.id)))
    assert sum(one.count for one in found.together) == MANY, "and none that counts is lost"
