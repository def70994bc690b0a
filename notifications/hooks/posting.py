"""Makes one call: signed, by POST, to nothing but the public internet unless that is allowed. Decides nothing."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from core.clock import Clock, SystemClock
from core.errors import Problem
from core.links import Links
from core.webhooks.reach import check_url, is_public
from core.webhooks.signing import secrets_of, sign
from notifications.hooks.deciding import Answered, NoAnswer, NotTried, Outcome
from notifications.hooks.queue import Call

TIMEOUT_SECONDS = 15
MOST_READ = 64 * 1024  # of an answer: what it says does not matter, but the connection can be used again
LOOK_UPS = 256  # names looked up at once, each in a thread of its own
REFUSED = "no public address"
USER_AGENT = "Ascolto (webhook)"


class AddressRefused(OSError):
    """A name led to a machine behind our own walls."""


class TooManyNames(Exception):
    """So many names are being looked up that there is no thread for another one."""


class Poster:
    """The way out of one process."""

    def __init__(self, links: Links, *, private: bool, machine: Clock | None = None) -> None:
        self._links = links
        self._private = private
        self._machine = machine or SystemClock()
        self._session: aiohttp.ClientSession | None = None

    async def post(self, call: Call, now: datetime) -> Outcome:
        """Never raises for what the other side does; `now` is the office's clock."""
        body = body_of(call)
        try:
            check_url(call.webhook.url, private=self._private)
            async with self._open().post(
                call.webhook.url, data=body, headers=self._headers(call, body, now), allow_redirects=False
            ) as response:
                await _read_a_little(response)
                return Answered(response.status, self._wait(response.headers.get("Retry-After", "")))
        except TooManyNames:
            return NotTried()
        except Problem:
            return NoAnswer("address")
        except TimeoutError:
            return NoAnswer("timeout")
        except (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch):
            return NoAnswer("certificate")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return NoAnswer("address" if REFUSED in str(error) else "connection")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # lets the transports close

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=0,  # how many calls a receiver gets at once is counted elsewhere; nobody waits for another's
                resolver=Resolver(),
                socket_factory=partial(_open_socket, private=self._private),
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    def _headers(self, call: Call, body: bytes, now: datetime) -> dict[str, str]:
        timestamp = int(self._machine.now().timestamp())  # receivers compare it with their own clock
        secrets = secrets_of(self._links, call.webhook, now)
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "webhook-id": call.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(sign(secret, call.event_id, timestamp, body) for secret in secrets),
        }

    def _wait(self, told: str) -> timedelta | None:
        """Retry-After as RFC 9110, 10.2.3, has it: seconds, or a date."""
        told = told.strip()
        if told.isascii() and told.isdecimal():
            return timedelta(seconds=min(int(told[:9]), 10**8))
        try:
            return parsedate_to_datetime(told) - self._machine.now()
        except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
            return None


def body_of(call: Call) -> bytes:
    """What is sent: ids and short names, the person by the office's own reference for them."""
    data = {"office": call.office, **call.data}
    if call.has_person:
        data["participant"] = call.reference or None
    content = {"type": call.kind, "timestamp": call.happened_at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class Resolver(AbstractResolver):
    """Looks names up in threads of its own: names of slow servers hold up neither the process nor one another.

    A look-up cannot be stopped, whoever still waits for it: those who ask for the same name share one.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="webhook-names")
        self._under_way: dict[str, asyncio.Future[list[Any]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await asyncio.shield(self._under_way.get(host) or self._begin(host, family))
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in found
        ]

    def _begin(self, host: str, family: socket.AddressFamily) -> asyncio.Future[list[Any]]:
        if len(self._under_way) >= LOOK_UPS:
            raise TooManyNames
        look_up = partial(socket.getaddrinfo, host, None, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        begun: asyncio.Future[list[Any]] = asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        self._under_way[host] = begun
        begun.add_done_callback(lambda ended: self._end(host, ended))
        return begun

    def _end(self, host: str, ended: asyncio.Future[list[Any]]) -> None:
        self._under_way.pop(host, None)
        if not ended.cancelled():
            ended.exception()  # nobody may be left to hear of it

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _open_socket(info: Any, *, private: bool) -> socket.socket:
    """A socket for the very address that is about to be connected to; no later answer of the DNS can change it."""
    family, kind, proto, _, address = info
    if not private and not is_public(str(address[0])):
        raise AddressRefused(errno.EACCES, REFUSED)
    return socket.socket(family, kind, proto)


async def _read_a_little(response: aiohttp.ClientResponse) -> None:
    """The status has been told: what goes wrong from here on changes nothing."""
    left = MOST_READ
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        while left > 0 and (chunk := await response.content.read(left)):
            left -= len(chunk)
        if left > 0:
            return
    response.close()
