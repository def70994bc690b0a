"""What the participants' chat shows beside messages and buttons: files, and how it all follows from an update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from bots.screen import LONGEST_LABEL, LONGEST_TEXT, Key, Rows, Screen, arrange, label, plain, shorten, units
from core.database.reading import SharedReads

__all__ = [
    "LONGEST_LABEL", "LONGEST_TEXT", "Document", "Group", "Key", "PollView", "Reply", "Rows", "Screen", "ShownFile",
    "arrange", "label", "plain", "shorten", "units",
]  # fmt: skip


@dataclass(frozen=True)
class ShownFile:
    """A picture ("photo"), sound ("audio") or film ("video") of the form, by its name.

    What belongs to no form says itself which contents it has, by their SHA-256, and of which type.
    """

    name: str
    kind: str
    caption: str = ""
    sha256: str = ""
    media_type: str = ""


Group = tuple[ShownFile, ...]
"""What goes out as one: a file, or an album of pictures."""


@dataclass(frozen=True)
class Document:
    """A file for the person, shown as a picture where it is one."""

    name: str
    content: bytes
    caption: str
    is_picture: bool = False


class PollView(Protocol):
    """How a poll stands, for one reader."""

    async def make(self, reads: SharedReads) -> Screen:
        """The screen; what it tells of all votes is read once for all who wait for it."""


class Reply(NamedTuple):
    """What follows from an update: messages, the last of which carries the live buttons.

    `toast` is shown over the chat after a press. `apart` concerns the pressed message only and
    leaves the live one as it is; `beside` is written below and leaves every message as it is.
    `shown` are the files that go out before, of a version of the form or of a poll. `marked` are the pressed
    message's own buttons as they stand now; its text stays. `view` is a screen that is made after the commit.
    """

    screens: tuple[Screen, ...] = ()
    toast: str = ""
    documents: tuple[Document, ...] = ()
    apart: bool = False
    beside: bool = False
    shown: tuple[Group, ...] = ()
    form_version_id: int = 0
    marked: Rows = ()
    view: PollView | None = None
