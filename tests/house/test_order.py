"""The order of the test files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.order import LONGEST, TESTS, longest_first


@dataclass(frozen=True)
class Item:
    path: Path
    name: str = ""


def test_the_longest_files_are_there() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_files_come_first_and_within_a_file_nothing_moves() -> None:
    short, second, first = Path(__file__), TESTS / LONGEST[1], TESTS / LONGEST[0]
    given: list[Any] = [Item(short, "a"), Item(second, "b"), Item(first, "z"), Item(first, "c"), Item(short, "A")]
    assert "".join(item.name for item in longest_first(given)) == "zcbaA"


def test_the_workers_keep_to_this_order(pytestconfig: pytest.Config) -> None:
    """pytest-xdist by itself begins with the files of the most tests."""
    assert pytestconfig.getoption("loadscopereorder") is False
