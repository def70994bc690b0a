"""Relays as the settings name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SettingWrong
from core.i18n import translator
from notifications.channels.smtp.relay import parse_relay, parse_relays, rate_of


def test_an_address_with_everything() -> None:
    relay = parse_relay("smtp+starttls://us%40er:p%2Fw@mail.example.org:2525?weight=3&connections=8&rate=12.5")
    assert (relay.host, relay.port, relay.security) == ("mail.example.org", 2525, "smtp+starttls")
    assert (relay.user, relay.password) == ("us@er", "p/w")
    assert (relay.weight, relay.connections, relay.rate) == (3, 8, 12.5)


def test_relays_share_the_rate_by_weight_unless_they_have_their_own() -> None:
    relays = parse_relays("smtp://a.example.org smtps://b.example.org?weight=3  smtp://c.example.org:26?rate=7")
    assert [rate_of(one, relays, 40) for one in relays] == [10, 30, 7]
    assert [one.port for one in relays] == [25, 465, 26]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.org", "smtp://"),
        ("smtp://", "smtp://"),
        ("smtp://[::1", "smtp://"),
        ("smtp://example.org:99999", "65535"),
        ("smtp://example.org:0", "65535"),
        ("smtp://example.org?speed=9", "weight, connections, rate, ca"),
        ("smtp://example.org?weight=0", "weight"),
        ("smtp://example.org?weight=nan", "weight"),
        ("smtp://example.org?connections=1000", "50"),
        ("smtp://example.org?ca=/nowhere/at/all.pem", "/nowhere/at/all.pem"),
        ("smtp://example.org smtp://example.org", "twice"),
        ("smtp://user:word@example.org", "smtp+starttls://"),
        ("smtp://user@127.example.org", "unencrypted"),
        ("", "smtp://"),
    ],
)
def test_what_cannot_be_a_relay_is_said(url: str, said: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        parse_relays(url)
    assert said in caught.value.say(translator("en"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_on_this_machine_a_password_needs_no_encryption(host: str) -> None:
    assert parse_relay(f"smtp://user:word@{host}").password == "word"


def test_a_file_that_holds_no_certificates_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(SettingWrong):
        parse_relay(f"smtp://example.org?ca={tmp_path / 'empty.pem'}")
