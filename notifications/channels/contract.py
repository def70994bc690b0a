"""What the sending loop and a channel say to each other. A channel translates, it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Protocol


@dataclass(frozen=True)
class Mail:
    """A finished mail: the envelope and the bytes after DATA (CRLF line ends, not dot-stuffed)."""

    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True)
class Button:
    """A button under a chat message: either it opens an address or it presses `data`."""

    label: str
    url: str = ""
    data: str = ""


@dataclass(frozen=True)
class ChatMessage:
    """A finished chat message in Telegram's HTML subset; each button has a row of its own."""

    chat: str
    text: str
    buttons: tuple[Button, ...] = ()


Message = Mail | ChatMessage


@dataclass(frozen=True)
class Delivered:
    """The other side took it; `provider_id` is its name for it."""

    provider_id: str


@dataclass(frozen=True)
class ThrottledUntil:
    """Nothing was taken, and nothing will be for anybody before `at` (the machine's clock)."""

    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class UnreachableNow:
    """Nothing was taken; another time it may be."""

    detail: str


@dataclass(frozen=True)
class RecipientGone:
    """The person cannot be reached at this address any more."""

    detail: str


@dataclass(frozen=True)
class Rejected:
    """This message will never be taken."""

    detail: str


@dataclass(frozen=True)
class Misconfigured:
    """Nothing can leave until staff put the settings right."""

    detail: str


@dataclass(frozen=True)
class Unknown:
    """The connection was lost after the message went: nobody knows whether it was taken."""

    detail: str


@dataclass(frozen=True)
class NotBegun:
    """Nothing has left, and nothing was said against it: the time was up, or others had the way for themselves."""

    detail: str = ""


Outcome = Delivered | ThrottledUntil | UnreachableNow | RecipientGone | Rejected | Misconfigured | Unknown | NotBegun


class Channel(Protocol):
    """One way out: hands finished messages over; never raises for what the other side does.

    `name` says whose deliveries it takes ("email", "telegram"), `way` which way this is (one of several
    relays): rates and pauses are the way's.
    """

    @property
    def name(self) -> str: ...

    @property
    def way(self) -> str: ...

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        """An outcome for each message, in their order; permits are `interval` seconds apart, the first is now.

        What has not begun `within` so many seconds does not begin any more.
        """
        ...

    async def close(self) -> None: ...
