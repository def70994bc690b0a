"""Random names and numbers, from one replaceable source."""

from __future__ import annotations

import secrets
from hashlib import sha256, shake_128
from typing import Protocol

LONGEST_ID = 18  # digits that every database can compare


class Ids(Protocol):
    """Makes values nobody can guess."""

    def token(self) -> str:
        """22 characters of A-Z a-z 0-9 _ - (128 bits)."""

    def code(self) -> str:
        """Six decimal digits, to be typed by a person."""


class RandomIds:
    """The operating system's randomness."""

    def token(self) -> str:
        return secrets.token_urlsafe(16)

    def code(self) -> str:
        return f"{secrets.randbelow(1_000_000):06d}"


class CountedIds:
    """Predictable values for tests: token-1, token-2, ...; 000001, 000002, ..."""

    def __init__(self) -> None:
        self._count = 0

    def token(self) -> str:
        self._count += 1
        return f"token-{self._count}"

    def code(self) -> str:
        self._count += 1
        return f"{self._count:06d}"


def random_number(ids: Ids) -> int:
    """A number that nobody guesses and no two links share: 63 bits from the one source of randomness."""
    return int.from_bytes(sha256(ids.token().encode()).digest()[:8]) >> 1


def random_numbers(ids: Ids, count: int) -> list[int]:
    """So many of them, all out of one token, which nobody keeps (SHAKE128 draws it out, FIPS 202)."""
    drawn = shake_128(ids.token().encode()).digest(8 * count)
    return [int.from_bytes(drawn[at : at + 8]) >> 1 for at in range(0, 8 * count, 8)]


def read_id(text: object) -> int | None:
    """A row's id as it comes from outside, in a form or on a button; None for anything else."""
    written = str(text)
    return int(written) if written.isascii() and written.isdecimal() and len(written) < LONGEST_ID else None
