"""The outside world going wrong on request."""

from __future__ import annotations

import aiosmtplib
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiohttp import ClientPayloadError, ClientResponseError

from tests.sandbox.test_mail import deliver
from tests.support.sandbox import RunningSandbox


async def test_telegram_fails_as_often_as_wished(sandbox: RunningSandbox, bot: Bot) -> None:
    await sandbox.person(7).says("/start")
    await sandbox.misbehaves(telegram={"status": 429, "retry_after": 17, "times": 1, "methods": ["sendMessage"]})
    await bot.get_me()
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(7, "uno")
    assert refusal.value.retry_after == 17
    await bot.send_message(7, "due")
    await sandbox.misbehaves(telegram={"status": 502})
    for _ in range(3):
        with pytest.raises(TelegramServerError):
            await bot.send_message(7, "tre")
    assert len(await bot.get_updates()) == 1
    await sandbox.http.delete("/misbehave")
    await bot.send_message(7, "quattro")
    assert [line["text"] for line in await sandbox.sent()] == ["due", "quattro"]


async def test_a_download_fails_and_breaks_off(sandbox: RunningSandbox, bot: Bot) -> None:
    act = await sandbox.person(7).sends_file("document", "piano.pdf", b"%PDF-1.7")
    message = (await bot.get_updates(offset=act["update_id"]))[0].message
    assert message is not None
    assert message.document is not None
    path = (await bot.get_file(message.document.file_id)).file_path or ""
    await sandbox.misbehaves(telegram={"status": 502, "times": 1, "methods": ["download"]})
    with pytest.raises(ClientResponseError):
        await bot.download_file(path)
    await sandbox.misbehaves(telegram={"drop": "before", "times": 1, "methods": ["download"]})
    with pytest.raises(ClientPayloadError):
        await bot.download_file(path)
    whole = await bot.download_file(path)
    assert whole is not None
    assert whole.read() == b"%PDF-1.7"


@pytest.mark.parametrize(("drop", "arrived"), [("before", 0), ("after", 1)])
async def test_a_dropped_connection_leaves_in_doubt_what_happened(
    sandbox: RunningSandbox, bot: Bot, drop: str, arrived: int
) -> None:
    await sandbox.person(7).says("/start")
    await sandbox.misbehaves(telegram={"drop": drop, "times": 1})
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(7, "uno")
    assert len(await sandbox.sent("uno")) == arrived
    await bot.send_message(7, "due")


async def test_telegram_can_be_slow(sandbox: RunningSandbox, bot: Bot) -> None:
    await sandbox.person(7).says("/start")
    await sandbox.misbehaves(telegram={"slow": 5, "methods": ["sendMessage"]})
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(7, "uno", request_timeout=1)
    await bot.get_me(request_timeout=1)


async def test_the_mail_server_refuses_as_often_as_wished(sandbox: RunningSandbox) -> None:
    await sandbox.misbehaves(mail={"code": 451, "times": 1})
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
        await deliver(sandbox, "anna@posta.example")
    assert refusal.value.recipients[0].code == 451
    await deliver(sandbox, "anna@posta.example")
    await sandbox.misbehaves(mail={"code": 550, "recipients": ["Bruno@posta.example"]})
    await deliver(sandbox, "anna@posta.example")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await deliver(sandbox, "bruno@posta.example")
    await sandbox.misbehaves(mail={"code": 554, "stage": "data"})
    with pytest.raises(aiosmtplib.SMTPDataError):
        await deliver(sandbox, "anna@posta.example")
    await sandbox.misbehaves(mail={"code": 421, "stage": "mail"})
    with pytest.raises(aiosmtplib.SMTPResponseException):
        await deliver(sandbox, "anna@posta.example")
    assert len(await sandbox.mail()) == 2


async def test_greylisting_takes_the_second_attempt(sandbox: RunningSandbox) -> None:
    await sandbox.misbehaves(mail={"greylist": True})
    for address in ("anna@posta.example", "bruno@posta.example"):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await deliver(sandbox, address)
        await deliver(sandbox, address)
    assert len(await sandbox.mail()) == 2


@pytest.mark.parametrize(("drop", "arrived"), [("before", 0), ("after", 1)])
async def test_a_mail_connection_drops_at_the_worst_moment(sandbox: RunningSandbox, drop: str, arrived: int) -> None:
    await sandbox.misbehaves(mail={"drop": drop, "times": 1})
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await deliver(sandbox, "anna@posta.example")
    assert len(await sandbox.mail()) == arrived
    await deliver(sandbox, "anna@posta.example")


@pytest.mark.parametrize("wish", [{"post": {}}, {"mail": {"kode": 1}}, {"telegram": {"status": "x"}}, {"mail": 5}])
async def test_wishes_that_make_no_sense_are_refused(sandbox: RunningSandbox, wish: object) -> None:
    assert (await sandbox.http.post("/misbehave", json=wish)).status_code == 400
    assert (await sandbox.http.get("/misbehave")).json() == {"telegram": None, "mail": None}
