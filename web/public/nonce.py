"""A number that nobody guesses and no two links share."""

from __future__ import annotations

from hashlib import sha256

from core.ids import Ids


def random_number(ids: Ids) -> int:
    """63 bits from the one source of randomness."""
    return int.from_bytes(sha256(ids.token().encode()).digest()[:8]) >> 1
