"""No test speaks to a machine beyond this one: what it needs from outside, it starts itself.

Loaded by pytest from pyproject.toml, ahead of everything that is under test.
"""

from __future__ import annotations

import ipaddress
import sys


class BeyondLoopback(RuntimeError):
    """A test was about to reach another machine; no OSError, which code may handle as a bad line."""


def is_loopback(host: object) -> bool:
    """Whether a socket's host is this machine; no host at all means so too."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in ("", "localhost"):
        return host is None or isinstance(host, str)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_others(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook; see the table of audit events in the library reference."""
    match event, arguments:
        case "socket.connect" | "socket.sendto", (_, (host, _, *_)) if not is_loopback(host):
            raise BeyondLoopback(f"a test reached for {host}")
        case "socket.getaddrinfo", (host, *_) if not is_loopback(host):
            raise BeyondLoopback(f"a test looked up {host}")


sys.addaudithook(refuse_others)
