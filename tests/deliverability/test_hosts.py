"""Mail servers, and names that lead back to their addresses."""

from __future__ import annotations

import ipaddress

from core.findings import Finding
from notifications.deliverability import mx, reverse
from notifications.deliverability.mx import judge_mx
from notifications.deliverability.questions import mail_domain
from notifications.deliverability.relays import RelayAddress
from notifications.deliverability.reverse import judge_reverse
from notifications.deliverability.zone_lines import txt_line
from tests.support.name_server import Zone, play

ADDRESS, POINTER = "93.184.215.14", "14.215.184.93.in-addr.arpa"
SIX, SIX_POINTER = "2606:2800::1", ipaddress.ip_address("2606:2800::1").reverse_pointer


def test_mail_servers_by_preference() -> None:
    zone = {
        "example.org": {"MX": ["20 b.example.org", "9 a.example.org"]},
        "a.example.org": {"A": [ADDRESS]},
        "b.example.org": {"AAAA": [SIX]},
    }
    (found,) = play(judge_mx("example.org"), zone)
    assert mx.GOOD.fits(found)
    assert str(found.message).index("a.example.org") < str(found.message).index("b.example.org")


def test_where_mails_get_lost() -> None:
    (found,) = play(judge_mx("example.org"), {})
    assert mx.NO_DOMAIN.fits(found)
    (found,) = play(judge_mx("example.org"), {"example.org": {}})
    assert mx.MISSING.fits(found)
    assert found.lines == ("example.org. IN MX 10 <mail server>.",)
    (found,) = play(judge_mx("example.org"), {"example.org": {"A": [ADDRESS]}})
    assert mx.IMPLICIT.fits(found)
    (found,) = play(judge_mx("example.org"), {"example.org": {"MX": ["0 "]}})
    assert mx.REFUSES.fits(found)
    (found,) = play(judge_mx("example.org"), {"example.org": {"MX": ["10 gone.example.org"]}})
    assert mx.NO_ADDRESS.fits(found)


def reversed_(address: str, zone: Zone) -> list[Finding]:
    return play(judge_reverse([RelayAddress("mail.example.org", ipaddress.ip_address(address))]), zone)


def test_a_name_that_leads_back() -> None:
    zone = {
        POINTER: {"PTR": ["other.example.net", "mail.example.org"]},
        "mail.example.org": {"A": ["93.184.215.99", ADDRESS], "AAAA": ["2606:2800:0:0::1"]},
        SIX_POINTER: {"PTR": ["mail.example.org"]},
    }
    for address in (ADDRESS, SIX):
        (found,) = reversed_(address, zone)
        assert reverse.GOOD.fits(found), address


def test_an_address_without_a_name() -> None:
    (found,) = reversed_(ADDRESS, {})
    assert reverse.NAMELESS.fits(found)
    assert found.lines == (f"{POINTER}. IN PTR mail.example.org.",)


def test_a_name_that_leads_elsewhere() -> None:
    zone = {POINTER: {"PTR": ["host.example.net"]}, "host.example.net": {"A": ["93.184.215.15"]}}
    (found,) = reversed_(ADDRESS, zone)
    assert reverse.NO_WAY_BACK.fits(found)
    assert found.lines == (f"host.example.net. IN A {ADDRESS}",)


def test_a_relay_inside_and_no_relay() -> None:
    (found,) = reversed_("192.168.1.5", {})
    assert reverse.RELAY_INSIDE.fits(found)
    (found,) = play(judge_reverse([]), {})
    assert reverse.NO_RELAY.fits(found)


def test_the_domain_of_an_address() -> None:
    assert mail_domain("piano@Example.ORG.") == "example.org"
    assert mail_domain("piano@città.example") == "xn--citt-3na.example"
    assert [mail_domain(one) for one in ("", "piano", "piano@", f"a@{'x' * 64}.org", "a@x..org")] == [""] * 5


def test_lines_of_a_zone() -> None:
    assert txt_line("a", 'say "x\\y"') == 'a. IN TXT "say \\"x\\\\y\\""'
    assert txt_line("a", "\x1b[31mè") == 'a. IN TXT "\\027[31m\\195\\168"'
    assert txt_line("a", "x" * 300) == f'a. IN TXT ("{"x" * 255}" "{"x" * 45}")'
