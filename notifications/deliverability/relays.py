"""The addresses of the relays that mails leave by."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from core.i18n import N_

INSIDE = N_(
    "The relay {host} ({address}) is on this machine or network: from which address mails leave cannot be told here."
)
LOOK_OUTSIDE = N_(
    "Ask who runs the relay, or send yourself a sample and read the addresses in its Received and "
    "Authentication-Results lines."
)


@dataclass(frozen=True)
class RelayAddress:
    """One address of a relay; others see it only where it is a public one."""

    host: str
    address: ipaddress.IPv4Address | ipaddress.IPv6Address

    @property
    def is_public(self) -> bool:
        return self.address.is_global


def literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address that stands in the place of a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
