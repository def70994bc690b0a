"""How fast a bot may write."""

from __future__ import annotations

import pytest
from aiogram.exceptions import TelegramRetryAfter

from core.clock import SystemClock
from sandbox.server.errors import Refusal
from sandbox.server.rates import Limits, Rates
from tests.support.sandbox import running_sandbox


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def spend(rates: Rates, chats: list[int]) -> int:
    done = 0
    for chat in chats:
        try:
            rates.spend(chat)
        except Refusal:
            return done
        done += 1
    return done


def test_thirty_a_second_over_all_chats() -> None:
    watch = Stopwatch()
    rates = Rates(Limits(), watch)
    assert spend(rates, list(range(1, 100))) == 30
    watch.seconds += 0.5
    assert spend(rates, list(range(1, 100))) == 15


def test_a_burst_in_one_chat_and_then_one_a_second() -> None:
    watch = Stopwatch()
    rates = Rates(Limits(chat_burst=3), watch)
    assert spend(rates, [7] * 9) == 3
    watch.seconds += 2
    assert spend(rates, [7] * 9) == 2


def test_twenty_a_minute_in_a_group() -> None:
    watch = Stopwatch()
    rates = Rates(Limits(), watch)
    assert spend(rates, [-5] * 30) == 20
    with pytest.raises(Refusal) as refusal:
        rates.spend(-5)
    assert refusal.value.body()["parameters"] == {"retry_after": 3}
    watch.seconds += 3
    assert spend(rates, [-5] * 30) == 1


def test_a_refused_message_costs_nothing() -> None:
    watch = Stopwatch()
    rates = Rates(Limits(chat_burst=1), watch)
    assert spend(rates, [7, 7]) == 1
    for _ in range(50):
        assert spend(rates, [7]) == 0
    assert spend(rates, list(range(100, 200))) == 29


async def test_the_client_is_told_how_long_to_wait() -> None:
    limits = Limits(per_chat=0.001, chat_burst=2)
    async with running_sandbox(SystemClock(), limits) as sandbox, sandbox.bot() as bot:
        await sandbox.person(7).says("/start")
        await bot.send_message(7, "uno")
        await bot.send_message(7, "due")
        with pytest.raises(TelegramRetryAfter) as refusal:
            await bot.send_message(7, "tre")
        assert 900 < refusal.value.retry_after <= 1000
        assert [line["text"] for line in await sandbox.sent()] == ["uno", "due"]


def test_a_paid_broadcast_counts_among_the_paid_ones_alone() -> None:
    watch = Stopwatch()
    rates = Rates(Limits(overall=2, paid=3), watch)
    for chat in range(3):
        rates.spend(chat, paid=True)
    with pytest.raises(Refusal):
        rates.spend(7, paid=True)
    assert spend(rates, list(range(10, 20))) == 2
