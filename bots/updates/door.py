"""What a bot offers to the loops that take its updates in, whatever library speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

MOST_UPDATES = 100
POLL_SECONDS = 25
CONNECTIONS = 100


class Silent(Exception):
    """Telegram does not answer, or not as Telegram; another time it will."""


class Update(Protocol):
    @property
    def update_id(self) -> int: ...


U = TypeVar("U", bound=Update)


class Door(Protocol[U]):
    """One bot. What asks Telegram raises Silent where it does not answer."""

    @property
    def bot_id(self) -> int: ...

    async def prepare(self) -> None:
        """Opens the bot and tells Telegram what it can do."""

    async def drop_webhook(self) -> None: ...

    async def set_webhook(self, url: str, secret: str) -> None: ...

    async def fetch(self, offset: int | None) -> Sequence[U]: ...

    async def take(self, update: U) -> None:
        """Returns once the update is committed; raises when it is not."""

    async def take_posted(self, update: U) -> bytes:
        """`take`, with what the post is answered with: a method as JSON for Telegram to carry out, or nothing."""

    async def apologise(self, update: U) -> None:
        """Tells whoever sent an update that it was given up."""

    def chat_of(self, update: U) -> int:
        """By which updates are kept in order."""

    def read(self, body: bytes) -> U | None:
        """An update as Telegram posts it; None for anything else."""
