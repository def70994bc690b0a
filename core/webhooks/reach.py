"""Which addresses webhooks may reach: the public internet by https, and no machine behind our own walls."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from core.webhooks.errors import UrlPrivate, UrlUnsafe, UrlWrong

LONGEST = 2000
SCHEMES = ("https", "http")
OWN_NAMES = ("localhost", "localhost.localdomain")
NAT64 = IPv6Network("64:ff9b::/96")
# The registries of special-purpose addresses at IANA (RFC 6890), with all that routes to no single machine of the
# internet. Python's own list differs from one patch release to the next.
SPECIAL_4 = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
SPECIAL_6 = tuple(
    IPv6Network(one)
    for one in (
        "::/8", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


def check_url(text: str, *, private: bool) -> str:
    """The address as it is kept; `private` allows private networks, and http. Raises UrlWrong, UrlUnsafe, UrlPrivate.

    What a name stands for is looked at when it is called: it may be another machine by then.
    """
    url = text.strip()
    parts = _split(url)
    if parts.scheme != "https" and not private:
        raise UrlUnsafe(url=url)
    if not private and _is_private_host(parts.hostname or ""):
        raise UrlPrivate(url=url)
    return url


def is_public(host: str) -> bool:
    """Whether an IP address belongs to the public internet, also as it is wrapped in IPv6."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return _is_public(inner)
    return _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    special = SPECIAL_4 if isinstance(address, IPv4Address) else SPECIAL_6
    return address.is_global and not any(address in network for network in special)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError as error:  # a port or an IPv6 address that is none
        raise UrlWrong(url=url[:LONGEST]) from error
    told = "@" in parts.netloc or "#" in url
    plain = url.isprintable() and not any(letter.isspace() or letter == "\\" for letter in url)
    if not usable or told or not plain or len(url) > LONGEST:
        raise UrlWrong(url=url[:LONGEST])
    return parts


def _is_private_host(host: str) -> bool:
    if host.rstrip(".").lower() in OWN_NAMES or host.rstrip(".").lower().endswith(".localhost"):
        return True
    try:
        return not is_public(host)
    except ValueError:  # a name
        return False
