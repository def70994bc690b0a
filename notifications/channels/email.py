"""Sends mails through one relay over kept connections."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import Callable, Sequence
from datetime import timedelta
from math import inf
from typing import NamedTuple

from core.clock import Clock, SystemClock
from core.people.channels import EMAIL
from notifications.channels.contract import (
    MOST_AT_ONCE,
    ChatMessage,
    Draft,
    Mail,
    Message,
    Misconfigured,
    NotBegun,
    Outcome,
    ThrottledUntil,
    UnreachableNow,
)
from notifications.channels.dkim import Signer
from notifications.channels.smtp.connection import SmtpConnection
from notifications.channels.smtp.exchange import Handed, hand_over
from notifications.channels.smtp.refusal import Refused, Step, classify
from notifications.channels.smtp.relay import Relay

MAILS_A_CONNECTION = 1000  # a relay that closes earlier is opened again
AWAY = timedelta(seconds=15)  # before a relay that cannot be reached is tried again


class EmailChannel:
    """A pool of connections to a relay, each with one group of mails at a time."""

    name = EMAIL

    def __init__(
        self, relay: Relay, way: str = EMAIL, machine: Clock | None = None, signer: Signer | None = None
    ) -> None:
        self._relay = relay
        self._signer = signer
        self.way = way
        self._machine = machine or SystemClock()
        self._idle: list[_Used] = []
        self._busy = 0  # connections that hand over
        self._full_until = self._machine.now()  # till then no connection is opened beside others
        self._free = asyncio.Semaphore(relay.connections)

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        """A group goes as fast as the relay takes it, over as many connections as it has hundreds; its permits were
        for all of it."""
        began = self._machine.now()

        def may_begin() -> bool:
            return (self._machine.now() - began).total_seconds() < within

        mails = [message for message in messages if not isinstance(message, ChatMessage)]
        if self._signer is not None or any(mail.is_costly for mail in mails):
            mails = await asyncio.to_thread(_finished, mails, self._signer)
        parts = [self._part(part, may_begin) for part in _parts(mails)]
        return [outcome for outcomes in await asyncio.gather(*parts) for outcome in outcomes]

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().connection.close()

    async def _part(self, mails: Sequence[Draft], may_begin: Callable[[], bool]) -> list[Outcome]:
        """What goes over one connection at a time."""
        outcomes: list[Outcome] = []
        async with self._free:
            while len(outcomes) < len(mails) and may_begin():
                outcomes += await self._some(mails[len(outcomes) :], may_begin)
        return outcomes + [NotBegun()] * (len(mails) - len(outcomes))

    async def _some(self, mails: Sequence[Draft], may_begin: Callable[[], bool]) -> list[Outcome]:
        """The outcomes of the first mails; none where a kept connection was closed meanwhile, or the time is up."""
        if not self._idle and self._busy and self._machine.now() < self._full_until:
            return [NotBegun()] * len(mails)
        try:
            used = self._idle.pop() if self._idle else await self._open()
        except (Refused, OSError, ValueError) as error:
            return [] if self._idle else [self._shut(error)] * len(mails)
        self._busy += 1
        try:
            handed = await hand_over(used.connection, mails, may_begin)
        finally:
            self._busy -= 1
        used.mails += len(handed.outcomes)
        if handed.is_good and used.mails < MAILS_A_CONNECTION:
            self._idle.append(used)
        else:
            await used.connection.close(politely=handed.is_good)
        return handed.outcomes if handed.is_good else self._broken_off(handed, used.mails, len(mails))

    def _broken_off(self, handed: Handed, taken: int, count: int) -> list[Outcome]:
        """The outcomes of a group after which a connection, the `taken` mails of which these are the last, is no more.

        Relays close a connection that is old or has taken enough: that is no word on the mail itself, and
        the rest goes by another one. From one that closes at its first mail, or takes none, the rest stays away.
        A mail whose recipient was named has had a try: what closes may have closed for its sake.
        """
        outcomes, last = handed.outcomes, handed.outcomes[-1] if handed.outcomes else None
        if isinstance(last, Misconfigured):
            return outcomes + [last] * (count - len(outcomes))
        if handed.was_lost and taken > 1:
            return outcomes[:-1] if isinstance(last, UnreachableNow | NotBegun) else outcomes
        if isinstance(last, NotBegun):
            outcomes = outcomes[:-1]
        elif not handed.was_lost:
            return outcomes
        detail = f"{self._relay.name}: {getattr(last, 'detail', '')}"
        rest = self._pause(detail) if handed.was_lost else self._away(detail)
        return outcomes + [rest] * (count - len(outcomes))

    def _shut(self, error: Exception) -> Outcome:
        """Why no connection could be opened."""
        detail = f"{self._relay.name}: {type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, ssl.SSLCertVerificationError):
            return Misconfigured(detail)
        refused = classify(Step.BEFORE, error.code, error.text) if isinstance(error, Refused) else None
        if refused is not None and not isinstance(refused, UnreachableNow):
            return refused
        return self._pause(detail)

    def _pause(self, detail: str) -> Outcome:
        """For what may pass: nothing leaves by this relay for a moment, or only by the connections that it serves."""
        if not self._busy:
            return self._away(detail)
        self._full_until = self._machine.now() + AWAY
        return NotBegun(detail)

    def _away(self, detail: str) -> Outcome:
        return ThrottledUntil(self._machine.now() + AWAY, detail)

    async def _open(self) -> _Used:
        connection = SmtpConnection(self._relay)
        try:
            await connection.open()
        except BaseException:
            await connection.close(politely=False)
            raise
        return _Used(connection)


class _Spoilt(NamedTuple):
    """A mail that could not be written or signed; it says so at its turn, and never leaves without its signature."""

    error: Exception
    size: int = 0
    is_costly: bool = False

    def finish(self) -> Mail:
        raise self.error


def _finished(mails: Sequence[Draft], signer: Signer | None) -> list[Draft]:
    """Written, and signed where there is a signer: milliseconds each."""
    finished: list[Draft] = []
    for draft in mails:
        try:
            mail = draft.finish()
            finished.append(mail if signer is None else signer.sign(mail))
        except Exception as error:  # a mistake of ours in one mail must not stop all others
            finished.append(_Spoilt(error))
    return finished


def _parts(mails: Sequence[Draft]) -> list[Sequence[Draft]]:
    """Of about one length, none longer than a hundred."""
    count = max(1, math.ceil(len(mails) / MOST_AT_ONCE))
    length = max(1, math.ceil(len(mails) / count))
    return [mails[start : start + length] for start in range(0, len(mails), length)]


class _Used:
    """A connection and how many mails it has taken."""

    def __init__(self, connection: SmtpConnection) -> None:
        self.connection = connection
        self.mails = 0
