"""Work that is done in a loop from another thread: once, whatever the loop is about, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.database import turn
from core.database.turn import Turns


class Ending(BaseException):
    """What would end a loop."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that is slow to come is waited for all the same."""
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 20)


@pytest.mark.usefixtures("patient")
async def test_it_is_done_in_the_loop() -> None:
    loop, here = asyncio.get_running_loop(), threading.get_ident()
    assert await asyncio.to_thread(Turns().take, loop, threading.get_ident) == here


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("raised", [ZeroDivisionError, Ending, SystemExit])
async def test_whatever_it_raises_is_for_whoever_waits(raised: type[BaseException]) -> None:
    loop, told = asyncio.get_running_loop(), list[BaseException]()

    def end() -> None:
        raise raised

    def wait() -> None:
        try:
            Turns().take(loop, end)
        except BaseException as error:
            told.append(error)

    await asyncio.to_thread(wait)
    assert [type(one) for one in told] == [raised]


async def test_a_loop_that_waits_for_the_very_thread_is_not_waited_for_and_not_asked_again() -> None:
    loop, turns, done = asyncio.get_running_loop(), Turns(), list[int]()
    thread = threading.Thread(target=turns.take, args=(loop, lambda: done.append(threading.get_ident())))
    thread.start()
    thread.join()  # the loop stands still meanwhile
    assert done == [thread.ident]
    await asyncio.sleep(0)  # its turn comes now, and has nothing left to do
    assert done == [thread.ident]
    assert await asyncio.to_thread(turns.take, loop, threading.get_ident) != threading.get_ident()


async def test_where_it_is_not_to_be_asked_the_loop_has_no_turn() -> None:
    loop, here = asyncio.get_running_loop(), threading.get_ident()
    assert await asyncio.to_thread(Turns(ask=False).take, loop, threading.get_ident) != here


def test_a_closed_loop_is_not_waited_for() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    assert Turns().take(loop, threading.get_ident) == threading.get_ident()
