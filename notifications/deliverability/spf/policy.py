"""An SPF record with all that it refers to, and what it says of an address (RFC 7208, sections 4 to 6)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from notifications.deliverability.questions import Inquiry, Kind, addresses_of, records
from notifications.deliverability.spf.record import (
    Address,
    Directive,
    Network,
    NotUnderstood,
    Record,
    has_macro,
    parse_record,
    spf_records,
)
from notifications.deliverability.spf.verdicts import (
    CIRCLE,
    INCLUDED_MISSING,
    NOT_UNDERSTOOD,
    SEVERAL,
    TOO_MANY_HOSTS,
    SpfFault,
)

MOST_HOSTS = 10  # of one mx, section 4.6.4
MOST_FOLLOWED = 40  # enough to say by how much a record is over the limit


class Result(StrEnum):
    """What a receiver comes to (section 2.6); `unclear` is what only the mail itself can tell."""

    PASS = "pass"  # noqa: S105 - SPF's own word
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    UNCLEAR = "unclear"


BY_QUALIFIER = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}


@dataclass(frozen=True)
class Branch:
    """A directive and what it stands for: networks, or another domain's policy."""

    directive: Directive
    networks: tuple[Network, ...] = ()
    included: Policy | None = None
    is_unclear: bool = False


@dataclass(frozen=True)
class Policy:
    """A domain's record, followed to its ends."""

    domain: str
    text: str
    record: Record
    branches: tuple[Branch, ...]
    redirect: Policy | None = None

    @property
    def last(self) -> Policy:
        """The policy that says what becomes of all others."""
        return self.redirect.last if self.redirect else self


@dataclass
class Walk:
    """What was counted on the way: look-ups by section 4.6.4, and names that led to nothing."""

    lookups: int = 0
    void: list[str] = field(default_factory=list)


def follow(domain: str, walk: Walk, path: Sequence[str] = ()) -> Inquiry[Policy | None]:
    """The policy of a domain, None where it has none; raises SpfFault."""
    found = spf_records((yield from records(domain, Kind.TXT)))
    if not found:
        return None
    if len(found) > 1:
        raise SpfFault(SEVERAL.of(domain=domain, count=len(found)))
    try:
        record = parse_record(found[0])
    except NotUnderstood as error:
        raise SpfFault(NOT_UNDERSTOOD.of(domain=domain, term=error.term)) from error
    here = (*path, domain)
    branches: list[Branch] = []
    for directive in record.directives:
        branches += [(yield from _branch(directive, walk, here))]
    redirect = None
    if record.redirect and walk.lookups < MOST_FOLLOWED:
        walk.lookups += 1
        if not has_macro(record.redirect):
            redirect = yield from _other(record.redirect, walk, here)
    return Policy(domain, found[0], record, tuple(branches), redirect)


def result_of(policy: Policy, address: Address) -> Result:
    """What a receiver comes to for a mail from an address (check_host, section 4)."""
    unclear = False
    for branch in policy.branches:
        match = _matches(branch, address)
        result = BY_QUALIFIER[branch.directive.qualifier]
        if match is None:
            if result is not Result.PASS:
                return Result.UNCLEAR
            unclear = True
        elif match:
            return result if result is Result.PASS or not unclear else Result.UNCLEAR
    if unclear or (policy.record.redirect and policy.redirect is None):
        return Result.UNCLEAR
    return result_of(policy.redirect, address) if policy.redirect else Result.NEUTRAL


def directives_of(policy: Policy) -> Iterable[Directive]:
    """All directives, those of other domains among them."""
    for branch in policy.branches:
        yield branch.directive
        if branch.included:
            yield from directives_of(branch.included)
    if policy.redirect:
        yield from directives_of(policy.redirect)


def _branch(directive: Directive, walk: Walk, path: Sequence[str]) -> Inquiry[Branch]:
    if directive.network is not None:
        return Branch(directive, (directive.network,))
    if directive.mechanism == "all":
        return Branch(directive)
    walk.lookups += 1
    name = directive.domain or path[-1]
    if directive.mechanism in {"exists", "ptr"} or has_macro(name) or walk.lookups > MOST_FOLLOWED:
        return Branch(directive, is_unclear=True)
    if directive.mechanism == "include":
        return Branch(directive, included=(yield from _other(name, walk, path)))
    hosts = (yield from _mail_hosts(name, path[-1])) if directive.mechanism == "mx" else (name,)
    found: list[str] = []
    for host in hosts:
        found += yield from addresses_of(host)
    if not found:
        walk.void.append(name)
    return Branch(directive, tuple(_network(one, directive) for one in found))


def _other(domain: str, walk: Walk, path: Sequence[str]) -> Inquiry[Policy]:
    """The policy of a domain that is referred to, which must have one (sections 5.2 and 6.1)."""
    if domain.lower() in (one.lower() for one in path):
        raise SpfFault(CIRCLE.of(domain=path[0], included=domain))
    policy = yield from follow(domain, walk, path)
    if policy is None:
        raise SpfFault(INCLUDED_MISSING.of(domain=path[-1], included=domain))
    return policy


def _mail_hosts(name: str, domain: str) -> Inquiry[tuple[str, ...]]:
    found = yield from records(name, Kind.MX)
    if len(found) > MOST_HOSTS:
        raise SpfFault(TOO_MANY_HOSTS.of(domain=domain, host=name, count=len(found), most=MOST_HOSTS))
    hosts = (one.partition(" ")[2] for one in found)
    return tuple(host for host in hosts if host)


def _network(address: str, directive: Directive) -> Network:
    four, six = directive.prefixes
    return ipaddress.ip_network(f"{address}/{six if ':' in address else four}", strict=False)


def _matches(branch: Branch, address: Address) -> bool | None:
    """Whether a directive means an address; None where only the mail can tell."""
    if branch.is_unclear:
        return None
    if branch.included:
        included = result_of(branch.included, address)
        return None if included is Result.UNCLEAR else included is Result.PASS
    if branch.directive.mechanism == "all":
        return True
    return any(address in network for network in branch.networks)
