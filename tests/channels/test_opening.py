"""How a connection is opened: encrypted where it was asked for, signed in where the relay asks for it."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from pathlib import Path
from urllib.parse import quote

import pytest

from notifications.channels.contract import (
    Delivered,
    Misconfigured,
)
from tests.channels.relays import PASSWORD, USER, Terse, kinds, mails, relay, scripted, sent, server_context
from tests.support.mail_servers import certificate

SIGN_IN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificates")
    certificate(made)
    return made


@pytest.mark.parametrize("mechanisms", [(), ("PLAIN",)])
async def test_it_is_encrypted_before_it_is_signed_in(folder: Path, mechanisms: tuple[str, ...]) -> None:
    context = server_context(folder)
    async with relay(
        tls_context=context, require_starttls=True, auth_required=True, auth_exclude_mechanism=mechanisms
    ) as running:
        url = f"smtp+starttls://{SIGN_IN}localhost:{running.port}?ca={folder / 'cert.pem'}"
        assert kinds(await sent(url, mails("a", "b"))) == [Delivered, Delivered]
        assert kinds(await sent(url.replace("pass", "word"), mails("a"))) == [Misconfigured]
        plain = f"smtp://{SIGN_IN}localhost:{running.port}"
        assert kinds(await sent(plain, mails("a"))) == [Misconfigured]
    assert len(running.kept.contents) == 2


async def test_encryption_from_the_first_byte(folder: Path) -> None:
    async with relay(tls=server_context(folder), auth_require_tls=False) as running:
        url = f"smtps://{SIGN_IN}localhost:{running.port}?ca={folder / 'cert.pem'}"
        assert kinds(await sent(url, mails("a"))) == [Delivered]
        (untrusted,) = await sent(url.partition("?")[0], mails("a"))
    assert isinstance(untrusted, Misconfigured)
    assert "certificate" in untrusted.detail


async def test_without_encryption_nothing_leaves_where_it_was_asked_for() -> None:
    async with relay() as running:
        assert kinds(await sent(f"smtp+starttls://127.0.0.1:{running.port}", mails("a"))) == [Misconfigured]
    assert running.kept.contents == []


async def test_words_that_slip_in_before_the_encryption_are_not_heard(folder: Path) -> None:
    """Who believed them would sign in where no sign-in was offered, and leave its mail there."""
    heard: list[bytes] = []

    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.write(b"250-hello\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n235 signed in\r\n" + b"250 fine\r\n" * 2)
        writer.write(b"354 go ahead\r\n250 kept\r\n")
        await writer.start_tls(server_context(folder))
        while line := await reader.readline():
            heard.append(line.split()[0])
            writer.write(b"554 5.7.1 no\r\n")

    async with scripted(inject) as port:
        (outcome,) = await sent(f"smtp+starttls://{SIGN_IN}localhost:{port}?ca={folder / 'cert.pem'}", mails("a"))
    assert isinstance(outcome, Misconfigured)
    assert heard == [b"EHLO", b"HELO"]


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        (b"250 hello\r\n", [b"EHLO"]),
        (b"250-hello\r\n250 AUTH GSSAPI CRAM-MD5\r\n", [b"EHLO"]),
        (b"250-hello\r\n250 AUTH PLAIN\r\n", [b"EHLO", b"AUTH"]),
    ],
)
async def test_a_password_is_said_to_no_relay_that_does_not_ask_for_it(offers: bytes, expected: list[bytes]) -> None:
    terse = Terse(refuses={b"EHLO": offers, b"AUTH": b"535 5.7.8 no\r\n"})
    async with scripted(terse) as port:
        assert kinds(await sent(f"smtp://{SIGN_IN}127.0.0.1:{port}", mails("a"))) == [Misconfigured]
    assert terse.heard == expected


@pytest.mark.parametrize(
    ("offers", "answers", "expected"),
    [
        (b"PLAIN", [b"334 go on\r\n"], [b"AUTH"]),
        (b"LOGIN", [b"235 welcome\r\n"], [b"AUTH"]),
        (b"LOGIN", [b"334 \r\n", b"334 \r\n", b"334 \r\n"], [b"AUTH", b"user", b"word"]),
    ],
)
async def test_only_a_yes_to_the_password_signs_in(offers: bytes, answers: list[bytes], expected: list[bytes]) -> None:
    heard: list[bytes] = []

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.write(b"250-hello\r\n250 AUTH " + offers + b"\r\n")
        while line := await reader.readline():
            words = line.split()
            heard.append(words[0] if words[0] == b"AUTH" else b64decode(words[0]))
            writer.write(answers.pop(0) if answers else b"250 fine\r\n")

    async with scripted(ask) as port:
        (outcome,) = await sent(f"smtp://user:word@127.0.0.1:{port}", mails("a"))
    assert not isinstance(outcome, Delivered)
    assert heard == expected
