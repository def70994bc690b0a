"""Asks the DNS: the machine's own name servers, or the one of ASCOLTO_DNS_SERVER."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.rdata
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.TXT
import dns.resolver

from core.errors import SettingWrong
from core.i18n import N_
from notifications.deliverability.questions import Answer, Kind, NoAnswer, Question

SETTING = "ASCOLTO_DNS_SERVER"
PORT = 53
TRY_SECONDS, PATIENCE_SECONDS = 1.5, 3.0
PAYLOAD = 1232  # bytes that pass every network in one piece (DNS flag day 2020)
NO_SERVER = N_("the address of a name server is expected, as in 127.0.0.1:5353 or [::1]:53.")


@dataclass(frozen=True)
class NameServers:
    """Asks each question once more when no answer comes; `lifetime` is the patience for one question."""

    resolver: dns.asyncresolver.Resolver
    lifetime: float = PATIENCE_SECONDS

    async def ask(self, question: Question) -> Answer:
        """Raises NoAnswer."""
        try:
            found = await self.resolver.resolve(
                f"{question.name}.", question.kind, lifetime=self.lifetime, raise_on_no_answer=False, search=False
            )
        except dns.resolver.NXDOMAIN:
            return Answer(exists=False)
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(question, type(error).__name__) from error
        return Answer(tuple(_text(question.kind, one) for one in found.rrset or ()))


def name_servers(server: str) -> NameServers:
    """Those to ask; raises SettingWrong, and NoAnswer on a machine that knows none."""
    if server:
        host, port = _read(server)
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host], port
    else:
        try:
            resolver = dns.asyncresolver.Resolver()
        except dns.exception.DNSException as error:
            raise NoAnswer(Question("", Kind.TXT), type(error).__name__) from error
    resolver.timeout = TRY_SECONDS
    resolver.use_edns(0, 0, PAYLOAD)
    return NameServers(resolver)


def _read(server: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{server}")
        host, port = str(ipaddress.ip_address(parts.hostname or "")), parts.port or PORT
    except ValueError as error:
        raise SettingWrong(name=SETTING, reason=NO_SERVER) from error
    return host, port


def _text(kind: Kind, record: dns.rdata.Rdata) -> str:
    if isinstance(record, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(record.strings).decode("utf-8", "replace")
    if isinstance(record, dns.rdtypes.ANY.MX.MX):
        return f"{record.preference} {record.exchange.to_text(omit_final_dot=True)}".removesuffix(".")
    return record.to_text().removesuffix(".") if kind is Kind.PTR else record.to_text()
