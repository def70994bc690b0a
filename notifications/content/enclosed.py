"""Which files a text shows and has attached, held to what mails and Telegram take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notifications.content.errors import (
    FileMissing,
    PictureShapeUnfit,
    PictureTooLarge,
    PictureUnfit,
    PictureWithoutWords,
    TooManyFiles,
    VariableMisplaced,
)
from notifications.content.files import MEGABYTE, MailedFile
from notifications.content.markdown import pictures_of
from notifications.content.text import Text
from notifications.content.variables import GAP

LARGEST_PICTURE = 2  # MB
MOST = 10  # pictures of a text, and attachments: an album (Bot API, sendMediaGroup)
SIDES, RATIO = 10_000, 20  # Bot API, sendPhoto: width and height together, and one to the other


@dataclass(frozen=True)
class Picture:
    """A picture of a text; `words` say what it shows."""

    file: MailedFile
    words: str


@dataclass(frozen=True)
class Enclosed:
    """What goes with a text, each file once, in the text's order."""

    pictures: tuple[Picture, ...] = ()
    attachments: tuple[MailedFile, ...] = ()


def enclose(text: Text, source: str, files: Mapping[str, MailedFile]) -> Enclosed:
    """The files of a text whose Markdown is `source`; raises the errors of content.errors."""
    pictures: dict[str, Picture] = {}
    for name, words in pictures_of(source):
        if GAP.search(name + words):
            raise VariableMisplaced(language=text.language)
        pictures.setdefault(name, Picture(_picture(text, name, words, files), words))
    attached = {name: _file(text, name, files) for name in text.attachments}
    if len(pictures) > MOST or len(attached) > MOST:
        raise TooManyFiles(language=text.language, most=MOST)
    return Enclosed(tuple(pictures.values()), tuple(attached.values()))


def _file(text: Text, name: str, files: Mapping[str, MailedFile]) -> MailedFile:
    if name not in files:
        raise FileMissing(language=text.language, name=name)
    return files[name]


def _picture(text: Text, name: str, words: str, files: Mapping[str, MailedFile]) -> MailedFile:
    file = _file(text, name, files)
    if not file.is_picture:
        raise PictureUnfit(name=name)
    if not words.strip():
        raise PictureWithoutWords(language=text.language, name=name)
    if file.size > LARGEST_PICTURE * MEGABYTE:
        raise PictureTooLarge(name=name, size=f"{file.size / MEGABYTE:.1f}", limit=LARGEST_PICTURE)
    long, short = max(file.width, file.height), min(file.width, file.height)
    if long + short > SIDES or long > short * RATIO:
        raise PictureShapeUnfit(name=name, sides=SIDES, ratio=RATIO)
    return file
