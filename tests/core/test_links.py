"""Links are signed, bound to one purpose, expiring, and fit Telegram's start parameter."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import FixedClock
from core.errors import LinkExpired, LinkForged
from core.links import Links, Purpose
from tests.conftest import NOW

LINKS = Links("a secret of at least thirty-two characters")
LATER = NOW + timedelta(days=30)
numbers = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3)


@given(numbers, st.sampled_from(Purpose))
def test_a_link_gives_back_its_numbers_for_its_purpose_only(values: list[int], purpose: Purpose) -> None:
    token = LINKS.sign(purpose, *values, expires=LATER)
    assert LINKS.read(purpose, token, NOW) == tuple(values)
    for other in set(Purpose) - {purpose}:
        with pytest.raises(LinkForged):
            LINKS.read(other, token, NOW)


@given(numbers, st.sampled_from(Purpose))
def test_the_signature_is_the_standard_library_s_hmac(values: list[int], purpose: Purpose) -> None:
    token = LINKS.sign(purpose, *values, expires=LATER)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    key = hmac.digest(b"a secret of at least thirty-two characters", purpose.encode(), hashlib.sha256)
    assert raw[-16:] == hmac.digest(key, raw[:-16], hashlib.sha256)[:16]


@given(st.integers(0, 2**31), st.integers(0, 2**31), st.integers(0, 2**63 - 1))
def test_a_joining_link_fits_a_start_parameter(participant: int, round_id: int, nonce: int) -> None:
    token = LINKS.sign(Purpose.JOIN_CHAT, participant, round_id, nonce, expires=LATER)
    assert len(token) <= 64
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@given(numbers, st.data())
def test_a_changed_link_is_refused(values: list[int], data: st.DataObject) -> None:
    token = LINKS.sign(Purpose.ANSWER, *values, expires=LATER)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0129_-"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(LinkForged):
            LINKS.read(Purpose.ANSWER, changed, NOW)


@given(st.text(max_size=200))
def test_any_text_is_refused_politely(token: str) -> None:
    with pytest.raises(LinkForged):
        LINKS.read(Purpose.ANSWER, token, NOW)


def test_a_link_expires(clock: FixedClock) -> None:
    token = LINKS.sign(Purpose.ANSWER, 1, expires=clock.now() + timedelta(hours=2))
    clock.advance(timedelta(hours=1, minutes=59))
    assert LINKS.read(Purpose.ANSWER, token, clock.now()) == (1,)
    clock.advance(timedelta(hours=1, minutes=1))
    with pytest.raises(LinkExpired):
        LINKS.read(Purpose.ANSWER, token, clock.now())


def test_another_secret_signs_other_links() -> None:
    token = Links("another secret of thirty-two characters").sign(Purpose.ANSWER, 1, expires=LATER)
    with pytest.raises(LinkForged):
        LINKS.read(Purpose.ANSWER, token, NOW)
