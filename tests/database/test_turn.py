"""Work that is done in a loop from another thread: once, whatever the loop is about, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.database.turn import in_turn


class Ending(BaseException):
    """What would end a loop."""


async def test_it_is_done_in_the_loop() -> None:
    loop, here = asyncio.get_running_loop(), threading.get_ident()
    assert await asyncio.to_thread(in_turn, loop, threading.get_ident) == here


@pytest.mark.parametrize("raised", [ZeroDivisionError, Ending, SystemExit])
async def test_whatever_it_raises_is_for_whoever_waits(raised: type[BaseException]) -> None:
    loop, told = asyncio.get_running_loop(), list[BaseException]()

    def end() -> None:
        raise raised

    def wait() -> None:
        try:
            in_turn(loop, end)
        except BaseException as error:
            told.append(error)

    await asyncio.to_thread(wait)
    assert [type(one) for one in told] == [raised]


async def test_a_loop_that_waits_for_the_very_thread_is_not_waited_for() -> None:
    loop, done = asyncio.get_running_loop(), list[int]()
    thread = threading.Thread(target=in_turn, args=(loop, lambda: done.append(threading.get_ident())))
    thread.start()
    thread.join()  # the loop stands still meanwhile
    assert done == [thread.ident]
    await asyncio.sleep(0)  # its turn comes now, and has nothing left to do
    assert done == [thread.ident]


def test_a_closed_loop_is_not_waited_for() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    assert in_turn(loop, threading.get_ident) == threading.get_ident()
