"""What the sending loop and a channel say to each other. A channel translates, it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import NamedTuple, Protocol


class Mail(NamedTuple):
    """A finished mail: the envelope and the bytes after DATA, with CRLF line ends.

    No line begins with a dot: who writes mails sees to it (content.mime), so that none has to be searched for
    them on its way. `tail` goes on where `data` ends: files, which nothing copies for a person, and what stands
    between them. Each of its pieces begins a line and ends one.
    """

    sender: str
    recipient: str
    data: bytes
    tail: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        return len(self.data) + sum(map(len, self.tail))

    @property
    def is_costly(self) -> bool:
        return False

    def finish(self) -> Mail:
        return self

    @property
    def whole(self) -> bytes:
        """The mail in one piece."""
        return b"".join((self.data, *self.tail))


class Draft(Protocol):
    """A mail that is written when its turn comes, by whoever sends it and without the database; a Mail is its own.

    `size` is about how many bytes it will have; what `is_costly` is written beside the event loop. `finish` may raise
    whatever a mistake of ours makes it raise.
    """

    @property
    def size(self) -> int: ...

    @property
    def is_costly(self) -> bool: ...

    def finish(self) -> Mail: ...


@dataclass(frozen=True)
class Button:
    """A button under a chat message: either it opens an address or it presses `data`."""

    label: str
    url: str = ""
    data: str = ""


@dataclass(frozen=True)
class ChatFile:
    """A file for a chat, sent as a `kind`: photo or document; `words` stand under it where nothing else does."""

    name: str
    media_type: str
    sha256: str
    kind: str
    words: str = ""
    content: bytes = b""  # of a picture that is made for one person: it stands in no store


@dataclass(frozen=True)
class ChatPart:
    """One call of the Bot API: a text, a file or several of one kind, or a file with the text under it."""

    text: str = ""
    files: tuple[ChatFile, ...] = ()
    buttons: tuple[Button, ...] = ()

    @property
    def messages(self) -> int:
        """How many messages Telegram makes of it: each file of an album is one."""
        return max(1, len(self.files))


@dataclass(frozen=True)
class ChatMessage:
    """A finished chat message in Telegram's HTML subset; each button has a row of its own.

    The text stands under `picture` where there is one; the parts `before` go first. `permits` say from when on each
    part may leave, in seconds after the group's first permit; one that has none leaves by the group's interval.
    """

    chat: str
    text: str
    buttons: tuple[Button, ...] = ()
    picture: ChatFile | None = None
    before: tuple[ChatPart, ...] = ()
    permits: tuple[float, ...] = ()

    @property
    def parts(self) -> tuple[ChatPart, ...]:
        """All of it, in order."""
        return (*self.before, ChatPart(self.text, (self.picture,) if self.picture else (), self.buttons))


Message = Draft | ChatMessage


@dataclass(frozen=True)
class Delivered:
    """The other side took it; `provider_id` is its name for it, `detail` what did not arrive of its parts."""

    provider_id: str
    detail: str = ""


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


@dataclass(frozen=True)
class Unwritten:
    """The message could not be written, by a mistake of ours: nothing has left."""

    detail: str


Outcome = (
    Delivered
    | ThrottledUntil
    | UnreachableNow
    | RecipientGone
    | Rejected
    | Misconfigured
    | Unknown
    | NotBegun
    | Unwritten
)


MOST_AT_ONCE = 100  # messages over one connection: so many are in doubt at most when it, or the sender, breaks off


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
