"""Sends mails through one relay over kept connections (RFC 5321)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException

from core.errors import SettingWrong
from notifications.channels.contract import (
    Delivered,
    Mail,
    Message,
    Misconfigured,
    Outcome,
    RecipientGone,
    Rejected,
    Unknown,
    UnreachableNow,
)
from notifications.ledger.states import EMAIL

TIMEOUT_SECONDS = 30
CONNECTIONS = 4
MAILS_A_CONNECTION = 100  # some relays close after so many anyway
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SIGN_IN = {454, 530, 534, 535, 538}  # RFC 4954: until the settings are right
TOO_LARGE = 552
GONE_CODES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")  # RFC 3463: the address, not the message


@dataclass(frozen=True)
class Relay:
    """Where mails go first; `security` is smtp (none), smtp+starttls or smtps."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""


def parse_relay(url: str) -> Relay:
    """Reads ASCOLTO_SMTP_URL; raises SettingWrong."""
    parts = urlsplit(url)
    try:
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"it begins with none of {', '.join(f'{scheme}://' for scheme in PORTS)}")
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise SettingWrong(name="ASCOLTO_SMTP_URL", said=str(error)) from error
    return Relay(parts.hostname, port, parts.scheme, unquote(parts.username or ""), unquote(parts.password or ""))


class EmailChannel:
    """A pool of connections to a relay."""

    name = EMAIL

    def __init__(self, relay: Relay, connections: int = CONNECTIONS) -> None:
        self._relay = relay
        self._idle: list[_Connection] = []
        self._free = asyncio.Semaphore(connections)

    async def send(self, message: Message) -> Outcome:
        assert isinstance(message, Mail)
        async with self._free:
            connection = self._idle.pop() if self._idle else _Connection(self._relay)
            outcome = await connection.send(message)
            if connection.is_good:
                self._idle.append(connection)
            else:
                await connection.close()
            return outcome

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()


class _Connection:
    """One connection; `is_good` is False when it must not be used again."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._smtp: aiosmtplib.SMTP | None = None
        self._sent = 0
        self.is_good = True

    async def send(self, mail: Mail) -> Outcome:
        step = Step.BEFORE
        try:
            smtp = await self._ready()
            international = not mail.recipient.isascii()  # RFC 6531
            if international and not smtp.supports_extension("smtputf8"):
                return Rejected("the relay takes no international addresses (SMTPUTF8)")
            encoding = "utf-8" if international else "ascii"
            await smtp.mail(mail.sender, options=_options(smtp, mail), encoding=encoding)
            step = Step.RECIPIENT
            await smtp.rcpt(mail.recipient, encoding=encoding)
        except SMTPResponseException as error:
            return await self._refused(step, error)
        except (SMTPException, OSError, ValueError) as error:  # nothing of the mail has left
            self.is_good = False
            return UnreachableNow(f"{type(error).__name__}: {error}")
        return await self._data(smtp, mail)

    async def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            await smtp.quit()
        except (SMTPException, OSError):
            smtp.close()

    async def _data(self, smtp: aiosmtplib.SMTP, mail: Mail) -> Outcome:
        try:
            reply = await smtp.data(mail.data)
        except SMTPResponseException as error:
            return await self._refused(Step.CONTENT, error)
        except (SMTPException, OSError) as error:
            self.is_good = False
            return Unknown(f"{type(error).__name__}: {error}")
        self._sent += 1
        self.is_good = self._sent < MAILS_A_CONNECTION
        return Delivered(reply.message[:200])

    async def _ready(self) -> aiosmtplib.SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        relay = self._relay
        self._smtp = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            timeout=TIMEOUT_SECONDS,
            use_tls=relay.security == "smtps",
            start_tls=relay.security == "smtp+starttls",
            username=relay.user or None,
            password=relay.password or None,
        )
        await self._smtp.connect()
        return self._smtp

    async def _refused(self, step: Step, refusal: SMTPResponseException) -> Outcome:
        """Translates a refusal; the connection goes on after RSET, unless the relay closes it (421).

        One that was refused before a recipient is not used again: it may be signed in to nothing.
        """
        if step is Step.BEFORE or refusal.code == 421 or self._smtp is None:
            self.is_good = False
        else:
            try:
                await self._smtp.rset()
            except (SMTPException, OSError):
                self.is_good = False
        return classify(step, refusal.code, refusal.message)


class Step(StrEnum):
    """How far a mail had come when the relay refused."""

    BEFORE = "before"  # greeting, sign-in, MAIL FROM: it is about us, not about who was to get it
    RECIPIENT = "recipient"
    CONTENT = "content"


def classify(step: Step, code: int, text: str) -> Outcome:
    """The class of a relay's refusal (RFC 5321, section 4.2; RFC 3463)."""
    detail = f"{code} {text}"
    enhanced = text.split(maxsplit=1)[0] if text.strip() else ""
    if code in SIGN_IN:
        return Misconfigured(detail)
    if 400 <= code < 500:
        return UnreachableNow(detail)
    if step is Step.BEFORE and code != TOO_LARGE:  # the size stands in MAIL FROM (RFC 1870)
        return Misconfigured(detail)
    bare = step is Step.RECIPIENT and code in {550, 551, 553} and not enhanced.startswith("5.")
    return RecipientGone(detail) if enhanced in GONE_CODES or bare else Rejected(detail)


def _options(smtp: aiosmtplib.SMTP, mail: Mail) -> list[str]:
    options = [f"SIZE={len(mail.data)}"] if smtp.supports_extension("size") else []
    if not mail.recipient.isascii() and smtp.supports_extension("smtputf8"):
        options.append("SMTPUTF8")
    return options
