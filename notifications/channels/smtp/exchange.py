"""Hands mails over through one connection, pipelined where the relay offers it (RFC 2920).

With pipelining a mail costs one round trip: the content of the last one, and MAIL, RCPT and DATA of the
next, leave together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from notifications.channels.contract import (
    Delivered,
    Draft,
    Mail,
    Misconfigured,
    NotBegun,
    Outcome,
    Rejected,
    Unknown,
    UnreachableNow,
    Unwritten,
)
from notifications.channels.smtp.connection import GO_AHEAD, Offers, Reply, SmtpConnection
from notifications.channels.smtp.refusal import CLOSING, Step, classify

log = structlog.get_logger()

RESET = (b"RSET\r\n",)
END = b".\r\n"
AT_ONCE = 256 * 1024  # bytes of a file that are handed to the network before it has taken those before
UNSAFE = re.compile(r"[\r\n<>\0]")
STEPS = tuple(Step)
LONGEST_ID = 200


@dataclass
class Handed:
    """What became of the first mails of a group; those after `outcomes` have not begun to leave.

    `is_good` is False when the connection must not be used again, `was_lost` is True when the relay hung up
    or said that it does. A last outcome NotBegun: the relay takes no mail just now, whoever it is for.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    is_good: bool = True
    was_lost: bool = False


def _always() -> bool:
    return True


async def hand_over(
    connection: SmtpConnection, mails: Sequence[Draft], may_begin: Callable[[], bool] = _always
) -> Handed:
    """Sends a group, as long as another one `may_begin`; never raises for what the relay does or a network loses."""
    exchange = _Exchange(connection, may_begin)
    try:
        await exchange.run(mails)
    except OSError as error:
        exchange.lost(f"{type(error).__name__}: {error}".rstrip(": "))
    return exchange.handed


class _Exchange:
    """The state between two mails: what stands at the head of the next commands, its reply still to come."""

    def __init__(self, connection: SmtpConnection, may_begin: Callable[[], bool]) -> None:
        self._connection = connection
        self._may_begin = may_begin
        self._patience = connection.patience
        self._offers = connection.offers
        self._pipelines = self._offers.pipelines
        self._head: tuple[bytes, ...] = ()  # the content of a mail, or RSET after one that was refused
        self._offered = False  # a mail's envelope was heard, its content has not left
        self.handed = Handed()

    async def run(self, mails: Sequence[Draft]) -> None:
        for draft in mails:
            if not self._pipelines:
                await self._flush()
            if not self.handed.is_good or not self._may_begin():
                break
            mail = _fit(draft, self._offers)
            if isinstance(mail, Mail):
                await self._offer(mail)
                continue
            await self._flush()
            if self.handed.is_good:
                self.handed.outcomes.append(mail)
        if self.handed.is_good:
            await self._flush()

    def lost(self, detail: str) -> None:
        """The connection broke: content that left may have arrived, a mail that was only offered has not."""
        self.handed.is_good, self.handed.was_lost = False, True
        if self._head and self._head is not RESET:
            self.handed.outcomes.append(Unknown(detail))
        elif self._offered:
            self.handed.outcomes.append(UnreachableNow(detail))

    async def _offer(self, mail: Mail) -> None:
        """Sends what stands at the head and a mail's envelope, and reads what follows of both."""
        commands = _envelope(mail, self._offers)
        if self._pipelines:
            await self._write((*self._head, *commands))
            if self._head:
                await self._read_head()
        if not self.handed.is_good:
            return  # the envelope went into the void: this mail has not begun
        self._offered = True
        replies = await self._replies(commands)
        self._judge(mail, replies)
        self._offered = False

    async def _replies(self, commands: Sequence[bytes]) -> list[Reply]:
        replies: list[Reply] = []
        for command, patience in zip(commands, (None, None, self._patience.data), strict=True):
            if not self._pipelines:
                self._connection.write(command)
            replies.append(self._connection.heard() or await self._connection.reply(patience))
            if not self._pipelines and replies[-1].code >= 300:
                break
        return replies

    def _judge(self, mail: Mail, replies: Sequence[Reply]) -> None:
        for step, reply in zip(STEPS, replies, strict=False):
            if not reply.agrees(GO_AHEAD if step is Step.CONTENT else 0):
                self._refused(step, reply)
                self._head = RESET
                # A relay that would take content without a recipient cannot be gone on with.
                self.handed.is_good &= replies[-1].is_refusal
                return
        self._head = _content(mail)

    def _refused(self, step: Step, reply: Reply) -> None:
        outcome = classify(step, reply.code, reply.text)
        if step is Step.BEFORE and isinstance(outcome, UnreachableNow):
            outcome = NotBegun(outcome.detail)
        self.handed.outcomes.append(outcome)
        self.handed.was_lost = reply.code == CLOSING
        self.handed.is_good &= not self.handed.was_lost and not isinstance(outcome, NotBegun | Misconfigured)

    async def _flush(self) -> None:
        if self._head:
            await self._write(self._head)
            await self._read_head()

    async def _write(self, pieces: Sequence[bytes]) -> None:
        """At once what is short; a file bit by bit, as the network takes it, so that none waits in memory."""
        if sum(map(len, pieces)) <= AT_ONCE:
            self._connection.write(b"".join(pieces))
            return
        for piece in pieces:
            whole = memoryview(piece)
            for start in range(0, len(piece), AT_ONCE):
                self._connection.write(whole[start : start + AT_ONCE])
                await self._connection.drain()

    async def _read_head(self) -> None:
        if self._connection.is_full:
            await self._connection.drain()
        reply = await self._connection.reply(None if self._head is RESET else self._patience.content)
        agrees = reply.agrees()
        head, self._head = self._head, ()
        if head is RESET:
            self.handed.is_good &= agrees
        elif agrees:
            self.handed.outcomes.append(Delivered(reply.text[:LONGEST_ID]))
        else:
            self._refused(Step.CONTENT, reply)


def _fit(draft: Draft, offers: Offers) -> Mail | Outcome:
    """The mail, written now, or why it cannot go by this relay, whatever it answers."""
    try:
        mail = draft.finish()
    except Exception as error:  # a mistake of ours in one mail must not stop all others
        log.exception("mail was not written")
        return Unwritten(type(error).__name__)
    if _is_international(mail) and not offers.is_international:  # RFC 6531
        return Rejected("the relay takes no international addresses (SMTPUTF8)")
    if UNSAFE.search(mail.sender) or UNSAFE.search(mail.recipient):
        return Rejected("this is no address")
    if offers.longest and mail.size > offers.longest:
        return Rejected(f"the mail has {mail.size} bytes, the relay takes {offers.longest}")
    return mail


def _envelope(mail: Mail, offers: Offers) -> tuple[bytes, bytes, bytes]:
    size = f" SIZE={mail.size}" if offers.takes_size else ""
    international = " SMTPUTF8 BODY=8BITMIME" if _is_international(mail) else ""
    sender = f"MAIL FROM:<{mail.sender}>{size}{international}\r\n"
    return sender.encode(), f"RCPT TO:<{mail.recipient}>\r\n".encode(), b"DATA\r\n"


def _is_international(mail: Mail) -> bool:
    return not (mail.sender.isascii() and mail.recipient.isascii())


def _content(mail: Mail) -> tuple[bytes, ...]:
    """What goes after DATA. No line of a mail begins with a dot, so none is made longer (RFC 5321, section 4.5.2)."""
    end = END if mail.tail or mail.data.endswith(b"\r\n") else b"\r\n" + END
    return (mail.data, *mail.tail, end)
