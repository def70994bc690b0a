"""What each test would pay for anew though no test is about it: made once, or at its least cost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import certifi
import pytest
import uvicorn.server
from argon2 import PasswordHasher

from core.staff import passwords

END = "-----END CERTIFICATE-----\n"


@contextmanager
def thrift(folder: Path) -> Iterator[None]:
    """As long as it lasts; `folder` is for what is kept."""
    with pytest.MonkeyPatch.context() as patch:
        _make_guesses_cheap(patch)
        _trust_one_authority(patch, folder / "one.pem")
        _end_servers_at_once(patch)
        yield


def _make_guesses_cheap(patch: pytest.MonkeyPatch) -> None:
    """The real algorithm at its least cost: a tenth of a second for each hash is what the product wants."""
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _trust_one_authority(patch: pytest.MonkeyPatch, short: Path) -> None:
    """Every HTTP client reads whom it trusts, 150 authorities in 30 ms, to speak with loopback then."""
    short.write_text(Path(certifi.where()).read_text("utf-8").partition(END)[0] + END, encoding="utf-8")
    patch.setattr(certifi, "where", lambda: str(short))
    patch.setenv("SSL_CERT_FILE", str(short))


def _end_servers_at_once(patch: pytest.MonkeyPatch) -> None:
    """uvicorn looks each tenth of a second whether it is to end, and waits another then: here a hundredth."""
    quick = ModuleType("asyncio")
    quick.__dict__.update(vars(asyncio), sleep=lambda seconds: asyncio.sleep(seconds / 10))
    patch.setattr(uvicorn.server, "asyncio", quick)
