"""Signed links: bound to one purpose, expiring, short enough for a Telegram deep link.

A token is base64url(body + MAC): the body holds the expiry (hours since 1970) and the
numbers it speaks of as variable-length integers, the MAC is HMAC-SHA256 under a key derived
from SECRET_KEY and the purpose, cut to 128 bits (RFC 2104 allows truncation to half).
64 characters, Telegram's limit for a start parameter, carry at least three numbers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from core.errors import LinkExpired, LinkForged

MAC_BYTES = 16
ADDRESS_MAC_BYTES = 10  # 80 bits: who guesses must send a mail for each guess


class Purpose(StrEnum):
    """What a link is good for; a token made for one purpose fails for every other."""

    ANSWER = "answer"  # participant, round
    RSVP = "rsvp"  # participant, event
    DOOR = "door"  # participant, event, sealed: what somebody shows at the event's door
    DOOR_TEXT = "door-text"  # what somebody agrees to at the door, as a telephone was given it: sealed data
    CERTIFICATE = "certificate"  # participant, event, sealed: that a certificate of attendance is true
    TABLES = "tables"  # participant, event: which thematic table one would like
    DATES = "dates"  # participant, dates asked about
    APPOINTMENT = "appointment"  # participant, event
    VOTE = "vote"  # participant, poll
    POLL_VOTER = "poll-voter"  # browsers and accounts that are nobody's, told apart within one poll
    POLL_ORDER = "poll-order"  # the order in which somebody sees a poll's options
    OPEN_ANSWER = "open-answer"  # round, the number of a response of an open round
    OPEN_APP = "open-app"  # participant, round: opens nothing without Telegram's word on who opens it
    JOIN_CHAT = "join-chat"  # participant, round or 0, nonce
    UNDO_JOIN = "undo-join"  # address, participant
    CONFIRM_JOIN = "confirm-join"  # the nonce of a request to join
    PREFERENCES = "preferences"  # participant, office
    UNSUBSCRIBE = "unsubscribe"  # delivery
    BOUNCE = "bounce"  # delivery: the address its bounces come to
    REPLY = "reply"  # delivery: the address its answers come to
    ORGANIZER = "organizer"  # event, participant: the address that what their calendar answers comes to
    CALENDAR = "calendar"  # participant: their events, for a calendar that subscribes to them
    CONSOLE_CSRF = "console-csrf"  # session
    CONSOLE_KEPT = "console-kept"  # a form whose sender has to sign in first: sealed data
    MEETING_LIST = "meeting-list"  # the attendance of an online meeting, looked at and not noted yet: sealed data
    TRIAL = "trial"  # a questionnaire tried out: sealed data, no numbers
    WEBHOOK = "webhook"  # the secrets that calls of webhooks are signed with


class Links:
    """Signs and reads tokens with the installation's secret."""

    def __init__(self, secret: str) -> None:
        # A key for each purpose, so that a token made for one can never pass for another.
        self._keys = {one: hmac.digest(secret.encode(), one.value.encode(), hashlib.sha256) for one in Purpose}
        self._begun = {one: _begin(key) for one, key in self._keys.items()}

    def sign(self, purpose: Purpose, *numbers: int, expires: datetime) -> str:
        """A token for non-negative numbers; the expiry is rounded up to the hour."""
        body = _hours(expires) + b"".join(map(_pack, numbers))
        return _encode(body + self._mac(purpose, body))

    def read(self, purpose: Purpose, token: str, now: datetime) -> tuple[int, ...]:
        """The numbers of a genuine token; raises LinkForged or LinkExpired."""
        raw = _decode(token)
        body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if not body or not hmac.compare_digest(mac, self._mac(purpose, body)):
            raise LinkForged
        hours, *numbers = _unpack(body)
        if now >= datetime.fromtimestamp(hours * 3600, UTC):
            raise LinkExpired
        return tuple(numbers)

    def sign_address(self, purpose: Purpose, *numbers: int) -> str:
        """One number or two in the letters that every mail system leaves alone (a-z, 2-7); at most 32 of them.

        It does not expire: a mail may come back after weeks, and can do no more than its delivery allows.
        """
        body = b"".join(map(_pack, numbers))
        return base64.b32encode(body + self._mac(purpose, body)[:ADDRESS_MAC_BYTES]).decode().rstrip("=").lower()

    def read_address(self, purpose: Purpose, token: str, count: int = 1) -> tuple[int, ...]:
        """The numbers of `sign_address`, in whatever case it came back; raises LinkForged."""
        try:
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except ValueError as error:
            raise LinkForged from error
        body, mac = raw[:-ADDRESS_MAC_BYTES], raw[-ADDRESS_MAC_BYTES:]
        numbers = _unpack(body)
        if len(numbers) != count or not hmac.compare_digest(mac, self._mac(purpose, body)[:ADDRESS_MAC_BYTES]):
            raise LinkForged
        return tuple(numbers)

    def seal(self, purpose: Purpose, data: bytes) -> str:
        """Data as text that only this installation can have written; it can be read by anybody."""
        return _encode(data + self._mac(purpose, data))

    def unseal(self, purpose: Purpose, token: str) -> bytes:
        """The data of `seal`; raises LinkForged."""
        raw = _decode(token)
        data, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(purpose, data)):
            raise LinkForged
        return data

    def derive(self, purpose: Purpose, name: bytes) -> bytes:
        """32 bytes that belong to a name, for a secret that is shared with somebody and kept nowhere."""
        return hmac.digest(self._keys[purpose], name, hashlib.sha256)

    def _mac(self, purpose: Purpose, body: bytes) -> bytes:
        """HMAC-SHA256 (RFC 2104, section 4), both keys hashed once: a sender signs three links a mail."""
        inner, outer = self._begun[purpose]
        inner, outer = inner.copy(), outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        return outer.digest()[:MAC_BYTES]


def _begin(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """The inner and the outer hash with the key in them; a key of ours is shorter than a block."""
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return inner, outer


def in_days(now: datetime, days: int) -> datetime:
    """An expiry some days ahead."""
    return now + timedelta(days=days)


@lru_cache(maxsize=64)
def _hours(expires: datetime) -> bytes:
    return _pack(-int(-expires.timestamp() // 3600))


def _pack(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _unpack(body: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in body:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    return numbers


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError as error:
        raise LinkForged from error
    if _encode(raw) != token:  # one spelling only, so that a token can be compared as text
        raise LinkForged
    return raw
