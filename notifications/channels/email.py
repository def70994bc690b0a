"""Sends mails through one relay over kept connections."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core.clock import Clock, SystemClock
from notifications.channels.contract import Mail, Message, Misconfigured, Outcome, ThrottledUntil, UnreachableNow
from notifications.channels.dkim import Signer
from notifications.channels.smtp.connection import SmtpConnection
from notifications.channels.smtp.exchange import hand_over
from notifications.channels.smtp.refusal import Refused, Step, classify
from notifications.channels.smtp.relay import Relay
from notifications.ledger.states import EMAIL

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
        self._free = asyncio.Semaphore(relay.connections)

    async def send(self, messages: Sequence[Message], interval: float) -> list[Outcome]:
        """A group goes over one connection as fast as the relay takes it; its permits were for all of it."""
        mails = [message for message in messages if isinstance(message, Mail)]
        if self._signer is not None:  # a millisecond each
            mails = await asyncio.to_thread(lambda sign: [sign(mail) for mail in mails], self._signer.sign)
        outcomes: list[Outcome] = []
        async with self._free:
            while len(outcomes) < len(mails):
                outcomes += await self._some(mails[len(outcomes) :])
        return outcomes

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().connection.close()

    async def _some(self, mails: Sequence[Mail]) -> list[Outcome]:
        """The outcomes of the first mails, at least of one unless a kept connection was closed meanwhile."""
        try:
            used = self._idle.pop() if self._idle else await self._open()
        except (Refused, OSError, ValueError) as error:
            return [self._shut(error)] * len(mails)
        handed = await hand_over(used.connection, mails)
        if used.mails + len(handed.outcomes) > 1 and not handed.is_good:
            # Relays close a connection that is old or has taken enough: that is no word on the mail itself.
            handed = replace(handed, outcomes=_without_unreachable(handed.outcomes))
        used.mails += len(handed.outcomes)
        if handed.is_good and used.mails < MAILS_A_CONNECTION:
            self._idle.append(used)
        else:
            await used.connection.close(politely=handed.is_good)
        return handed.outcomes

    def _shut(self, error: Exception) -> Outcome:
        """Why no connection could be opened: for what may pass, nothing leaves by this relay for a moment."""
        detail = f"{self._relay.name}: {type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, ssl.SSLCertVerificationError):
            return Misconfigured(detail)
        refused = classify(Step.BEFORE, error.code, error.text) if isinstance(error, Refused) else None
        if refused is not None and not isinstance(refused, UnreachableNow):
            return refused
        return ThrottledUntil(self._machine.now() + AWAY, detail)

    async def _open(self) -> _Used:
        connection = SmtpConnection(self._relay)
        try:
            await connection.open()
        except BaseException:
            await connection.close(politely=False)
            raise
        return _Used(connection)


def _without_unreachable(outcomes: list[Outcome]) -> list[Outcome]:
    return outcomes[:-1] if outcomes and isinstance(outcomes[-1], UnreachableNow) else outcomes


class _Used:
    """A connection and how many mails it has taken."""

    def __init__(self, connection: SmtpConnection) -> None:
        self.connection = connection
        self.mails = 0
