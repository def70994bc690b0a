"""No webhook reaches a machine behind our own walls, whatever its name says, and nobody in between reads along."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from core.clock import FixedClock, SystemClock
from core.database.database import Database
from core.webhooks.emitting import Happening, emit
from core.webhooks.errors import UrlPrivate, UrlUnsafe, UrlWrong
from core.webhooks.kinds import Kind
from core.webhooks.reach import check_url, is_public
from tests.hooks.receiver import receiving, until
from tests.hooks.scene import calling, calls, hook
from tests.people import scene
from tests.support.web import LOOPBACK, free_port


@pytest.mark.parametrize(
    "url",
    [
        "",
        "programs.example.org",
        "ftp://example.org/",
        "https://",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://[::1/",
        "https://example.org/a b",
        "https://example.org/\nHost: x",
        "https://example.org\\@127.0.0.1/",
        "javascript:alert(1)",
        f"https://example.org/{'a' * 2000}",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    for private in (True, False):
        with pytest.raises(UrlWrong):
            check_url(url, private=private)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST.", "x.localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]",
     "[::ffff:10.0.0.1]", "[fe80::1]", "[fd00::1]", "0.0.0.0", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_private_networks_are_refused_unless_they_are_allowed(host: str) -> None:
    with pytest.raises(UrlPrivate):
        check_url(f"https://{host}/hook", private=False)
    assert check_url(f" http://{host}:8080/hook ", private=True) == f"http://{host}:8080/hook"


def test_only_https_is_called() -> None:
    with pytest.raises(UrlUnsafe):
        check_url("http://example.org/", private=False)
    assert check_url("https://example.org:8443/a?b=c", private=False)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("::", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("198.18.0.1", False),
        ("192.0.0.192", False),  # from here on Python's releases are of different opinions
        ("192.0.0.9", False),
        ("::ffff:192.0.0.192", False),
        ("192.88.99.1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("64:ff9b:1::1", False),
        ("100:0:0:1::1", False),
        ("2001:1::1", False),
        ("2001:20::1", False),
        ("::7f00:1", False),
    ],
)
def test_which_addresses_are_of_the_public_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


async def made(database: Database, clock: FixedClock, url: str, detail: str, *, private: bool) -> None:
    """Makes a call to an address that was allowed when it was added."""
    office = database.write(scene.office)
    hook(database, office, url)
    database.write(lambda session: emit(session, Happening(Kind.ANSWERED, office), clock.now()))
    async with calling(database, clock, private=private):
        await until(lambda: calls(database)[0].attempts == 1)
    (call,) = calls(database)
    assert (call.state, call.status, call.detail) == ("waiting", None, detail)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the way out
class TestTheWayOut:
    async def test_a_name_that_leads_to_this_machine_is_not_connected_to(
        self, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The address is looked at when it is connected to: what the DNS said before does not count."""
        monkeypatch.setattr("core.webhooks.reach.OWN_NAMES", ())
        async with tls_receiver() as (port, received):
            await made(database, clock, f"https://localhost:{port}/", "address", private=False)
        assert received == []

    async def test_an_address_in_numbers_is_not_connected_to(
        self, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.webhooks.reach._is_private_host", lambda _: False)
        async with tls_receiver() as (port, received):
            await made(database, clock, f"https://{LOOPBACK}:{port}/", "address", private=False)
        assert received == []

    async def test_a_setting_taken_back_stops_calls_without_encryption(
        self, database: Database, clock: FixedClock
    ) -> None:
        async with receiving() as receiver:
            await made(database, clock, receiver.url, "address", private=False)
            assert receiver.received == []

    async def test_a_certificate_that_nobody_vouches_for_gets_nothing(
        self, database: Database, clock: FixedClock
    ) -> None:
        async with tls_receiver() as (port, received):
            await made(database, clock, f"https://localhost:{port}/", "certificate", private=True)
        assert received == []

    async def test_nobody_there(self, database: Database, clock: FixedClock) -> None:
        with free_port() as closed:
            port = closed.getsockname()[1]
        await made(database, clock, f"http://{LOOPBACK}:{port}/", "connection", private=True)

    async def test_whoever_does_not_answer_is_left_after_a_while(
        self, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("notifications.hooks.posting.TIMEOUT_SECONDS", 0.2)
        async with receiving(slow=60) as receiver:
            await made(database, clock, receiver.url, "timeout", private=True)


def own_certificate() -> bytes:
    """A key, and a certificate for localhost that it signed itself, as PEM."""
    key, name = generate_private_key(SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*pem) + made.public_bytes(serialization.Encoding.PEM)


@asynccontextmanager
async def tls_receiver() -> AsyncIterator[tuple[int, list[str]]]:
    """A receiver with a certificate of its own making, and what reached it."""
    received: list[str] = []

    async def take(request: web.Request) -> web.Response:
        received.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/{rest:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(own_certificate())
        file.flush()
        context.load_cert_chain(file.name)
    listening = free_port()
    await web.SockSite(runner, listening, ssl_context=context).start()
    try:
        yield listening.getsockname()[1], received
    finally:
        await runner.cleanup()
