"""The one commit: shared, acknowledged after, nobody taken along by another's failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database import turn
from core.database.database import Database
from core.errors import LinkUsed, Problem
from core.inbound import first_time
from core.tables import Inbound
from tests.support.busy import held_up


async def test_units_that_arrive_together_share_commits(database: Database, clock: FixedClock) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    now = clock.now()
    await asyncio.gather(
        *(
            database.shared(partial(first_time, door="test", key=str(k), now=now), key=f"person:{k % 7}")
            for k in range(300)
        )
    )
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Inbound))) == 300
    assert len(commits) < 30


async def test_a_failed_unit_takes_nobody_along(database: Database, clock: FixedClock) -> None:
    now = clock.now()

    def note(key: str, fails: bool) -> bool:
        def work(session: Session) -> bool:
            first = first_time(session, "test", key, now)
            if fails:
                raise LinkUsed
            return first

        return work  # type: ignore[return-value]

    results = await asyncio.gather(
        *(database.shared(note(str(k), k % 3 == 0), key=str(k)) for k in range(30)),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    assert [isinstance(result, LinkUsed) for result in results] == [k % 3 == 0 for k in range(30)]
    stored = set(database.read(lambda s: s.scalars(select(Inbound.key)).all()))
    assert stored == {str(k) for k in range(30) if k % 3}


async def test_the_same_update_is_processed_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    results = await asyncio.gather(
        *(database.shared(lambda s: first_time(s, "telegram", "42", now), key="chat:1") for _ in range(20))
    )
    assert sorted(results) == [False] * 19 + [True]


async def test_a_unit_the_database_refuses_is_tried_again_alone(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    tries = []

    def clash(session: Session) -> None:
        tries.append(1)
        first_time(session, "test", "same", now)
        if len(tries) == 1:  # as if another process had stored it in between
            session.add(Inbound(door="test", key="same", at=now))
            session.flush()

    gate = threading.Event()
    first = asyncio.ensure_future(database.shared(lambda _: gate.wait(10)))
    others = asyncio.gather(
        database.shared(lambda s: first_time(s, "test", "before", now)),
        database.shared(clash),
        database.shared(lambda s: first_time(s, "test", "after", now)),
    )
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, others)
    assert len(tries) == 2
    assert set(database.read(lambda s: s.scalars(select(Inbound.key)).all())) == {"before", "same", "after"}


async def test_reads_change_nothing(database: Database, clock: FixedClock) -> None:
    database.read(lambda s: first_time(s, "test", "read", clock.now()))
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Inbound))) == 0


async def test_an_error_in_a_long_write_rolls_back(database: Database, clock: FixedClock) -> None:
    def fail(session: Session) -> None:
        first_time(session, "test", "long", clock.now())
        raise LinkUsed

    with pytest.raises(LinkUsed):
        await database.awrite(fail)
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Inbound))) == 0


class Ending(BaseException):
    """What is no Exception and would end a thread."""


@pytest.mark.parametrize("raised", [StopIteration, Ending, asyncio.CancelledError, SystemExit])
async def test_whatever_a_unit_raises_nobody_waits_for_ever(
    database: Database, clock: FixedClock, raised: type[BaseException]
) -> None:
    def end(session: Session) -> None:
        first_time(session, "test", "ended", clock.now())
        raise raised

    async with asyncio.timeout(20):
        ended, noted = await asyncio.gather(
            database.shared(end, key="a"),
            database.shared(lambda s: first_time(s, "test", "beside", clock.now()), key="b"),
            return_exceptions=True,
        )
        assert isinstance(ended, RuntimeError)
        assert isinstance(ended.__cause__, raised)
        assert noted is True
        assert await database.shared(lambda s: first_time(s, "test", "after", clock.now()))
    assert _stored(database) == {"beside", "after"}


async def test_units_of_one_key_keep_their_order_when_one_is_tried_again(database: Database) -> None:
    done: list[str] = []

    def refused_once(session: Session) -> None:
        if "refused" not in done:
            done.append("refused")
            session.execute(text("SELECT nothing FROM nowhere"))
        done.append("first")

    async with held_up(database):
        units = asyncio.gather(
            database.shared(refused_once, key="one"),
            database.shared(lambda _: done.append("second"), key="one"),
            database.shared(lambda _: done.append("third"), key="one"),
            database.shared(lambda _: done.append("other"), key="two"),
        )
    await units
    assert done == ["refused", "other", "first", "second", "third"]


async def test_units_of_equal_work_are_done_at_once_and_each_is_told_its_own(database: Database) -> None:
    calls: list[list[str]] = []

    def note(_: Session, words: Sequence[str]) -> list[str | Problem]:
        calls.append(list(words))
        return [LinkUsed() if word == "bad" else word.upper() for word in words]

    def other(_: Session, words: Sequence[str]) -> list[str]:
        return list(words)

    async with held_up(database):
        units = asyncio.gather(
            database.together(note, "one", key="a"),
            database.together(other, "beside", key="b"),
            database.together(note, "bad", key="c"),
            database.together(note, "two", key="d"),
            return_exceptions=True,
        )
    first, beside, bad, second = await units
    assert (first, beside, second) == ("ONE", "beside", "TWO") and isinstance(bad, LinkUsed)
    assert calls == [["one", "bad", "two"]]


async def test_units_of_one_key_keep_their_order_when_others_are_done_at_once(database: Database) -> None:
    done: list[str] = []

    def note(_: Session, words: Sequence[str]) -> Sequence[str]:
        done.append("+".join(words))
        return words

    async with held_up(database):
        units = asyncio.gather(
            database.together(note, "a1", key="a"),
            database.together(note, "b1", key="b"),
            database.shared(lambda _: done.append("a2"), key="a"),
            database.together(note, "a3", key="a"),
            database.together(note, "c1", key="c"),
        )
    await units
    assert done == ["a1+b1", "a2", "a3+c1"]


async def test_work_that_fails_for_one_is_done_for_each_by_itself(database: Database, clock: FixedClock) -> None:
    tries: list[str] = []

    def note(session: Session, words: Sequence[str]) -> Sequence[str]:
        for word in words:
            tries.append(word)
            first_time(session, "test", word, clock.now())
            if word == "refused":
                session.execute(text("SELECT nothing FROM nowhere"))
            if word == "broken":
                raise ZeroDivisionError
        return words

    async with held_up(database):
        units = asyncio.gather(
            *(database.together(note, word, key=word) for word in ("before", "broken", "refused", "after")),
            return_exceptions=True,
        )
    results = await units
    assert [results[0], results[3]] == ["before", "after"]
    assert isinstance(results[1], ZeroDivisionError) and isinstance(results[2], DBAPIError)
    assert _stored(database) == {"before", "after"}
    assert tries.count("refused") == 2, "by itself, and once more alone"


async def test_nobody_is_acknowledged_when_the_transaction_is_lost_in_the_middle(
    database: Database, clock: FixedClock
) -> None:
    async with held_up(database):
        units = asyncio.gather(
            database.shared(lambda s: first_time(s, "test", "before", clock.now()), key="a"),
            database.shared(lambda s: _lose(database, s), key="b"),
            database.shared(lambda s: first_time(s, "test", "behind", clock.now()), key="c"),
            return_exceptions=True,
        )
    async with asyncio.timeout(20):
        results = await units
        told = {name for name, result in zip(("before", "lost", "behind"), results, strict=True) if result is True}
        assert told == _stored(database)
        assert await database.shared(lambda s: first_time(s, "test", "later", clock.now()))


async def test_nobody_of_a_crowd_is_acknowledged_when_the_transaction_is_lost_and_all_are_told_why(
    database: Database, clock: FixedClock
) -> None:
    def note_and_lose(session: Session, words: Sequence[str]) -> Sequence[str]:
        for word in words:
            first_time(session, "test", word, clock.now())
        _lose(database, session)
        return words

    async with held_up(database):
        units = asyncio.gather(
            *(database.together(note_and_lose, word, key=word) for word in ("one", "two", "three")),
            return_exceptions=True,
        )
    async with asyncio.timeout(20):
        assert [type(one) for one in await units] == [LinkUsed] * 3
        assert _stored(database) == set()
        assert await database.shared(lambda s: first_time(s, "test", "later", clock.now()))


def _lose(database: Database, session: Session) -> None:
    if database.engine.dialect.name == "sqlite":  # as SQLite does by itself when the disk is full
        session.connection().exec_driver_sql("ROLLBACK")
    else:
        with suppress(DBAPIError):
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    raise LinkUsed


async def test_a_crowd_is_served_in_its_loop_on_sqlite_and_nobody_else_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 20)

    def where(_: Session, words: Sequence[str]) -> Sequence[int]:
        return [threading.get_ident()] * len(words)

    async with held_up(database):
        units = asyncio.gather(*(database.together(where, word, key=word) for word in ("one", "two", "three")))
    here = threading.get_ident()
    assert [one == here for one in await units] == [database.engine.dialect.name == "sqlite"] * 3
    assert await database.together(where, "alone", key="alone") != here


async def test_what_a_crowd_asked_for_is_committed_while_its_loop_waits_for_the_close(
    database: Database, clock: FixedClock
) -> None:
    gate, where = threading.Event(), list[int]()

    def note(session: Session, words: Sequence[str]) -> Sequence[str]:
        where.append(threading.get_ident())
        for word in words:
            first_time(session, "test", word, clock.now())
        return words

    busy = asyncio.ensure_future(database.shared(lambda _: gate.wait(20)))
    units = asyncio.gather(*(database.together(note, word, key=word) for word in ("one", "two", "three")))
    await asyncio.sleep(0)
    gate.set()
    database.close()  # here, so that the loop cannot take its turn
    assert await busy
    assert await units == ["one", "two", "three"]
    assert threading.get_ident() not in where
    assert _stored(database) == {"one", "two", "three"}


async def test_a_savepoint_is_not_compiled_anew_each_time(database: Database) -> None:
    """As the library does by itself, which costs more than a vote: should it ask for them elsewhere, this says so."""
    said: list[tuple[str, bool]] = []

    def listen(_: object, __: object, words: str, ___: object, context: ExecutionContext, ____: object) -> None:
        if "SAVEPOINT" in words:
            said.append((words.partition(" sa_")[0], context.compiled is not None))

    event.listen(database.engine, "before_cursor_execute", listen)

    def fail(_: Session) -> None:
        raise LinkUsed

    await database.shared(lambda _: None)
    with pytest.raises(LinkUsed):
        await database.shared(fail)
    words = ["SAVEPOINT", "RELEASE SAVEPOINT", "SAVEPOINT", "ROLLBACK TO SAVEPOINT"]
    assert said == [(one, False) for one in words]


async def test_a_loop_that_closed_meanwhile_stops_nobody_else(database: Database, clock: FixedClock) -> None:
    gate = threading.Event()

    async def leave() -> None:
        left = asyncio.ensure_future(database.shared(lambda _: gate.wait(10)))
        await asyncio.sleep(0)
        assert not left.done()

    await asyncio.to_thread(asyncio.run, leave())
    gate.set()
    async with asyncio.timeout(20):
        assert await database.shared(lambda s: first_time(s, "test", "here", clock.now()))


async def test_what_was_submitted_before_the_close_is_committed_and_nothing_after(
    database: Database, clock: FixedClock
) -> None:
    before = asyncio.ensure_future(database.shared(lambda s: first_time(s, "test", "before", clock.now())))
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    assert await before
    with pytest.raises(RuntimeError, match="closed"):
        await database.shared(lambda s: first_time(s, "test", "after", clock.now()))
    assert _stored(database) == {"before"}


def _stored(database: Database) -> set[str]:
    return set(database.read(lambda s: s.scalars(select(Inbound.key)).all()))
