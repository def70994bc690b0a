"""An SPF record read by the grammar (RFC 7208, section 12)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

VERSION = "v=spf1"
MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)")
DIRECTIVE = re.compile(r"([-+~?]?)([A-Za-z0-9]+)(?::(.*?))?(?:/(\d{1,3}))?(?://(\d{1,3}))?")
DOMAIN = re.compile(r"(?=.{1,253}\.?$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{1,63}\.?")
MACRO = re.compile(r"%(?:[%_-]|\{[slodiphcrtvSLODIPHCRTV]\d*r?[-.+,/_=]*\})")
BARE, NETWORKS, OF_A_DOMAIN = {"all"}, {"ip4", "ip6"}, {"include", "exists"}
WITH_PREFIXES = {"a", "mx"}
ASKING = {"include", "a", "mx", "ptr", "exists"}  # together with redirect= they are counted, section 4.6.4

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotUnderstood(Exception):
    """A term that no receiver understands: the whole record counts for nothing."""

    def __init__(self, term: str) -> None:
        super().__init__(term)
        self.term = term


@dataclass(frozen=True)
class Directive:
    """`domain` is "" for the record's own; `prefixes` are those of IPv4 and IPv6."""

    qualifier: str
    mechanism: str
    domain: str = ""
    prefixes: tuple[int, int] = (32, 128)
    network: Network | None = None


@dataclass(frozen=True)
class Record:
    """What a record says, in its order; nothing after `all` is ever looked at (section 5.1)."""

    directives: tuple[Directive, ...]
    redirect: str = ""

    @property
    def all(self) -> Directive | None:
        return next((one for one in self.directives if one.mechanism == "all"), None)


def spf_records(texts: Iterable[str]) -> list[str]:
    """Those of a domain's TXT records that are SPF (section 4.5)."""
    return [text for text in texts if text.lower() == VERSION or text.lower().startswith(f"{VERSION} ")]


def parse_record(text: str) -> Record:
    """Raises NotUnderstood for the first term that cannot be read."""
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in text.split(" ")[1:]:
        if found := MODIFIER.fullmatch(term):
            name = found[1].lower()
            if name in modifiers and name in {"redirect", "exp"}:  # section 6: each once at most
                raise NotUnderstood(term)
            modifiers[name] = found[2]
            if name in {"redirect", "exp"}:
                _check_domain(term, found[2])
        elif term:
            directives.append(_directive(term))
    upto = next((number for number, one in enumerate(directives, 1) if one.mechanism == "all"), None)
    redirect = "" if upto else modifiers.get("redirect", "")  # section 6.1: ignored beside `all`
    return Record(tuple(directives[:upto]), redirect.rstrip("."))


def has_macro(domain: str) -> bool:
    """Whether a name depends on the mail, so that it cannot be asked for in advance (section 7)."""
    return "%" in domain


def _directive(term: str) -> Directive:
    found = DIRECTIVE.fullmatch(term)
    if found is None:
        raise NotUnderstood(term)
    qualifier, mechanism, value, four, six = found.groups()
    mechanism = mechanism.lower()
    if mechanism in NETWORKS:
        if not value or six:
            raise NotUnderstood(term)
        return Directive(qualifier or "+", mechanism, network=_network(term, mechanism, value, four))
    if mechanism not in BARE | OF_A_DOMAIN | WITH_PREFIXES | {"ptr"}:
        raise NotUnderstood(term)
    bare_value = value is None and mechanism in OF_A_DOMAIN
    if bare_value or (value is not None and mechanism in BARE) or ((four or six) and mechanism not in WITH_PREFIXES):
        raise NotUnderstood(term)
    if value is not None:
        _check_domain(term, value)
    prefixes = int(four or 32), int(six or 128)
    if prefixes[0] > 32 or prefixes[1] > 128:
        raise NotUnderstood(term)
    return Directive(qualifier or "+", mechanism, (value or "").rstrip("."), prefixes)


def _network(term: str, mechanism: str, value: str, prefix: str | None) -> Network:
    kind = ipaddress.IPv4Network if mechanism == "ip4" else ipaddress.IPv6Network
    try:
        return kind(f"{value}/{prefix}" if prefix else value, strict=False)
    except ValueError as error:
        raise NotUnderstood(term) from error


def _check_domain(term: str, domain: str) -> None:
    plain = MACRO.sub("x", domain) if "%" in domain else domain
    if "%" in plain or not (DOMAIN.fullmatch(plain) or (plain != domain and plain)):
        raise NotUnderstood(term)
