"""Passwords are kept as Argon2id hashes (RFC 9106) and nothing else."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.staff.errors import PasswordWeak

LEAST = 12

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to keep; raises PasswordWeak. Takes about a fifth of a second: call it in a thread."""
    if len(password) < LEAST:
        raise PasswordWeak(least=LEAST)
    return _hasher.hash(password)


def matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobody() -> str:
    """Checked when no account has the address, so that the answer takes as long as for one that exists."""
    return _hasher.hash("no account has this password")
