"""What Telegram says of who opened a Mini App, and whether Telegram said it.

Source of the rule: Telegram, "Mini Apps", "Validating data received via the Mini App": the fields but
`hash`, sorted, one a line, under HMAC-SHA256 with the key HMAC-SHA256("WebAppData", bot token).
"""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl

from core.errors import Problem
from core.i18n import N_

GOOD_FOR = timedelta(hours=1)
AHEAD = timedelta(minutes=5)  # by which Telegram's clock may be before ours
LONGEST = 8_000
LATEST = 10_000_000_000  # seconds since 1970, far beyond any clock


class InitDataWrong(Problem):
    text = N_("This page opens from the chat in Telegram. Please go back to the chat and press the button once more.")
    status = 403


def read_init_data(given: str, token: str, now: datetime) -> int:
    """The Telegram account that opened the page of a bot; raises InitDataWrong.

    Data older than an hour is refused: the page sends it as soon as it is opened.
    """
    fields = _fields(given)
    said = fields.pop("hash", "")
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.digest(b"WebAppData", token.encode(), sha256)
    right = hmac.new(key, _bytes(lines), sha256).hexdigest()
    if not token or not hmac.compare_digest(right.encode(), _bytes(said)):
        raise InitDataWrong
    _check_fresh(fields.get("auth_date", ""), now)
    return _account(fields.get("user", ""))


def _fields(given: str) -> dict[str, str]:
    if len(given) > LONGEST:
        raise InitDataWrong
    try:
        pairs = parse_qsl(given, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise InitDataWrong from error
    if len(dict(pairs)) < len(pairs):
        raise InitDataWrong
    return dict(pairs)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # halves of pairs match no hash, and do no harm


def _check_fresh(written: str, now: datetime) -> None:
    seconds = int(written) if written.isascii() and written.isdecimal() and len(written) < 12 else 0
    opened = datetime.fromtimestamp(min(seconds, LATEST), UTC)
    if not now - GOOD_FOR <= opened <= now + AHEAD:
        raise InitDataWrong


def _account(user: str) -> int:
    try:
        found = json.loads(user)["id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InitDataWrong from error
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**63:
        raise InitDataWrong
    return found
