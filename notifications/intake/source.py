"""Where mails are read: a mailbox that gives them one by one and remembers which were taken in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Found:
    """A mail that waits: its name in the mailbox, and its bytes, at most one more than a mail may have."""

    name: str
    raw: bytes


class MailboxGone(Exception):
    """The mailbox cannot be read just now; another time it may be."""


class OpenMailbox(Protocol):
    """A mailbox while it is open; its methods may wait, and raise MailboxGone."""

    def waiting(self) -> Iterator[Found]:
        """Mails that were not taken in, the oldest first; each is read when it is asked for."""

    def done(self, name: str, *, well: bool) -> None:
        """Remembers a mail as taken in, or as one that people should look at."""


class Source(Protocol):
    """Opens a mailbox, in a thread of its own."""

    def open(self) -> AbstractContextManager[OpenMailbox]: ...
