"""A mail server (RFC 5321) that takes everything, unless it was told to misbehave."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from core.clock import Clock
from sandbox.mail.store import MailStore
from sandbox.misbehaviour import MailFault, Misbehaviour

HOSTNAME = "mail.sandbox.example"
TEXTS = {
    421: "4.3.2 Service not available",
    450: "4.2.1 Mailbox busy",
    451: "4.3.0 Local error in processing",
    452: "4.2.2 Mailbox full",
    550: "5.1.1 No such user here",
    552: "5.2.2 Mailbox full",
    554: "5.7.1 Message refused",
}


@dataclass(frozen=True)
class Postman:
    """What the server does at each command."""

    store: MailStore
    misbehaviour: Misbehaviour
    clock: Clock

    async def handle_EHLO(  # noqa: N802 - named and called by the mail library
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Pipelining (RFC 2920) is announced too: commands are read from a stream, one after another."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self.misbehaviour.dawdle_over_mail()
        fault = self.misbehaviour.mail_fault(None, "mail")
        if fault is not None:
            return _answer(fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.misbehaviour.greylisted(envelope.mail_from or "", address):
            return "451 4.7.1 Greylisted, please try again later"
        fault = self.misbehaviour.mail_fault(address, "rcpt")
        if fault is not None:
            return _answer(fault)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._fault_at_data(envelope)
        if fault is not None and fault.drop != "after":
            return _answer(fault) if not fault.drop else _hang_up(server)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = self.store.keep(envelope.mail_from or "", tuple(envelope.rcpt_tos), self.clock.now(), raw)
        return _hang_up(server) if fault is not None else f"250 2.0.0 OK: kept as {mail.id}"

    def _fault_at_data(self, envelope: Envelope) -> MailFault | None:
        for recipient in envelope.rcpt_tos:
            fault = self.misbehaviour.mail_fault(recipient, "data")
            if fault is not None:
                return fault
        return None


async def serve_mail(postman: Postman, host: str, port: int) -> asyncio.Server:
    """Starts the server; port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(postman, enable_SMTPUTF8=True, hostname=HOSTNAME, ident="Ascolto sandbox", loop=loop),
        host,
        port,
    )


def _answer(fault: MailFault) -> str:
    return f"{fault.code} {fault.text or TEXTS.get(fault.code, 'Refused')}"


def _hang_up(server: SMTP) -> str:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return "421 4.3.2 Gone"
