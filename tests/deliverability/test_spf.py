"""What an SPF record means for our mails, over records of every kind."""

from __future__ import annotations

import ipaddress

import pytest

from core.findings import Finding, Judgement
from core.i18n import translator
from notifications.deliverability.relays import RelayAddress
from notifications.deliverability.spf import verdicts
from notifications.deliverability.spf.judge import judge_spf, judge_spf_beside
from notifications.deliverability.spf.policy import Result, Walk, follow, result_of
from tests.support.name_server import Zone, play

OURS, THEIRS, SIX = "93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1"
MANY = {f"s{number}.example.org": {"TXT": ["v=spf1 ip4:93.184.215.0/24"]} for number in range(20)}


def relay(address: str = OURS) -> RelayAddress:
    return RelayAddress("mail.example.org", ipaddress.ip_address(address))


def judged(text: str, *addresses: str, zone: Zone | None = None) -> list[str]:
    """The messages found for a record, in English."""
    return [one.message.say(translator("en")) for one in findings(text, *addresses, zone=zone)]


def findings(text: str, *addresses: str, zone: Zone | None = None) -> list[Finding]:
    relays = [relay(address) for address in addresses]
    return play(judge_spf("example.org", relays), {"example.org": {"TXT": ["other", text]}, **(zone or {})})


def kinds(text: str, *addresses: str, zone: Zone | None = None) -> list[str]:
    names = {id(value): name for name, value in vars(verdicts).items() if isinstance(value, Judgement)}
    known = [value for value in vars(verdicts).values() if isinstance(value, Judgement)]
    return [next(names[id(one)] for one in known if one.fits(found)) for found in findings(text, *addresses, zone=zone)]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("v=spf1 ip4:93.184.215.14 -all", {}),
        ("v=spf1 ip4:93.184.0.0/16 ~all", {}),
        ("v=spf1 a ~all", {"example.org": {"TXT": ["v=spf1 a ~all"], "A": [OURS]}}),
        ("v=spf1 a:mail.example.net/24 ~all", {"mail.example.net": {"A": ["93.184.215.200"]}}),
        ("v=spf1 mx:example.net ~all", {"example.net": {"MX": ["10 mx.example.net"]}, "mx.example.net": {"A": [OURS]}}),
        ("v=spf1 include:spf.example.net ~all", {"spf.example.net": {"TXT": [f"v=spf1 ip4:{OURS} -all"]}}),
        ("v=spf1 redirect=spf.example.net", {"spf.example.net": {"TXT": [f"v=spf1 ip4:{OURS} -all"]}}),
        ("v=spf1 exists:%{i}.example.org ip4:93.184.215.14 -all", {}),
    ],
)
def test_an_address_that_is_allowed(text: str, zone: Zone) -> None:
    assert kinds(text, OURS, zone=zone) == ["GOOD", "COVERED"]


def test_an_address_of_either_kind() -> None:
    text = "v=spf1 a:mail.example.net//64 -all"
    zone = {"mail.example.net": {"A": [OURS], "AAAA": ["2606:2800:21f:cb07::99"]}}
    assert kinds(text, OURS, SIX, THEIRS, zone=zone) == ["GOOD", "COVERED", "COVERED", "NOT_COVERED"]


def test_an_address_that_is_not_allowed_comes_with_the_record_that_allows_it() -> None:
    for text in ("v=spf1 mx -all", "v=spf1 -ip4:8.8.8.8 mx -all", "v=spf1 include:no.example.net mx -all"):
        zone = {
            "example.org": {"TXT": [text], "MX": ["5 mx.example.org"]},
            "mx.example.org": {"A": [OURS]},
            "no.example.net": {"TXT": ["v=spf1 -ip4:8.8.8.8 ip4:8.8.8.8 -all"]},
        }
        _, found = play(judge_spf("example.org", [relay(THEIRS)]), zone)
        assert verdicts.NOT_COVERED.fits(found)
        assert found.lines == (f'example.org. IN TXT "v=spf1 ip4:8.8.8.8 {text.removeprefix("v=spf1 ")}"',)
        published = found.lines[0].partition('"')[2].rstrip('"')
        again = play(judge_spf("example.org", [relay(THEIRS)]), {**zone, "example.org": {"TXT": [published]}})
        assert verdicts.COVERED.fits(again[-1])


def test_what_only_the_mail_can_tell() -> None:
    assert kinds("v=spf1 exists:%{i}._spf.example.org -all", OURS) == ["GOOD", "UNCLEAR"]
    assert kinds("v=spf1 redirect=%{d}.example.net", OURS) == ["GOOD", "UNCLEAR"]
    assert kinds("v=spf1 -exists:%{i}._spf.example.org +ip4:93.184.215.14 -all", OURS) == ["GOOD", "UNCLEAR"]


def test_no_record_comes_with_the_one_to_publish() -> None:
    empty: Zone = {"example.org": {"TXT": ["google-site-verification=x"]}}
    (found,) = play(judge_spf("example.org", [relay(), relay(SIX), relay("10.0.0.1")]), empty)
    assert verdicts.MISSING.fits(found)
    assert found.lines == (f'example.org. IN TXT "v=spf1 ip4:{OURS} ip6:{SIX} ~all"',)
    (found,) = play(judge_spf("example.org", [relay("127.0.0.1")]), {})
    assert found.lines == ('example.org. IN TXT "v=spf1 ip4:<address> ~all"',)


def test_two_records_are_none() -> None:
    (found,) = play(judge_spf("example.org", []), {"example.org": {"TXT": ["v=spf1 -all", "v=spf1 mx -all"]}})
    assert verdicts.SEVERAL.fits(found)


def test_what_makes_a_record_count_for_nothing() -> None:
    assert judged("v=spf1 ipv4:1.2.3.4 -all") == [
        'The SPF record of example.org is not understood at "ipv4:1.2.3.4"; receivers then take all of it for wrong.'
    ]
    broken = {"b.example.net": {"TXT": ["v=spf1 oops"]}}
    assert "b.example.net" in judged("v=spf1 include:b.example.net -all", zone=broken)[0]
    assert kinds("v=spf1 include:b.example.net -all", zone=broken) == ["NOT_UNDERSTOOD"]
    for term in ("include:gone.example.net -all", "redirect=gone.example.net"):
        assert kinds(f"v=spf1 {term}") == ["INCLUDED_MISSING"]
    hosts = {"example.net": {"MX": [f"10 m{number}.example.net" for number in range(11)]}}
    assert kinds("v=spf1 mx:example.net -all", zone=hosts) == ["TOO_MANY_HOSTS"]


def test_a_record_that_leads_back_to_itself() -> None:
    assert kinds("v=spf1 include:example.org -all") == ["CIRCLE"]
    around = {"b.example.net": {"TXT": ["v=spf1 redirect=Example.ORG"]}}
    assert kinds("v=spf1 include:b.example.net -all", zone=around) == ["CIRCLE"]


def test_ten_look_ups_and_no_more() -> None:
    ten = "v=spf1 " + " ".join(f"include:s{number}.example.org" for number in range(10)) + " ~all"
    assert kinds(ten, OURS, zone=MANY) == ["GOOD", "COVERED"]
    eleven = ten.replace("~all", "include:s10.example.org ~all")
    assert kinds(eleven, OURS, zone=MANY) == ["TOO_MANY"]
    assert "takes 11 look-ups" in judged(eleven, zone=MANY)[0]


def test_look_ups_within_what_is_included_are_counted_too() -> None:
    inner = "v=spf1 a:h.example.net mx:h.example.net ptr exists:h.example.net include:s1.example.org ?all"
    zone = {
        **MANY,
        "i.example.net": {"TXT": [inner]},
        "h.example.net": {"A": [OURS], "MX": ["1 h.example.net"]},
    }
    walk = Walk()
    play(follow("example.org", walk), {"example.org": {"TXT": ["v=spf1 include:i.example.net redirect=r.example.net"]},
                                       "r.example.net": {"TXT": ["v=spf1 ip4:8.8.8.8 -all"]}, **zone})  # fmt: skip
    assert walk.lookups == 7


def test_a_record_that_branches_without_end_is_left_at_some_point() -> None:
    zone = {
        f"n{number}.example.net": {"TXT": [f"v=spf1 {f'include:n{number + 1}.example.net ' * 2}~all"]}
        for number in range(60)
    }
    assert kinds("v=spf1 include:n0.example.net ~all", zone=zone) == ["TOO_MANY"]


def test_names_without_addresses() -> None:
    two = "v=spf1 a:x.example.net mx:y.example.net ~all"
    assert kinds(two) == ["GOOD"]
    assert kinds(two.replace("~all", "a:z.example.net ~all")) == ["EMPTY_NAMES"]


@pytest.mark.parametrize(
    ("text", "kind", "instead"),
    [
        ("v=spf1 mx +all", "ANYBODY", "v=spf1 mx ~all"),
        ("v=spf1 mx all", "ANYBODY", "v=spf1 mx ~all"),
        ("v=spf1 mx ?all", "NO_END", "v=spf1 mx ~all"),
        ("v=spf1 mx", "NO_END", "v=spf1 mx ~all"),
    ],
)
def test_how_a_record_has_to_end(text: str, kind: str, instead: str) -> None:
    found = findings(text)
    assert kinds(text) == ["GOOD", kind]
    assert found[-1].lines == (f'example.org. IN TXT "{instead}"',)


@pytest.mark.parametrize(
    "text", ["v=spf1 ip4:0.0.0.0/0 -all", "v=spf1 ip6:::/0 ~all", "v=spf1 include:i.example.net -all"]
)
def test_what_allows_the_whole_world(text: str) -> None:
    assert kinds(text, zone={"i.example.net": {"TXT": ["v=spf1 +all"]}}) == ["GOOD", "OPEN"]


def test_the_end_of_a_redirected_record_is_that_of_the_other() -> None:
    zone = {"r.example.net": {"TXT": ["v=spf1 ip4:8.8.8.8"]}}
    assert kinds("v=spf1 redirect=r.example.net", zone=zone) == ["GOOD", "NO_END"]
    assert findings("v=spf1 redirect=r.example.net", zone=zone)[-1].lines == (
        'r.example.net. IN TXT "v=spf1 ip4:8.8.8.8 ~all"',
    )


def test_ptr_is_not_used_any_more() -> None:
    assert kinds("v=spf1 ptr ~all") == ["GOOD", "PTR"]


def test_of_a_relay_inside_nothing_can_be_told() -> None:
    for address in ("127.0.0.1", "10.1.2.3", "::1", "fd00::1", "169.254.1.1"):
        assert kinds("v=spf1 mx ~all", address) == ["GOOD", "RELAY_INSIDE"]


def test_the_visible_domain_beside_another_envelope() -> None:
    (found,) = play(judge_spf_beside("example.org"), {})
    assert verdicts.MISSING_BESIDE.fits(found)
    assert found.lines == ('example.org. IN TXT "v=spf1 -all"',)
    (found,) = play(judge_spf_beside("example.org"), {"example.org": {"TXT": ["v=spf1 -all"]}})
    assert verdicts.GOOD.fits(found)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("v=spf1", Result.NEUTRAL),
        ("v=spf1 ip4:8.8.8.8 -all", Result.FAIL),
        ("v=spf1 ~ip4:93.184.215.14 +all", Result.SOFTFAIL),
        ("v=spf1 ?ip4:93.184.215.14 -all", Result.NEUTRAL),
        ("v=spf1 -include:s1.example.org +all", Result.FAIL),
        ("v=spf1 include:s1.example.org -all", Result.PASS),
        ("v=spf1 ip6:::/0 -all", Result.FAIL),
    ],
)
def test_what_a_receiver_comes_to(text: str, result: Result) -> None:
    policy = play(follow("example.org", Walk()), {**MANY, "example.org": {"TXT": [text]}})
    assert policy
    assert result_of(policy, ipaddress.ip_address(OURS)) is result
