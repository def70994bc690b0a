"""Whether receivers can tell by SPF that our mails are ours (RFC 7208)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

from core.findings import Finding
from notifications.deliverability.questions import Inquiry
from notifications.deliverability.relays import RelayAddress
from notifications.deliverability.spf.policy import Policy, Result, Walk, directives_of, follow, result_of
from notifications.deliverability.spf.verdicts import (
    ANYBODY,
    COVERED,
    EMPTY_NAMES,
    GOOD,
    MISSING,
    MISSING_BESIDE,
    MOST_LOOKUPS,
    MOST_VOID,
    NO_END,
    NOT_COVERED,
    OPEN,
    PTR,
    RELAY_INSIDE,
    TOO_MANY,
    UNCLEAR,
    SpfFault,
)
from notifications.deliverability.zone_lines import txt_line

NOBODY = "v=spf1 -all"
UNKNOWN_ADDRESS = "ip4:<address>"
NOBODYS = ipaddress.ip_address("192.0.2.1"), ipaddress.ip_address("2001:db8::1")  # RFC 5737, RFC 3849: nobody has them


def judge_spf(domain: str, relays: Sequence[RelayAddress]) -> Inquiry[list[Finding]]:
    """The record of the envelope sender's domain, which is the one receivers look at (section 2.4)."""
    walk = Walk()
    try:
        policy = yield from follow(domain, walk)
    except SpfFault as fault:
        return [fault.finding]
    if policy is None:
        return [MISSING.of(txt_line(domain, _proposal(relays)), domain=domain)]
    limits = list(_limits(domain, walk))
    covers = [] if limits else [_cover(policy, relay) for relay in relays]  # over the limits nobody is allowed
    return [*(limits or [_good(domain, walk)]), *_ends(policy), *covers]


def judge_spf_beside(domain: str) -> Inquiry[list[Finding]]:
    """The record of the visible sender's domain, where the envelope has another."""
    walk = Walk()
    try:
        policy = yield from follow(domain, walk)
    except SpfFault as fault:
        return [fault.finding]
    if policy is None:
        return [MISSING_BESIDE.of(txt_line(domain, NOBODY), domain=domain)]
    return [*(list(_limits(domain, walk)) or [_good(domain, walk)]), *_ends(policy)]


def _good(domain: str, walk: Walk) -> Finding:
    return GOOD.of(domain=domain, count=walk.lookups, most=MOST_LOOKUPS)


def _limits(domain: str, walk: Walk) -> Iterator[Finding]:
    if walk.lookups > MOST_LOOKUPS:
        yield TOO_MANY.of(domain=domain, count=walk.lookups, most=MOST_LOOKUPS)
    if len(walk.void) > MOST_VOID:
        names = ", ".join(walk.void)
        yield EMPTY_NAMES.of(domain=domain, count=len(walk.void), most=MOST_VOID, names=names)


def _ends(policy: Policy) -> Iterator[Finding]:
    """What becomes of all others, and what should not be used."""
    last = policy.last
    end = last.record.all
    if end is not None and end.qualifier == "+":
        yield ANYBODY.of(txt_line(last.domain, _closed(last.text)), domain=last.domain)
    elif any(result_of(policy, address) is Result.PASS for address in NOBODYS):
        yield OPEN.of(domain=policy.domain)
    elif (end is None and not last.record.redirect) or (end is not None and end.qualifier == "?"):
        yield NO_END.of(txt_line(last.domain, _closed(last.text)), domain=last.domain)
    if any(one.mechanism == "ptr" for one in directives_of(policy)):
        yield PTR.of(domain=policy.domain)


def _cover(policy: Policy, relay: RelayAddress) -> Finding:
    """Whether a relay's address is allowed."""
    values = {"domain": policy.domain, "host": relay.host, "address": str(relay.address)}
    if not relay.is_public:
        return RELAY_INSIDE.of(**values)
    match result_of(policy, relay.address):
        case Result.PASS:
            return COVERED.of(**values)
        case Result.UNCLEAR:
            return UNCLEAR.of(**values)
        case _:
            return NOT_COVERED.of(txt_line(policy.domain, _allowing(policy.text, relay)), **values)


def _proposal(relays: Sequence[RelayAddress]) -> str:
    allowed = [_mechanism(relay) for relay in relays if relay.is_public] or [UNKNOWN_ADDRESS]
    return " ".join(("v=spf1", *allowed, "~all"))


def _mechanism(relay: RelayAddress) -> str:
    return f"ip{relay.address.version}:{relay.address}"


def _closed(text: str) -> str:
    """The record with the usual end."""
    terms = [term for term in text.split() if term.lower().lstrip("+?-~") != "all"]
    return " ".join((*terms, "~all"))


def _allowing(text: str, relay: RelayAddress) -> str:
    """The record with one more address, in front, where nothing can stand in its way."""
    version, *terms = text.split()
    return " ".join((version, _mechanism(relay), *terms))
