"""Records for tests: told to a judgement as they are, or by a real name server on loopback over UDP and TCP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from notifications.deliverability.questions import Answer, Inquiry, Question

T = TypeVar("T")
Zone = Mapping[str, Mapping[str, Sequence[str]]]
"""Records by name and kind, as in {"example.org": {"TXT": ["v=spf1 -all"], "MX": ["10 mail.example.org"]}}."""


def play(inquiry: Inquiry[T], zone: Zone) -> T:
    """What a judgement comes to over these records, without a network."""
    try:
        question = next(inquiry)
        while True:
            question = inquiry.send(_answer(zone, question))
    except StopIteration as done:
        result: T = done.value
        return result


def _answer(zone: Zone, question: Question) -> Answer:
    records = zone.get(question.name.lower())
    return Answer(tuple(records.get(question.kind, ())), True) if records is not None else Answer(exists=False)


@dataclass
class NameServer:
    """Answers from a zone; is silent about some names, or about all, and fails for others."""

    zone: Zone
    port: int = 0
    silent: bool = False
    failing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def setting(self) -> str:
        return f"127.0.0.1:{self.port}"

    def respond(self, wire: bytes, most: int | None) -> bytes | None:
        """The answer to a query in at most so many bytes, None for silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(f"{dns.rdatatype.to_text(question.rdtype)} {name}")
        if self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif (records := self.zone.get(name)) is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif texts := records.get(dns.rdatatype.to_text(question.rdtype)):
            found = dns.rrset.RRset(question.name, dns.rdataclass.IN, question.rdtype)
            for text in texts:
                found.add(_record(question.rdtype, text), 60)
            response.answer.append(found)
        try:
            return response.to_wire(max_size=most or 65535)
        except dns.exception.TooBig:
            cut = dns.message.make_response(query, recursion_available=True)
            cut.flags |= dns.flags.TC
            return cut.to_wire()


@asynccontextmanager
async def name_server(zone: Zone, *, silent: bool = False) -> AsyncIterator[NameServer]:
    """A server on a free port."""
    server = NameServer(zone, silent=silent)
    loop = asyncio.get_running_loop()
    tcp = await asyncio.start_server(lambda reader, writer: _serve(server, reader, writer), "127.0.0.1", 0)
    server.port = tcp.sockets[0].getsockname()[1]
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(server), ("127.0.0.1", server.port))
    try:
        yield server
    finally:
        transport.close()
        tcp.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        if response := self._server.respond(data, query.payload or 512):
            self._transport.sendto(response, addr)


async def _serve(server: NameServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError):
        wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        if response := server.respond(wire, None):
            writer.write(len(response).to_bytes(2) + response)
            await writer.drain()
    writer.close()


def _record(kind: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
    if kind is dns.rdatatype.TXT:
        data = text.encode()
        strings = [data[start : start + 255] for start in range(0, len(data), 255)] or [b""]
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, kind, strings)
    host = text if kind in {dns.rdatatype.A, dns.rdatatype.AAAA} else f"{text}."
    return dns.rdata.from_text(dns.rdataclass.IN, kind, host, relativize=False)
