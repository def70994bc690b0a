"""Relays, from outside: real servers, good ones and each kind of fault. Nothing is ever sent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cli.doctor import relays
from cli.doctor.relays import is_inside, judge_offers, look_relay, look_relays
from core.config import Settings
from core.findings import Finding, Judgement
from core.i18n import translator
from notifications.channels.smtp.relay import parse_relay
from tests.channels.relays import relay, scripted, server_context
from tests.support.mail_servers import certificate

SIGN_IN = "office%40example.org:a%2Fpass%40word%3A%2B@"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificates")
    certificate(made)
    return made


async def looked(url: str) -> tuple[Judgement, str]:
    (found,) = await look_relay(parse_relay(url), 2.0)
    return kind_of(found), found.message.say(translator("en"))


def kind_of(found: Finding) -> Judgement:
    return next(one for one in vars(relays).values() if isinstance(one, Judgement) and one.fits(found))


async def test_relays_that_let_us_in(folder: Path) -> None:
    ca = f"?ca={folder / 'cert.pem'}"
    tls = server_context(folder)
    async with (
        relay(data_size_limit=35_000_000) as plain,
        relay(tls_context=tls, require_starttls=True, auth_required=True) as starting,
        relay(tls=tls, auth_require_tls=False) as encrypted,
    ):
        urls = (
            f"smtp://127.0.0.1:{plain.port} smtp+starttls://{SIGN_IN}localhost:{starting.port}{ca} "
            f"smtps://{SIGN_IN}localhost:{encrypted.port}{ca}"
        )
        found = await look_relays(Settings(smtp_url=urls))
        assert [kind_of(one) for one in found] == [relays.GOOD] * 3
        text = found[0].message.say(translator("en"))
        assert "up to 35 MB each" in text and "one mail after the other" in text
        assert not plain.kept.contents + starting.kept.contents + encrypted.kept.contents


async def test_what_a_relay_offers_is_said() -> None:
    for offered, words in (
        (b"250-hello\r\n250-PIPELINING\r\n250 SIZE 52428800\r\n", ["PIPELINING", "52 MB"]),
        (b"250-hello\r\n250 SIZE 0\r\n", ["one mail after the other", "does not limit"]),
    ):
        async with scripted(_answers(offered)) as port:
            kind, text = await looked(f"smtp://127.0.0.1:{port}")
        assert kind is relays.GOOD
        assert all(word in text for word in words)
    async with scripted(_answers(b"250-hello\r\n250 SIZE 100000\r\n")) as port:
        assert (await looked(f"smtp://127.0.0.1:{port}"))[0] is relays.SMALL_MAILS


def _answers(hello: bytes, greeting: bytes = b"220 hello\r\n", other: bytes = b"250 fine\r\n") -> Any:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            writer.write(hello if line.startswith(b"EHLO") else other)

    return script


async def test_sign_in(folder: Path) -> None:
    tls = server_context(folder)
    ca = f"?ca={folder / 'cert.pem'}"
    async with relay(tls_context=tls, require_starttls=True) as running:
        kind, text = await looked(f"smtp+starttls://office:guess@localhost:{running.port}{ca}")
        assert kind is relays.NO_SIGN_IN
        assert "535" in text and "guess" not in text
        assert (await looked(f"smtp://office:guess@localhost:{running.port}"))[0] is relays.NO_AUTH


async def test_encryption(folder: Path) -> None:
    ca = f"?ca={folder / 'cert.pem'}"
    async with relay() as plain, relay(tls=server_context(folder)) as encrypted:
        assert (await looked(f"smtp+starttls://localhost:{plain.port}"))[0] is relays.NO_STARTTLS
        assert (await looked(f"smtps://localhost:{plain.port}{ca}"))[0] is relays.NO_TLS
        assert (await looked(f"smtps://localhost:{encrypted.port}"))[0] is relays.NOT_TRUSTED
        assert (await looked(f"smtp://localhost:{encrypted.port}"))[0] is relays.SILENT
    async with relay(tls_context=server_context(folder)) as starting:
        assert (await looked(f"smtp+starttls://localhost:{starting.port}"))[0] is relays.NOT_TRUSTED


async def test_who_does_not_let_us_in() -> None:
    assert (await looked("smtp://127.0.0.1:1"))[0] is relays.UNREACHABLE
    async with scripted(_answers(b"", greeting=b"554 5.7.1 \x1b[31mnot you\r\n")) as port:
        kind, text = await looked(f"smtp://127.0.0.1:{port}")
        assert kind is relays.REFUSES
        assert "554 5.7.1" in text and "\x1b" not in text
    async with scripted(_answers(b"", greeting=b"SSH-2.0-OpenSSH\r\n")) as port:
        assert (await looked(f"smtp://127.0.0.1:{port}"))[0] is relays.NO_RELAY

    async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with scripted(hangs_up) as port:
        assert (await looked(f"smtp://127.0.0.1:{port}"))[0] is relays.NO_RELAY


async def test_names_that_are_not_found() -> None:
    for host in ("[::1%nowhere]", f"{'x' * 64}.example.org"):
        assert (await looked(f"smtp://{host}"))[0] is relays.NAMELESS


def test_what_is_inside() -> None:
    assert [is_inside(one) for one in ("localhost", "mail", "127.0.0.1", "10.1.2.3", "::1")] == [True] * 5
    assert [is_inside(one) for one in ("mail.example.org", "93.184.215.14")] == [False] * 2
    outside = parse_relay("smtp://mail.example.org")
    assert relays.IN_THE_CLEAR.fits(judge_offers(outside, longest=0, pipelines=True)[-1])
