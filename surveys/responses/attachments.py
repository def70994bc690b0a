"""Files that people send as answers: looked at before they are kept, and named for their answer.

A door keeps the file and gives the engine its name as the answer, in one transaction. What the
name of no answer leads to any more is dropped (`drop_unnamed`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import BinaryIO

from core.errors import FileTooLarge, Problem
from core.media_types import HEAD, sniff
from surveys.engine.form import Kind
from surveys.responses.errors import (
    AttachmentEmpty,
    AttachmentUnfit,
    NotADocument,
    NotAPicture,
    NotASound,
    NotAVideo,
)
from surveys.responses.media import (
    NAME,
    attachment_name,
    ending_for,
    expected_ending,
    extension_of,
    fitting,
)

MEGABYTE = 1024 * 1024
PART = 512 * 1024  # bytes kept in one row, and in memory at a time
TELEGRAM_LIMIT_MB = 20  # Bot API, getFile: bots can download files of up to 20 MB
UNFIT: dict[Kind, type[AttachmentUnfit]] = {
    Kind.IMAGE: NotAPicture,
    Kind.BARCODE: NotAPicture,
    Kind.AUDIO: NotASound,
    Kind.VIDEO: NotAVideo,
    Kind.FILE: NotADocument,
}


class AttachmentState(StrEnum):
    WAITING = "waiting"  # to be fetched from Telegram
    STORED = "stored"
    FAILED = "failed"  # could not be fetched, or was not what the question takes


@dataclass(frozen=True)
class NewAttachment:
    """A file at hand that fits its question; `file` is read from its beginning when it is kept."""

    kind: Kind
    name: str
    media_type: str
    size: int
    sha256: str
    file: BinaryIO


@dataclass(frozen=True)
class Looked:
    """A file that was read through: what it is by its first bytes, its size in bytes and its SHA-256."""

    file: BinaryIO
    media_type: str
    size: int
    sha256: bytes


@dataclass(frozen=True)
class Announced:
    """A file in Telegram, as the update speaks of it; names, types and sizes are what its sender says."""

    file_id: str
    unique_id: str
    size: int = 0
    name: str = ""
    media_type: str = ""


@dataclass(frozen=True)
class ComingAttachment:
    """A file that is to be fetched from Telegram; `chat_id` is whom to tell when it cannot be."""

    kind: Kind
    name: str
    size: int
    file_id: str
    chat_id: int


def look_through(file: BinaryIO) -> Looked:
    """Reads a file once, to its end."""
    file.seek(0)
    head = file.read(HEAD)
    digest, size = sha256(head), len(head)
    while chunk := file.read(PART):
        digest.update(chunk)
        size += len(chunk)
    return Looked(file, sniff(head), size, digest.digest())


def examine(looked: Looked, kind: Kind, given_name: str, limit_mb: int) -> NewAttachment:
    """The file as an answer; raises AttachmentEmpty, FileTooLarge, or the AttachmentUnfit of the kind."""
    if not looked.size:
        raise AttachmentEmpty
    media_type = fitting(kind, looked.media_type)
    if not media_type:
        raise unfit(kind, limit_mb)
    if looked.size > limit_mb * MEGABYTE:
        raise FileTooLarge(limit=limit_mb)
    name = attachment_name(kind, given_name, ending_for(media_type, given_name), looked.sha256)
    return NewAttachment(kind, name, media_type, looked.size, looked.sha256.hex(), looked.file)


def expect(announced: Announced, kind: Kind, chat_id: int, limit_mb: int) -> ComingAttachment:
    """What is to be fetched for a question; raises FileTooLarge, or the AttachmentUnfit of the kind.

    Only what its sender says is known yet; the file itself is looked at when it is here.
    """
    limit_mb = min(limit_mb, TELEGRAM_LIMIT_MB)
    said = announced.media_type.partition("/")[0]
    wanted = {Kind.BARCODE: "image", Kind.FILE: said}.get(kind, kind.value)
    if said != wanted and not (kind is Kind.AUDIO and said == "video"):  # telephones record sound as video/mp4 too
        raise unfit(kind, limit_mb)
    if announced.size > limit_mb * MEGABYTE:
        raise FileTooLarge(limit=limit_mb)
    ending = expected_ending(kind, announced.name, announced.media_type)
    name = attachment_name(kind, announced.name, ending, announced.unique_id.encode())
    return ComingAttachment(kind, name, announced.size, announced.file_id, chat_id)


def unfit(kind: Kind, limit_mb: int) -> Problem:
    """What a question of this kind takes instead."""
    return UNFIT[kind](limit=limit_mb)


def longer_name(new: NewAttachment) -> str:
    """Another name, for where a different file has the usual one."""
    return f"{new.name.rpartition('-')[0]}-{new.sha256[:16]}.{extension_of(new.name)}"


def left_behind(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether a file may have lost its answer from some values to others."""
    return any(NAME.fullmatch(value) for value in set(before).difference(after))
