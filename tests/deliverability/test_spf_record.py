"""SPF records as they are written, and as nobody understands them (RFC 7208, section 12)."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.deliverability.spf.record import NotUnderstood, parse_record, spf_records


def test_a_record_with_everything() -> None:
    record = parse_record(
        "v=spf1 ip4:198.51.100.0/24 -IP6:2001:db8::/32 a a:mail.example.org/28//64 MX mx/24 ?include:_spf.example.net "
        "exists:%{ir}.%{v}._spf.%{d2} ptr ~all exp=explain.%{d}"
    )
    first, second, third, fourth, *_, last = record.directives
    assert first.network == ipaddress.ip_network("198.51.100.0/24")
    assert (second.qualifier, second.network) == ("-", ipaddress.ip_network("2001:db8::/32"))
    assert (third.mechanism, third.domain, third.prefixes) == ("a", "", (32, 128))
    assert (fourth.domain, fourth.prefixes) == ("mail.example.org", (28, 64))
    assert [one.mechanism for one in record.directives[4:]] == ["mx", "mx", "include", "exists", "ptr", "all"]
    assert (last, last.qualifier) == (record.all, "~")


def test_what_follows_all_counts_for_nothing() -> None:
    record = parse_record("v=spf1 a -all mx redirect=example.net")
    assert [one.mechanism for one in record.directives] == ["a", "all"]
    assert record.redirect == ""


def test_redirect_and_unknown_modifiers() -> None:
    record = parse_record("v=spf1 a moo.cow=%{x redirect=_spf.example.net.")
    assert record.redirect == "_spf.example.net"


@pytest.mark.parametrize(
    "term",
    [
        "ip:198.51.100.1", "ipv4:198.51.100.1", "ip4", "ip4:", "ip4:198.51.100", "ip4:198.51.100.1/33",
        "ip4:198.51.100.1//24", "ip4:2001:db8::1", "ip6:198.51.100.1", "ip6:2001:db8::1/129", "include", "include:",
        "include:nodots", "include:a..b", "include:example.org/24", "include:-example.org", "all:x", "all/8", "a:",
        "a/33", "a//129", "mx:exa mple", "exists", "exists:%{z}.example.org", "exists:100%.example.org", "%all", "=x",
        "redirect=", "redirect=%(d)", "exp=", "spf1", "--all", "~al", "ALL;", "a:example.org,b", "include:exämple.org",
        f"a:{'x' * 64}.example.org", f"a:{'x.' * 130}org", "\u00a0all",
    ],
)  # fmt: skip
def test_what_nobody_understands(term: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_record(f"v=spf1 {term} -all")


@pytest.mark.parametrize("twice", ["redirect=example.org", "exp=example.org"])
def test_a_modifier_that_stands_twice(twice: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_record(f"v=spf1 {twice} {twice}")


def test_only_what_begins_with_the_version_is_a_record() -> None:
    texts = ["v=spf1", "V=SPF1 -all", "v=spf10 -all", " v=spf1 -all", "v=spf1\t-all", "spf2.0/pra -all", "v=spf1;-all"]
    assert spf_records(texts) == ["v=spf1", "V=SPF1 -all"]


@given(st.text(max_size=60))
def test_whatever_is_published_is_read_or_refused(text: str) -> None:
    with suppress(NotUnderstood):
        parse_record(f"v=spf1 {text}")
