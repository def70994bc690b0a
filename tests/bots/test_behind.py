"""What nobody waits for is shown after those who wait have their answer: once a message, in order, and for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from bots.participants import behind as behind_module
from bots.participants.behind import AT_ONCE, Behind
from bots.participants.parse import Arrived, PressedButton
from bots.participants.screen import Reply
from bots.participants.store import ChatState
from bots.participants.unit import Taken

VOTED = Reply(view=cast("Any", object()), apart=True, toast="Thank you")
REFUSED = Reply(toast="Nothing is chosen")


def outcome(update: int, chat: int, reply: Reply = VOTED, message: int | None = 7) -> Taken:
    did = PressedButton("poll:1:c0", f"q{update}", message)
    return Taken(Arrived(update, chat, "it", did), reply, ChatState(chat, "it"), is_answered=True)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind_module, "PAUSE_SECONDS", 0)


class Chats:
    """What was shown, by the updates; nothing is while `busy`."""

    def __init__(self) -> None:
        self.busy, self.shown, self.at_once, self.most = True, list[list[int]](), 0, 0
        self.behind = Behind(lambda: self.busy, self.show)

    async def show(self, outcomes: Sequence[Taken]) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.shown.append([one.arrived.update_id for one in outcomes])
        self.at_once -= 1

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.shown) < count:
                await asyncio.sleep(0)


async def test_a_hall_is_shown_its_thanks_once_nobody_waits() -> None:
    chats = Chats()
    for number in range(100):
        chats.behind.put(outcome(number, chat=number))
    for _ in range(20):
        await asyncio.sleep(0)
    assert chats.shown == [], "votes wait"
    chats.busy = False
    await chats.until(100)
    assert [one for (one,) in chats.shown] == list(range(100)) and chats.most <= AT_ONCE


async def test_one_message_is_changed_once_and_nothing_else_is_left_out() -> None:
    chats = Chats()
    pressed = [
        outcome(1, 500),
        outcome(2, 500),  # the same message: what the first would have shown is over
        outcome(3, 500, message=8),
        outcome(4, 500, REFUSED, message=8),  # changes nothing
        outcome(5, 500, message=None),
        outcome(6, 500, message=None),  # each is a message of its own
        outcome(7, 600),
    ]
    for one in pressed:
        chats.behind.put(one)
    assert [one.arrived.update_id for one in chats.behind.take(600)] == [7], "whoever comes again sees it now"
    assert chats.behind.take(600) == ()
    chats.busy = False
    await chats.until(1)
    assert chats.shown == [[2, 3, 4, 5, 6]]


async def test_whoever_waits_all_the_time_holds_nobody_up_for_ever() -> None:
    chats = Chats()
    chats.behind.put(outcome(1, 500))
    await chats.until(1)
    assert chats.busy and chats.shown == [[1]]
