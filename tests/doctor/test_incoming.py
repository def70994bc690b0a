"""Mailboxes for what comes back, looked at without touching a mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.doctor import incoming
from cli.doctor.incoming import look_incoming
from core.config import Settings
from core.errors import SettingWrong
from core.findings import Finding
from core.i18n import translator
from tests.channels.relays import scripted

FLAGS = "* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] any"


@asynccontextmanager
async def imap(
    flags: str = FLAGS, answer: Callable[[str], str] = lambda _: "OK"
) -> AsyncIterator[tuple[int, list[str]]]:
    """A server of few words; its port, and the commands it heard."""
    heard: list[str] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode():
            tag, _, command = line.strip().partition(" ")
            heard.append(command)
            name = command.split()[0].upper()
            if name == "CAPABILITY":
                writer.write(b"* CAPABILITY IMAP4rev1\r\n")
            if name == "SELECT":
                writer.write(f"* 0 EXISTS\r\n{flags}\r\n".encode())
            writer.write(f"{tag} {answer(name)} done\r\n".encode())

    async with scripted(script) as port:
        yield port, heard


async def looked(incoming_mail: str) -> list[Finding]:
    return await look_incoming(Settings(incoming_mail=incoming_mail, return_address="ritorni@example.org"))


async def test_a_mailbox_that_can_be_read() -> None:
    async with imap() as (port, heard):
        (found,) = await looked(f"imap://ritorni:word@127.0.0.1:{port}")
    assert incoming.GOOD.fits(found)
    assert [one.split()[0] for one in heard if one != "CAPABILITY"] == ["LOGIN", "SELECT", "LOGOUT"]


async def test_a_server_without_keywords() -> None:
    async with imap(flags="* OK [PERMANENTFLAGS (\\Seen)] few") as (port, _):
        good, warned = await looked(f"imap://ritorni:word@127.0.0.1:{port}")
    assert incoming.GOOD.fits(good) and incoming.NO_KEYWORDS.fits(warned)


@pytest.mark.parametrize("refused", ["LOGIN", "SELECT"])
async def test_a_mailbox_that_cannot(refused: str) -> None:
    async with imap(answer=lambda name: "NO" if name == refused else "OK") as (port, _):
        (found,) = await looked(f"imap://ritorni:secretword@127.0.0.1:{port}")
    assert incoming.GONE.fits(found)
    assert "secretword" not in found.message.say(translator("en"))
    (found,) = await looked("imap://ritorni:word@127.0.0.1:1")
    assert incoming.GONE.fits(found)


async def test_a_maildir(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_text("a mail")
    (found,) = await looked(f"maildir:{tmp_path}")
    assert incoming.GOOD.fits(found)
    assert (tmp_path / "new" / "1").exists()
    with pytest.raises(SettingWrong):
        await looked(f"maildir:{tmp_path / 'new'}")


async def test_nothing_is_set() -> None:
    (found,) = await looked("")
    assert incoming.UNREAD.fits(found)
    (found,) = await look_incoming(Settings())
    assert incoming.UNUSED.fits(found)
