"""Who opened a Mini App: believed only as Telegram signed it, for this bot, just now."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.init_data import InitDataWrong, read_init_data

TOKEN, NOW = "1001:participants", datetime(2023, 7, 10, 8, 0, tzinfo=UTC)
ADA = {"id": 501, "first_name": "Ada & Bo=b", "language_code": "it"}


def signed(token: str = TOKEN, **changes: str) -> str:
    """As the rule is written: the fields in order, one a line, under a key made of the token."""
    fields = {"query_id": "AAF", "user": json.dumps(ADA), "auth_date": str(int(NOW.timestamp())), **changes}
    text = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return urlencode({**fields, "hash": hmac.new(key, text.encode(), hashlib.sha256).hexdigest()})


def test_what_telegram_signed_is_believed() -> None:
    assert read_init_data(signed(), TOKEN, NOW) == 501
    assert read_init_data(signed(signature="third-party", start_param="x"), TOKEN, NOW) == 501
    assert read_init_data(signed(), TOKEN, NOW + timedelta(minutes=59)) == 501


def test_a_vector_that_was_worked_out_elsewhere() -> None:
    """Made with OpenSSL alone: `dgst -sha256 -mac HMAC` twice."""
    hashed = "dcd9358e36d3b0458a2f00c43254b7ae67173ee7162edd42c39b1c0002d57c3e"
    told = f"auth_date=1688976000&user=%7B%22id%22%3A7%7D&hash={hashed}"
    assert read_init_data(told, TOKEN, NOW) == 7


@pytest.mark.parametrize(
    "given_",
    [
        "",
        "hash=",
        "not a query",
        signed("1002:staff"),
        signed(auth_date=str(int((NOW - timedelta(hours=2)).timestamp()))),
        signed(auth_date=str(int((NOW + timedelta(hours=1)).timestamp()))),
        signed(auth_date="-1"),
        signed(auth_date="²"),
        signed(auth_date="9" * 40),
        signed(user="{}"),
        signed(user="[]"),
        signed(user='{"id": true}'),
        signed(user='{"id": "501"}'),
        signed(user='{"id": -5}'),
        signed(user="[" * 100_000)[:7_900],
        signed(user="x" * 9_000),
        signed() + "&user=%7B%22id%22%3A502%7D",
        signed().replace("501", "502"),
        signed().replace("query_id=AAF&", ""),
        signed() + "&more=1",
        "user=%ff%fe&hash=00",
        "a=\ud800",
    ],
)
def test_everything_else_is_not(given_: str) -> None:
    with pytest.raises(InitDataWrong):
        read_init_data(given_, TOKEN, NOW)


def test_without_a_token_nobody_is_believed() -> None:
    with pytest.raises(InitDataWrong):
        read_init_data(signed(""), "", NOW)


@given(st.text(max_size=200))
def test_whatever_comes_is_refused_in_words(text: str) -> None:
    with pytest.raises(InitDataWrong):
        read_init_data(text, TOKEN, NOW)
