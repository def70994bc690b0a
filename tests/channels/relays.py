"""Relays for tests: real servers that encrypt, ask who signs in, pipeline or not, and break off where told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from notifications.channels.contract import Draft, Mail, Outcome
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay

USER, PASSWORD = "office@example.org", "a/pass@word:+"


@dataclass
class Kept:
    """What a relay took."""

    recipients: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.recipients += envelope.rcpt_tos
        self.senders.append(envelope.mail_from)
        self.contents.append(envelope.content)
        return f"250 2.0.0 kept as {len(self.contents)}"


@dataclass(frozen=True)
class Running:
    port: int
    kept: Kept


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@asynccontextmanager
async def relay(*, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Running]:
    """A server of the mail library; `tls` from the first byte, `options` are the library's."""
    kept, loop = Kept(), asyncio.get_running_loop()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=good, handled=False)

    server = await loop.create_server(
        lambda: SMTP(kept, loop=loop, authenticator=authenticate, enable_SMTPUTF8=True, hostname="relay", **options),
        "127.0.0.1",
        0,
        ssl=tls,
    )
    try:
        yield Running(server.sockets[0].getsockname()[1], kept)
    finally:
        server.close()


def _open_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[int]:
    """A server that does what a script says with each connection; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)
        except (ConnectionError, EOFError):
            pass  # the other side had enough
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@dataclass
class Terse:
    """A relay of few words: refuses commands by their beginning, hangs up at a command or after a content."""

    pipelines: bool = True
    refuses: dict[bytes, bytes] = field(default_factory=dict)
    hangs_up_at: bytes = b""
    hangs_up_after: bytes = b""  # a content that holds this is kept, and its answer is lost
    most: int = 1000  # mails a connection
    goes_ahead: bytes = b"354 go ahead\r\n"
    keeps: bytes = b"250 kept\r\n"  # the answer to a content
    at_once: int = 1000  # connections
    open: int = 0
    gate: asyncio.Event = field(default_factory=_open_gate)  # contents are answered while it is set
    waits_at: bytes = b""  # only contents that hold this wait for the gate
    on_word: Callable[[bytes], None] = lambda _: None  # told of each command's first word, and of "content"
    taken: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)  # the first word of every command
    connections: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.open >= self.at_once:
            writer.write(b"421 4.7.0 too many connections\r\n")
            return
        self.open += 1
        try:
            await self._serve(reader, writer)
        finally:
            self.open -= 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        count, has_recipient = 0, False
        while line := await reader.readline():
            self.heard.append(line.split()[0] if line.split() else b"")
            self.on_word(self.heard[-1])
            if self.hangs_up_at and line.startswith(self.hangs_up_at):
                return
            refusal = next((answer for begins, answer in self.refuses.items() if line.startswith(begins)), b"")
            if line.startswith(b"MAIL") and count >= self.most:
                writer.write(b"421 4.7.0 enough for one connection\r\n")
                return
            if line.startswith(b"DATA") and has_recipient and not refusal:
                has_recipient = False
                count += 1
                writer.write(self.goes_ahead)
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                self.on_word(b"content")
                if self.waits_at in self.taken[-1]:
                    await self.gate.wait()
                if self.hangs_up_after and self.hangs_up_after in self.taken[-1]:
                    return
                writer.write(self.keeps)
                continue
            has_recipient = line.startswith(b"RCPT") and not refusal
            writer.write(refusal or self._usual(line))

    def _usual(self, line: bytes) -> bytes:
        if line.startswith(b"EHLO"):
            return b"250-hello\r\n250 PIPELINING\r\n" if self.pipelines else b"250 hello\r\n"
        return b"554 5.5.1 no valid recipients\r\n" if line.startswith(b"DATA") else b"250 fine\r\n"


class Blot(NamedTuple):
    """A mail that cannot be written."""

    size: int = 1
    is_costly: bool = False

    def finish(self) -> Mail:
        raise LookupError("no such file")


def mails(*names: str, data: bytes = b"Subject: x\r\n\r\none\r\ntwo.\r\nend\r\n") -> list[Mail]:
    return [Mail("office@example.org", f"{name}@example.com", data) for name in names]


async def sent(url: str, group: Sequence[Draft]) -> list[Outcome]:
    channel = EmailChannel(parse_relay(url))
    try:
        return await channel.send(group, 0)
    finally:
        await channel.close()


def kinds(outcomes: Sequence[Outcome]) -> list[type]:
    return [type(one) for one in outcomes]
