"""One connection to a relay: greeting, encryption, sign-in, commands and replies (RFC 5321, 3207, 4954)."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from notifications.channels.smtp.refusal import NO_SIGN_IN, Refused
from notifications.channels.smtp.relay import Relay
from notifications.channels.smtp.wire import LONGEST_LINE, ConnectionBroken, Wire

MOST_LINES = 100
GO_AHEAD = 354  # the content may come (RFC 5321, section 4.3.2)
GO_ON = 334  # the next part of a sign-in may come (RFC 4954, section 4)


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for a reply: to a command, to DATA, and to a content's last dot (RFC 5321, section 4.5.3.2).

    Who gives up on a content that the relay is still looking at does not know whether it was taken.
    """

    command: float = 60
    data: float = 120
    content: float = 600


class Reply(NamedTuple):
    """A code with its text, the lines of it joined."""

    code: int
    text: str

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.code < 600

    def agrees(self, wanted: int = 0) -> bool:
        """Whether it says yes: by the code `wanted`, or any 2xx. Raises ConnectionBroken where it is no refusal either.

        A yes to something else means that the relay and we are not at the same command any more.
        """
        if self.code == wanted or (not wanted and 200 <= self.code < 300):
            return True
        if not self.is_refusal:
            raise ConnectionBroken(f"out of step: {self.code} {self.text}")
        return False


@dataclass(frozen=True)
class Offers:
    """What a relay said it can do (EHLO): `longest` is the largest mail in bytes, 0 where it does not say."""

    pipelines: bool = False
    takes_size: bool = False
    longest: int = 0
    is_international: bool = False  # SMTPUTF8, RFC 6531
    sign_ins: tuple[str, ...] | None = None  # None: it asks nobody to sign in


def read_offers(lines: Sequence[str]) -> Offers:
    """Reads the lines after the first of a reply to EHLO."""
    words = [line.upper().split() for line in lines if line.strip()]
    said = {first: rest for first, *rest in words}
    size = "".join(said.get("SIZE", [])[:1])
    return Offers(
        pipelines="PIPELINING" in said,
        takes_size="SIZE" in said,
        longest=int(size) if size.isascii() and size.isdigit() else 0,
        is_international="SMTPUTF8" in said,
        sign_ins=tuple(said["AUTH"]) if "AUTH" in said else None,
    )


class Stage(StrEnum):
    """How far the opening of a connection has come."""

    CONNECTING = "connecting"
    GREETING = "greeting"
    ENCRYPTING = "encrypting"
    SIGNING_IN = "signing-in"
    OPEN = "open"


class SmtpConnection:
    """Open after `open`; every method raises OSError (TimeoutError among it) when the connection is lost."""

    def __init__(self, relay: Relay, patience: Patience | None = None) -> None:
        self._relay = relay
        self.patience = patience or Patience()
        self._wire: Wire | None = None
        self._texts: list[str] = []  # of a reply that has not ended
        self.offers = Offers()
        self.stage = Stage.CONNECTING

    async def open(self) -> None:
        """Greets, encrypts and signs in as the relay's address says; raises Refused."""
        relay = self._relay
        tls = relay.tls() if relay.security == "smtps" else None
        self._wire = await Wire.connect(relay.host, relay.port, tls, self.patience.command)
        self.stage = Stage.GREETING
        _good(await self.reply())
        await self._greet()
        if relay.security == "smtp+starttls":
            self.stage = Stage.ENCRYPTING
            await self._encrypt()
        if relay.user:
            self.stage = Stage.SIGNING_IN
            await self._sign_in()
        self.stage = Stage.OPEN

    def write(self, data: bytes | memoryview) -> None:
        self._open.write(data)

    @property
    def is_full(self) -> bool:
        """Whether the other side is slower than we are: `drain` before going on."""
        return self._open.is_full

    async def drain(self) -> None:
        await self._open.drain()

    async def command(self, line: str) -> Reply:
        self.write(f"{line}\r\n".encode())
        return await self.reply()

    def heard(self) -> Reply | None:
        """The next reply, if all of it has come in."""
        wire = self._open
        while (line := wire.heard()) is not None:
            reply, more = _read_line(line)
            if not (more or self._texts):
                return reply
            self._texts.append(reply.text)
            if not more:
                texts, self._texts = self._texts, []
                return Reply(reply.code, "\n".join(texts))
            if len(self._texts) >= MOST_LINES:
                raise ConnectionBroken("a reply without an end")
        return None

    async def reply(self, patience: float | None = None) -> Reply:
        """The next reply, waited for as long as for one to a command unless told otherwise."""
        while (found := self.heard()) is None:
            await self._open.news(patience or self.patience.command)
        return found

    async def close(self, *, politely: bool = True) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            if politely:
                wire.write(b"QUIT\r\n")
                await wire.close()
            else:
                wire.abort()

    @property
    def _open(self) -> Wire:
        assert self._wire is not None
        return self._wire

    async def _greet(self) -> None:
        name = await asyncio.to_thread(_own_name)
        reply = await self.command(f"EHLO {name}")
        if reply.code // 100 == 5:
            _good(await self.command(f"HELO {name}"))
            self.offers = Offers()
            return
        _good(reply)
        self.offers = read_offers(reply.text.split("\n")[1:])

    async def _encrypt(self) -> None:
        """Never goes on without: who listens could have taken the word STARTTLS away (RFC 3207, section 6)."""
        _good(await self.command("STARTTLS"))
        await self._open.encrypt(self._relay.tls(), self._relay.host)
        await self._greet()

    async def _sign_in(self) -> None:
        """PLAIN where it is offered, else LOGIN (RFC 4954, 4616); a password nobody asked for is not said."""
        user, password = self._relay.user, self._relay.password
        offered = self.offers.sign_ins or ()
        if "PLAIN" in offered:
            _good(await self.command(f"AUTH PLAIN {_encoded(f'{chr(0)}{user}{chr(0)}{password}')}"))
        elif "LOGIN" in offered:
            _good(await self.command("AUTH LOGIN"), GO_ON)
            _good(await self.command(_encoded(user)), GO_ON)
            _good(await self.command(_encoded(password)))
        else:
            raise Refused(NO_SIGN_IN, "the relay offers no sign-in by PLAIN or LOGIN")


@lru_cache(maxsize=256)
def _read_line(line: bytes) -> tuple[Reply, bool]:
    """A reply of one line, and whether more of them follow; a relay says the same few to every mail."""
    if len(line) > LONGEST_LINE:
        raise ConnectionBroken("a line without an end")
    line = line.rstrip(b"\r")
    code, mark = line[:3], line[3:4]
    if not code.isdigit() or mark not in {b" ", b"-", b""}:
        raise ConnectionBroken("this is no mail server")
    return Reply(int(code), line[4:].decode("utf-8", "replace").strip()), mark == b"-"


def _good(reply: Reply, wanted: int = 0) -> None:
    if not reply.agrees(wanted):
        raise Refused(reply.code, reply.text)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@cache
def _own_name() -> str:
    """A host's name as it may stand in EHLO, else an address literal (RFC 5321, section 4.1.3)."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
