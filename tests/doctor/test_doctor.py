"""`ascolto doctor` as it is typed, before a real name server, relay, Telegram and database."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.channels.relays import relay, scripted
from tests.channels.test_dkim import signer_of
from tests.support.name_server import NameServer, Zone, name_server
from tests.support.sandbox import TOKENS, RunningSandbox, running_sandbox

HERE = "https://ascolto.example.org"
Installation = tuple[NameServer, RunningSandbox]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(folder: Path, **given: str) -> dict[str, str]:
    usual = {
        "secret_key": "a secret of at least thirty-two characters",
        "public_url": HERE,
        "participant_bot_token": TOKENS["participants"],
        "staff_bot_token": TOKENS["staff"],
        "mail_from": "Ufficio di piano <piano@example.org>",
        "return_address": "ritorni@example.org",
        "incoming_mail": f"maildir:{folder}",
        "dkim_key": str(folder / "key.pem"),
        "dkim_selector": "s2026",
        **given,
    }
    return {f"ASCOLTO_{name.upper()}": value for name, value in usual.items()}


def sound_zone(record: str) -> dict[str, dict[str, list[str]]]:
    return {
        "example.org": {"TXT": ["v=spf1 mx ~all"], "MX": ["10 mail.example.org"]},
        "mail.example.org": {"A": ["93.184.215.14"]},
        "_dmarc.example.org": {"TXT": ["v=DMARC1; p=reject; rua=mailto:postmaster@example.org"]},
        "s2026._domainkey.example.org": {"TXT": [record]},
    }


@asynccontextmanager
async def installed(zone: Zone, *, silent: bool = False) -> AsyncIterator[tuple[NameServer, RunningSandbox, int]]:
    """A name server, a Telegram that delivers here, and the port of a relay."""
    async with name_server(zone, silent=silent) as server, running_sandbox() as sandbox, relay() as running:
        for name in TOKENS:
            async with sandbox.bot(name) as bot:
                await bot.set_webhook(f"{HERE}/hooks/telegram/{name}")
        yield server, sandbox, running.port


async def typed(given: Mapping[str, str], *words: str) -> Result:
    """In a thread: the command has an event loop of its own."""
    env = {"LC_ALL": "en", "COLUMNS": "40", **given}

    def invoke() -> Result:
        return CliRunner().invoke(app, ["doctor", *words], env=env, catch_exceptions=False)

    return await asyncio.to_thread(invoke)


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def states(result: Result, check: str) -> list[str]:
    return [one["state"] for one in told(result)["findings"] if one["check"] == check]


async def test_an_installation_that_lacks_nothing(tmp_path: Path, database_url: str) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    async with installed(sound_zone(signer_of(tmp_path).record())) as (server, sandbox, port):
        given = settings(
            tmp_path,
            database_url=database_url,
            smtp_url=f"smtp://127.0.0.1:{port}",
            telegram_api_url=sandbox.addresses.telegram,
            dns_server=server.setting,
        )
        result = await typed(given, "--json")
        assert result.exit_code == 0, result.output
        assert told(result)["state"] == "ok"
        found = told(result)["findings"]
        assert {one["state"] for one in found if one["check"] != "disk"} == {"ok", "unknown"}
        inside = [one["check"] for one in found if one["state"] == "unknown"]
        assert inside == ["spf", "reverse"]  # from which address a relay on this machine sends cannot be told
        result = await typed({**given, "LC_ALL": "it_IT.UTF-8"})
        assert result.exit_code == 0
        assert "Il database" in result.output and "The " not in result.output


@pytest.mark.parametrize("language", ["it", "fr", "en"])
async def test_nothing_is_set_up_yet(language: str, tmp_path: Path) -> None:
    result = await typed({"LC_ALL": language})
    assert result.exit_code == 1
    for name in ("ASCOLTO_SECRET_KEY", "ASCOLTO_SMTP_URL", "ASCOLTO_MAIL_FROM", "ascolto db upgrade"):
        assert name in result.output
    assert ("There is no" in result.output) == (language == "en")
    assert not (tmp_path / "var").exists()


async def test_what_is_to_be_published_stands_on_lines_of_its_own(tmp_path: Path) -> None:
    record = signer_of(tmp_path).record()
    async with installed({"example.org": {}}) as (server, sandbox, port):
        given = settings(
            tmp_path,
            smtp_url=f"smtp://127.0.0.1:{port}",
            telegram_api_url=sandbox.addresses.telegram,
            dns_server=server.setting,
        )
        result = await typed(given)
        assert result.exit_code == 1
        lines = [line.strip() for line in result.output.splitlines()]
        key = record.partition("p=")[2]
        assert any(line.startswith("s2026._domainkey.example.org. IN TXT (") and key[:200] in line for line in lines)
        assert 'example.org. IN TXT "v=spf1 ip4:<address> ~all"' in lines
        assert '_dmarc.example.org. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"' in lines
        assert "example.org. IN MX 10 <mail server>." in lines
        machines = await typed(given, "--json")
        assert [states(machines, check) for check in ("spf", "dkim", "dmarc", "mx")] == [["wrong"]] * 4
        assert told(machines)["state"] == "wrong"


async def test_another_return_domain_is_the_one_that_receivers_look_at(tmp_path: Path) -> None:
    zone = {**sound_zone(signer_of(tmp_path).record()), "example.net": {"MX": ["10 mail.example.org"]}}
    async with installed(zone) as (server, _, port):
        given = settings(
            tmp_path,
            return_address="ritorni@example.net",
            participant_bot_token="",
            staff_bot_token="",
            smtp_url=f"smtp://127.0.0.1:{port}",
            dns_server=server.setting,
        )
        result = await typed(given, "--json")
        assert states(result, "spf") == ["wrong", "ok"]
        assert states(result, "dmarc") == ["ok", "warning"]  # signed by DKIM, which is in line
        assert states(result, "mx") == ["ok"]


async def test_the_relays_that_are_named(tmp_path: Path) -> None:
    pointer = "14.215.184.93.in-addr.arpa"
    zone = {
        "example.org": {"TXT": ["v=spf1 a:mail.example.org -all"], "MX": ["1 mail.example.org"]},
        "mail.example.org": {"A": ["93.184.215.14"], "AAAA": ["2606:2800::1"]},
        pointer: {"PTR": ["mail.example.org"]},
    }
    async with name_server(zone) as server:
        given = settings(tmp_path, smtp_url="smtp://mail.example.org", dns_server=server.setting, dkim_key="")
        result = await typed({**given, "ASCOLTO_DKIM_SELECTOR": ""}, "--json")
        assert states(result, "spf") == ["ok", "ok", "ok"]
        assert states(result, "reverse") == ["ok", "warning"]  # the second address has no name
        assert states(result, "dkim") == ["unknown"]


async def test_a_server_that_only_fails_is_no_reason_to_fail(tmp_path: Path) -> None:
    async with name_server({}) as server:
        server.failing = {"example.org", "_dmarc.example.org", "s2026._domainkey.example.org"}
        signer_of(tmp_path)
        result = await typed(settings(tmp_path, smtp_url="smtp://127.0.0.1:1", dns_server=server.setting), "--json")
        for check in ("spf", "dkim", "dmarc", "mx"):
            assert states(result, check) == ["unknown"]
        assert states(result, "smtp") == ["wrong"]


async def test_everything_is_silent_and_it_ends_within_seconds(tmp_path: Path) -> None:
    async def says_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await reader.read()

    signer_of(tmp_path)
    async with name_server({}, silent=True) as server, scripted(says_nothing) as port:
        given = settings(
            tmp_path,
            smtp_url=f"smtp://127.0.0.1:{port} smtps://localhost:{port}",
            incoming_mail=f"imap://ritorni:word@127.0.0.1:{port}",
            telegram_api_url=f"http://127.0.0.1:{port}",
            database_url=f"postgresql://ascolto@127.0.0.1:{port}/ascolto",
            dns_server=server.setting,
        )
        begun = time.monotonic()
        result = await typed(given, "--json")
        assert time.monotonic() - begun < 25  # ten for the slowest, the rest for a busy machine
    assert result.exit_code == 1
    for check in ("spf", "dkim", "dmarc", "mx", "database", "incoming-mail"):
        assert states(result, check) == ["unknown"], check
    assert states(result, "smtp") == states(result, "telegram") == ["wrong", "wrong"]


async def test_hostile_records_do_not_steer_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J[bold]{0}"
    zone = {
        "example.org": {"TXT": [f"v=spf1 {evil}"], "MX": ["0 "]},
        "_dmarc.example.org": {"TXT": [f"v=DMARC1; {evil}"]},
        "s2026._domainkey.example.org": {"TXT": [f"v=DKIM1; {evil}"]},
    }
    signer_of(tmp_path)
    async with name_server(zone) as server:
        result = await typed(settings(tmp_path, smtp_url="smtp://127.0.0.1:1", dns_server=server.setting))
    assert "\x1b" not in result.output and "\x07" not in result.output
    assert "[bold]{0}" in result.output


async def test_wrong_settings_are_told_once_and_beside_everything_else() -> None:
    given = {
        "ASCOLTO_PORT": "many",
        "ASCOLTO_SECRETKEY": "x",
        "ASCOLTO_SMTP_URL": "http://mail.example.org",
        "ASCOLTO_DATABASE_URL": "mysql://localhost/x",
        "ASCOLTO_DNS_SERVER": "dns",
        "ASCOLTO_MAIL_FROM": "piano@example.org",
    }
    result = await typed(given, "--json")
    assert result.exit_code == 1
    messages = [one["message"] for one in told(result)["findings"]]
    for name in ("PORT", "SECRETKEY", "SMTP_URL", "DATABASE_URL", "DNS_SERVER"):
        assert sum(f"ASCOLTO_{name} " in one for one in messages) == 1, name
    assert any("Europe/Rome" in one for one in messages)
