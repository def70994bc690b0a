"""Whether a relay's address has a name that leads back to it, as receivers ask ("iprev", RFC 8601, section 3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.deliverability.questions import Inquiry, Kind, addresses_of, records
from notifications.deliverability.relays import INSIDE, LOOK_OUTSIDE, RelayAddress
from notifications.deliverability.zone_lines import address_line, ptr_line

CHECK = "reverse"
MOST_NAMES = 10  # as of SPF's ptr (RFC 7208, section 4.6.4): an address may have hundreds

GOOD = Judgement(CHECK, State.OK, N_("The relay's address {address} is called {name}, and {name} leads back to it."))
NAMELESS = Judgement(
    CHECK,
    State.WARNING,
    N_("The relay's address {address} ({host}) has no name (PTR record); many receivers refuse mails from it."),
    N_("Unless the relay sends from another address, have this published by who gave you the address:"),
)
NO_WAY_BACK = Judgement(
    CHECK,
    State.WARNING,
    N_("The relay's address {address} is called {name}, but {name} does not lead back to it."),
    N_("Unless the relay sends from another address, publish this:"),
)
RELAY_INSIDE = Judgement(CHECK, State.UNKNOWN, INSIDE, LOOK_OUTSIDE)
NO_RELAY = Judgement(CHECK, State.UNKNOWN, N_("No address of a relay is known."))


def judge_reverse(relays: Sequence[RelayAddress]) -> Inquiry[list[Finding]]:
    """Every address of every relay."""
    found: list[Finding] = []
    for relay in relays:
        if relay.is_public:
            found += [(yield from _judge(relay))]
        else:
            found += [RELAY_INSIDE.of(host=relay.host, address=str(relay.address))]
    return found or [NO_RELAY.of()]


def _judge(relay: RelayAddress) -> Inquiry[Finding]:
    address = str(relay.address)
    reverse = relay.address.reverse_pointer
    names = yield from records(reverse, Kind.PTR)
    if not names:
        return NAMELESS.of(ptr_line(reverse, relay.host), address=address, host=relay.host)
    for name in names[:MOST_NAMES]:
        back = yield from addresses_of(name)
        if relay.address in map(ipaddress.ip_address, back):
            return GOOD.of(address=address, name=name)
    return NO_WAY_BACK.of(address_line(names[0], address), address=address, name=names[0])
