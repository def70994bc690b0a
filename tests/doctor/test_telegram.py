"""Bots, with the sandbox's Telegram: nothing is changed there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from cli.doctor import telegram
from cli.doctor.telegram import judge_hook, look_telegram
from core.clock import SystemClock
from core.config import Settings
from core.findings import Finding, Judgement
from core.i18n import translator
from tests.channels.relays import scripted
from tests.support.sandbox import TOKENS, RunningSandbox, running_sandbox

HERE = "https://ascolto.example.org"


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


async def looked(url: str, **changed: str) -> list[Finding]:
    given = {"participant_bot_token": TOKENS["participants"], "telegram_api_url": url, **changed}
    return await look_telegram(Settings(**given), SystemClock())  # type: ignore[arg-type]


def fit(found: list[Finding], *expected: Judgement) -> bool:
    return len(found) == len(expected) and all(one.fits(it) for one, it in zip(expected, found, strict=True))


def texts(found: list[Finding]) -> str:
    return "\n".join(one.message.say(translator("en")) for one in found)


async def test_both_bots(sandbox: RunningSandbox) -> None:
    await sandbox.person(7).says("/start")
    found = await looked(sandbox.addresses.telegram, staff_bot_token=TOKENS["staff"])
    assert fit(found, telegram.KNOWN, telegram.POLLED, telegram.KNOWN, telegram.POLLED)
    assert "ASCOLTO_STAFF_BOT_TOKEN" in texts(found)
    assert "waiting: 1" in texts(found)
    again = await looked(sandbox.addresses.telegram)
    assert "waiting: 1" in texts(again)


async def test_without_a_bot_or_with_what_is_no_token_telegram_is_not_asked() -> None:
    assert fit(await looked("http://127.0.0.1:1", participant_bot_token=""), telegram.UNSET)
    assert await looked("http://127.0.0.1:1", participant_bot_token="x/../y") == []


async def test_a_token_that_telegram_does_not_know(sandbox: RunningSandbox) -> None:
    (found,) = await looked(sandbox.addresses.telegram, participant_bot_token="1001:secretword")
    assert telegram.UNKNOWN_TOKEN.fits(found)
    assert "secretword" not in texts([found])


async def test_a_name_that_is_another_bots(sandbox: RunningSandbox) -> None:
    async with sandbox.bot() as bot:
        name = (await bot.get_me()).username or ""
    found = await looked(sandbox.addresses.telegram, participant_bot_name=f"@{name.upper()}")
    assert fit(found, telegram.KNOWN, telegram.POLLED)
    found = await looked(sandbox.addresses.telegram, participant_bot_name="another_bot")
    assert fit(found, telegram.KNOWN, telegram.OTHER_NAME, telegram.POLLED)


async def test_webhooks(sandbox: RunningSandbox) -> None:
    found = await looked(sandbox.addresses.telegram, public_url=HERE)
    assert fit(found, telegram.KNOWN, telegram.NO_HOOK)
    async with sandbox.bot() as bot:
        await bot.set_webhook("http://127.0.0.1:1/hooks/telegram/participants")
        assert fit(await looked(sandbox.addresses.telegram, public_url=HERE), telegram.KNOWN, telegram.ELSEWHERE)
        assert fit(await looked(sandbox.addresses.telegram), telegram.KNOWN, telegram.ELSEWHERE)
        assert (await bot.get_webhook_info()).url.startswith("http://127.0.0.1:1/")
        await bot.set_webhook(f"{HERE}/hooks/telegram/participants")
        assert fit(await looked(sandbox.addresses.telegram, public_url=HERE), telegram.KNOWN, telegram.DELIVERED)


async def test_a_delivery_that_failed(sandbox: RunningSandbox) -> None:
    async with sandbox.bot() as bot:
        await bot.set_webhook("http://127.0.0.1:1/hooks/telegram/participants")
        await sandbox.person(7).says("hello")
        for _ in range(200):
            info = await bot.get_webhook_info()
            if info.last_error_date:
                break
    found = await looked(sandbox.addresses.telegram)
    assert telegram.FAILS.fits(found[-1])
    assert "Connection failed" in texts(found)


def test_what_waits_and_what_failed_long_ago() -> None:
    now = SystemClock().now()
    hook = {"url": f"{HERE}/hooks/telegram/participants", "pending_update_count": 101}
    long_ago = {"last_error_date": int((now - timedelta(days=3)).timestamp()), "last_error_message": "gone"}
    found = list(judge_hook("bot", {**hook, **long_ago}, Settings(public_url=f"{HERE}/"), now))
    assert fit(found, telegram.DELIVERED, telegram.MANY_WAIT)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", b"HTTP/1.1 200 OK\r\n\r\n[1]", b"nonsense\r\n\r\n",
     b'HTTP/1.1 200 OK\r\n\r\n{"ok":true,"result":7}', b'HTTP/1.1 404 Not Found\r\n\r\n{}'],
)  # fmt: skip
async def test_what_is_no_telegram(answer: bytes) -> None:
    async def script(reader, writer) -> None:  # type: ignore[no-untyped-def]
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async with scripted(script) as port:
        (found,) = await looked(f"http://127.0.0.1:{port}")
    assert telegram.SILENT.fits(found)
    assert "1001:participants" not in texts([found])


async def test_nobody_listens() -> None:
    (found,) = await looked("http://127.0.0.1:1")
    assert telegram.SILENT.fits(found)
    assert "127.0.0.1:1" in texts([found])
