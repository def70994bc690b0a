"""Calls reach their receivers: signed, again when they failed, once more after a kill, and nobody holds up another."""

from __future__ import annotations

import json
import os
import re
import signal
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import FixedClock, SharedClock, SystemClock
from core.database.database import Database
from core.ids import RandomIds
from core.process.tables import Office
from core.webhooks.calls import KEPT, add_test, given_up, replay_call, replay_failed
from core.webhooks.emitting import Happening, emit
from core.webhooks.errors import CallUnknown
from core.webhooks.keeping import find_webhook, pause, renew_secret, resume
from core.webhooks.kinds import Kind
from core.webhooks.signing import secret_of
from notifications.hooks.deciding import BREATH, WAITS
from notifications.hooks.queue import forget_old
from tests.conftest import NOW
from tests.hooks.receiver import Say, is_genuine, receiving, until
from tests.hooks.scene import LINKS, PRIVATE, SECRET, calling, calls, hook, secret, states, webhook
from tests.people import scene
from tests.support.nursery import Child, begin

DEAD_AFTER = timedelta(seconds=2)


@pytest.fixture
def office(database: Database) -> int:
    return database.write(scene.office)


def happen(database: Database, office: int, clock: FixedClock, count: int = 1) -> None:
    def work(session: object) -> None:
        for number in range(count):
            emit(session, Happening(Kind.ANSWERED, office, data={"response": number}), clock.now())  # type: ignore[arg-type]

    database.write(work)


def answer(status: int, **headers: str) -> Say:
    return Say(status, {name.replace("_", "-"): value for name, value in headers.items()})


async def settled(database: Database, state: str, attempts: int) -> None:
    await until(lambda: states(database) == [(state, attempts)])


async def test_a_call_is_signed_so_that_a_few_lines_can_check_it(
    database: Database, office: int, clock: FixedClock
) -> None:
    async with receiving() as receiver:
        number = hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            (received,) = await receiver.until(1)
            await settled(database, "done", 1)
        key = secret(database, number)
        assert is_genuine(key, received.headers, received.body)
        assert not is_genuine(key, received.headers, received.body + b" ")
        assert documented()(key, received.headers, received.body)
        assert not documented()(key, received.headers | {"webhook-timestamp": "1700000000"}, received.body)
        assert not is_genuine(secret_of(LINKS, number, "another"), received.headers, received.body)
        sent = int(received.headers["webhook-timestamp"])
        assert abs(sent - SystemClock().now().timestamp()) < 60  # a receiver's clock is no office's
        assert received.event_id == calls(database)[0].event_id
        assert received.headers["Content-Type"] == "application/json"


async def test_a_new_secret_signs_beside_the_earlier_one_for_a_day(
    database: Database, office: int, clock: FixedClock
) -> None:
    async with receiving() as receiver:
        number = hook(database, office, receiver.url)
        earlier = secret(database, number)
        database.write(lambda s: renew_secret(s, find_webhook(s, number), PRIVATE, RandomIds(), clock.now()))
        newer = secret(database, number)
        assert newer != earlier
        async with calling(database, clock):
            happen(database, office, clock)
            (one,) = await receiver.until(1)
            clock.advance(timedelta(hours=24))
            happen(database, office, clock)
            _, two = await receiver.until(2)
    assert [is_genuine(key, one.headers, one.body) for key in (newer, earlier)] == [True, True]
    assert [is_genuine(key, two.headers, two.body) for key in (newer, earlier)] == [True, False]


async def test_what_failed_comes_again_by_the_clock_under_the_same_id(
    database: Database, office: int, clock: FixedClock
) -> None:
    async with receiving(says=[answer(500), answer(302, Location="/elsewhere"), answer(404)]) as receiver:
        hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            for number, wait in enumerate(WAITS[:3], 1):
                await settled(database, "waiting", number)
                assert calls(database)[0].due_at == clock.now() + wait
                assert len(receiver.received) == number
                clock.advance(wait)
            await settled(database, "done", 4)
    assert len({one.event_id for one in receiver.received}) == 1
    assert [one.headers["Host"] for one in receiver.received] == [receiver.url.split("/")[2]] * 4
    assert webhook(database, 1).failing_since is None


async def test_after_the_last_wait_it_is_given_up_and_staff_replay_it(
    database: Database, office: int, clock: FixedClock
) -> None:
    async with receiving(says=[answer(500)] * 10) as receiver:
        number = hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            for tries, wait in enumerate(WAITS, 1):
                await settled(database, "waiting", tries)
                clock.advance(wait)
            await settled(database, "failed", 10)
            assert webhook(database, number).state == "active"  # three days, not five
            assert webhook(database, number).failing_since == NOW
            late, early = clock.now(), NOW
            found = [database.read(lambda s, since=since: given_up(s, number, since)) for since in (late, early)]  # type: ignore[misc]
            assert found == [[], [[1]]]
            assert database.write(lambda s: replay_failed(s, find_webhook(s, number), [1], PRIVATE, late)) == 1
            clock.advance(BREATH)
            await settled(database, "done", 1)
            with pytest.raises(CallUnknown):
                database.write(lambda s: replay_call(s, find_webhook(s, number), 99, PRIVATE, late))
            database.write(lambda s: replay_call(s, find_webhook(s, number), 1, PRIVATE, late))
            await receiver.until(12)
    assert len({one.event_id for one in receiver.received}) == 1


async def test_nothing_got_through_for_five_days(database: Database, office: int, clock: FixedClock) -> None:
    async with receiving(says=[answer(500)] * 20) as receiver:
        number = hook(database, office, receiver.url)
        async with calling(database, clock):
            for state in ("active", "broken"):
                happen(database, office, clock)
                for tries, wait in enumerate(WAITS, 1):
                    await until(lambda tries=tries: _last(database) == ("waiting", tries))  # type: ignore[misc]
                    clock.advance(wait)
                await until(lambda: _last(database) == ("failed", 10))
                assert webhook(database, number).state == state
            happen(database, office, clock)
            database.write(lambda s: resume(s, find_webhook(s, number), PRIVATE, clock.now()))
            await until(lambda: _last(database) == ("done", 1))
    assert webhook(database, number).state == "active"


async def test_gone_breaks_the_webhook_and_what_happens_waits(
    database: Database, office: int, clock: FixedClock
) -> None:
    async with receiving(says=[answer(410)]) as receiver:
        number = hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            await settled(database, "failed", 1)
            assert webhook(database, number).state == "broken"
            happen(database, office, clock)
            clock.advance(timedelta(days=1))
            await until(lambda: [one.state for one in calls(database)] == ["failed", "waiting"])
            assert len(receiver.received) == 1


async def test_a_receiver_that_asks_for_time_gets_it(database: Database, office: int, clock: FixedClock) -> None:
    later = format_datetime(SystemClock().now() + timedelta(minutes=30), usegmt=True)
    async with receiving(says=[answer(429, Retry_After="600"), answer(503, Retry_After=later)]) as receiver:
        hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            await settled(database, "waiting", 1)
            assert calls(database)[0].due_at == clock.now() + timedelta(minutes=10)
            happen(database, office, clock)  # nothing else goes there either
            clock.advance(timedelta(minutes=9))
            assert len(receiver.received) == 1
            clock.advance(timedelta(minutes=1))
            await receiver.until(2)
            await until(lambda: 2 in [one.attempts for one in calls(database)] or len(receiver.received) > 2)
            held = webhook(database, 1).held_until
    assert held is not None
    assert timedelta(minutes=29) < held - clock.now() <= timedelta(minutes=30)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the loop
async def test_a_slow_receiver_gets_few_at_once_and_holds_up_nobody(
    database: Database, office: int, clock: FixedClock
) -> None:
    async with receiving(slow=60) as slow, receiving() as quick:
        hook(database, office, slow.url)
        other = database.write(lambda session: scene.office(session, "other"))
        hook(database, other, quick.url)
        happen(database, office, clock, 30)
        happen(database, other, clock, 30)
        async with calling(database, clock):
            await quick.until(30)
            assert slow.most_at_once == 4
            assert quick.most_at_once <= 4
            assert len(slow.received) == 4


async def test_a_paused_webhook_waits_until_it_is_resumed(database: Database, office: int, clock: FixedClock) -> None:
    async with receiving() as receiver:
        number = hook(database, office, receiver.url)
        database.write(lambda s: pause(s, find_webhook(s, number), PRIVATE, clock.now()))
        happen(database, office, clock, 3)
        async with calling(database, clock):
            happen(database, office, clock)
            assert receiver.received == []
            database.write(lambda s: resume(s, find_webhook(s, number), PRIVATE, clock.now()))
            await receiver.until(4)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_answer_without_end_is_not_read(database: Database, office: int, clock: FixedClock) -> None:
    async with receiving(says=[Say(200, body=b"x" * 5_000_000)]) as receiver:
        hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            await settled(database, "done", 1)
    (call,) = calls(database)
    assert "xx" not in str(vars(call))


async def test_a_test_goes_to_one_webhook_whatever_it_wants(database: Database, office: int, clock: FixedClock) -> None:
    async with receiving() as receiver:
        number = hook(database, office, receiver.url, ["delivery.bounced"])
        hook(database, office, f"{receiver.url}/other")
        database.write(lambda s: add_test(s, find_webhook(s, number), PRIVATE, RandomIds(), clock.now()))
        async with calling(database, clock):
            (received,) = await receiver.until(1)
        assert received.content["type"] == "webhook.test"
        assert received.data == {"office": database.read(lambda s: s.get_one(Office, office)).slug}


async def test_a_killed_sender_leaves_a_call_that_another_makes_again(
    database: Database, database_url: str, office: int, clock: FixedClock, tmp_path: Path
) -> None:
    SharedClock(tmp_path / "clock").move_to(clock.now())
    async with receiving(slow=60) as receiver:
        hook(database, office, receiver.url)
        happen(database, office, clock)
        options = {"database": database_url, "clock": str(tmp_path / "clock"), "secret": SECRET, "lease": 2}
        process = _to_be_killed(options)
        try:
            (first,) = await receiver.until(1, 60)
            assert states(database) == [("claimed", 0)]
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        receiver.slow = 0
        async with calling(database, clock, "hooks-2", lease=DEAD_AFTER):
            _, second = await receiver.until(2, 30)
            await settled(database, "done", 1)
    assert (first.event_id, first.body) == (second.event_id, second.body)


async def test_who_stops_puts_back_what_is_under_way(database: Database, office: int, clock: FixedClock) -> None:
    async with receiving(slow=60) as receiver:
        hook(database, office, receiver.url)
        happen(database, office, clock)
        async with calling(database, clock):
            await receiver.until(1)
        assert states(database) == [("waiting", 0)]


def test_calls_are_kept_for_thirty_days(database: Database, office: int, clock: FixedClock) -> None:
    hook(database, office, "http://127.0.0.1:9/")
    happen(database, office, clock, 3)
    clock.advance(KEPT)
    happen(database, office, clock)
    assert database.write(lambda session: forget_old(session, clock.now())) == 0
    clock.advance(timedelta(seconds=1))
    assert database.write(lambda session: forget_old(session, clock.now())) == 3
    assert [one.happened_at for one in calls(database)] == [NOW + KEPT]


def _last(database: Database) -> tuple[str, int]:
    return states(database)[-1]


def _to_be_killed(options: dict[str, object]) -> Child:
    return begin("tests.hooks.process", [json.dumps(options)], os.environ)


def documented() -> Any:
    """The function that docs/webhooks.md shows."""
    (code,) = re.findall(r"```python\n(.*?)```", Path("docs/webhooks.md").read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["is_genuine"]
