from __future__ import annotations

import ast

import pytest

from tools.check_addresses import FORBIDDEN, HOSTS
from tools.check_clock import questions


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "x = datetime.datetime.utcnow",
        "date.today()",
        "time.time()",
        "from time import time",
        "func.now()",
    ],
)
def test_asking_the_time_is_found(source: str) -> None:
    assert list(questions(ast.parse(source)))


@pytest.mark.parametrize("source", ["clock.now()", "self.clock.now()", "time.monotonic()", "datetime(2026, 1, 1)"])
def test_asking_a_clock_is_allowed(source: str) -> None:
    assert not list(questions(ast.parse(source)))


@pytest.mark.parametrize(
    "line",
    [
        f"https://{HOSTS[0]}/simple/",
        "-".join(["", "", "index", "url https://packages.example.org"]),
        "12345678:" + "AA" + "x" * 33,
    ],
)
def test_addresses_and_secrets_are_found(line: str) -> None:
    assert any(pattern.search(line) for pattern, _ in FORBIDDEN)


def test_plain_text_is_left_alone() -> None:
    assert not any(pattern.search("see https://www.example.org/doc") for pattern, _ in FORBIDDEN)
