"""Names whose servers are slow hold up nobody else, and what we have no room for is nobody's failure."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.webhooks.emitting import Happening, emit
from core.webhooks.kinds import Kind
from notifications.hooks.deciding import BREATH
from tests.hooks.receiver import Receiver, receiving, until
from tests.hooks.scene import calling, calls, hook, webhook
from tests.people import scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the way out
SLOW = 16  # as many as there once were threads for all names together


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Names that begin with `slow` are not found until the event; others lead to this machine."""
    answered = Event()

    def look_up(host: str, *_: Any) -> list[Any]:
        if host.startswith("slow"):
            answered.wait(120)
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("notifications.hooks.posting.socket.getaddrinfo", look_up)
    yield answered
    answered.set()


def happen(database: Database, office: int, clock: FixedClock) -> None:
    database.write(lambda session: emit(session, Happening(Kind.ANSWERED, office), clock.now()))


def named(receiver: Receiver, name: str) -> str:
    return f"http://{name}.example.org:{urlsplit(receiver.url).port}/"


async def test_slow_names_hold_up_no_other(database: Database, clock: FixedClock, slow_names: Event) -> None:
    slow, other = (database.write(lambda session, slug=slug: scene.office(session, slug)) for slug in ("slow", "other"))  # type: ignore[misc]
    async with receiving() as receiver:
        for number in range(SLOW):
            hook(database, slow, named(receiver, f"slow{number}"))
        hook(database, other, named(receiver, "good"))
        happen(database, slow, clock)
        async with calling(database, clock):
            await until(lambda: [one.state for one in calls(database)] == ["claimed"] * SLOW)
            happen(database, other, clock)
            await receiver.until(1, 10)
            slow_names.set()


async def test_what_we_have_no_room_for_counts_as_no_try(
    database: Database, clock: FixedClock, slow_names: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.hooks.posting.LOOK_UPS", 1)
    office = database.write(scene.office)
    async with receiving() as receiver:
        hook(database, office, named(receiver, "slow"))
        good = hook(database, office, named(receiver, "good"))
        async with calling(database, clock):
            happen(database, office, clock)
            await until(lambda: calls(database)[1].due_at == clock.now() + BREATH)
            call = calls(database)[1]
            assert (call.state, call.attempts, call.detail) == ("waiting", 0, "")
            assert webhook(database, good).failing_since is None
            monkeypatch.setattr("notifications.hooks.posting.LOOK_UPS", 2)
            slow_names.set()
            await until(lambda: calls(database)[0].attempts == 1)
            clock.advance(BREATH)
            await receiver.until(1)
