"""Sends what a question shows: by Telegram's own name for a file that was sent before, else its bytes.

Nothing here holds a question up for long: a file that Telegram refuses as what it is goes out as a
document, and one that cannot be sent at all is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BufferedInputFile, InputMediaPhoto, Message
from sqlalchemy.orm import Session

from bots.participants.screen import Group, ShownFile
from bots.participants.show import patiently
from core.database.database import Database
from core.file_contents import read_content
from notifications.channels.telegram_names import names_of, remember_name
from surveys.responses.form_files import find_file

log = structlog.get_logger()

LONGEST = 60.0  # seconds that the files of a question may take
PAUSES = (0.2, 1.0)  # seconds between tries when Telegram cannot be reached
DOCUMENT = "document"
PLAYED = {
    "photo": frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"}),
    "audio": frozenset({"audio/mpeg", "audio/mp4"}),
    "video": frozenset({"video/mp4"}),
}
"""What Telegram shows as what it is; other formats go out as documents (Bot API, sendAudio and sendVideo)."""


@dataclass(frozen=True)
class Ready:
    """A file to be sent as a `kind` of PLAYED or a document; `file_id` is "" where Telegram does not have it yet."""

    name: str
    kind: str
    caption: str
    sha256: str
    file_id: str


class FileSender:
    """Sends the files of forms, and remembers how Telegram calls them."""

    def __init__(self, bot: Bot, database: Database) -> None:
        self._bot, self._database = bot, database
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by the file's SHA-256

    async def send(self, chat_id: int, form_version_id: int, groups: Sequence[Group]) -> None:
        """Raises TelegramForbiddenError where the person blocked the bot."""
        try:
            async with asyncio.timeout(LONGEST):
                for group in groups:
                    await self._send_group(chat_id, partial(self._ready, form_version_id, group))
        except TelegramForbiddenError:
            raise
        except (TimeoutError, AiogramError) as error:
            log.warning("the files of a question could not be shown", chat=chat_id, reason=str(error))

    async def _send_group(self, chat_id: int, read: Callable[[Session], list[Ready]]) -> None:
        """Of a whole hall at the same question one uploads; the others wait for the name, then send all at once."""
        ready = await self._database.aread(read)
        unknown = {one.sha256 for one in ready if not one.file_id}
        if unknown:
            async with self._alone(unknown):
                ready = await self._database.aread(read)
                if not all(one.file_id for one in ready):
                    await self._send(chat_id, ready)
                    return
        await self._send(chat_id, ready)

    @asynccontextmanager
    async def _alone(self, files: Iterable[str]) -> AsyncIterator[None]:
        """Nobody else uploads these files meanwhile."""
        async with AsyncExitStack() as held:
            for sha256 in sorted(files):  # all in one order: nobody waits for somebody who waits for them
                await held.enter_async_context(self._uploading.setdefault(sha256, asyncio.Lock()))
            yield

    def _ready(self, form_version_id: int, group: Group, session: Session) -> list[Ready]:
        return [ready for one in group if (ready := self._one_ready(form_version_id, one, session)) is not None]

    def _one_ready(self, form_version_id: int, one: ShownFile, session: Session) -> Ready | None:
        sha256, media_type = one.sha256, one.media_type
        if not sha256:
            known = find_file(session, form_version_id, one.name)
            if known is None:
                return None
            sha256, media_type = known.sha256, known.media_type
        names = names_of(session, self._bot.id, sha256)
        refused = one.kind not in names and DOCUMENT in names  # when it was sent before
        kind = one.kind if media_type in PLAYED[one.kind] and not refused else DOCUMENT
        return Ready(one.name, kind, one.caption, sha256, names.get(kind, ""))

    async def _send(self, chat_id: int, ready: list[Ready]) -> None:
        """Pictures together; where Telegram refuses one of them, each by itself."""
        album = [one for one in ready if one.kind == "photo"]
        together = len(album) > 1 and await self._sent(chat_id, album)
        for one in ready:
            if not (together and one in album):
                await self._send_one(chat_id, one)

    async def _send_one(self, chat_id: int, one: Ready) -> None:
        for way in _ways(one):
            if await self._sent(chat_id, [way]):
                return
        log.warning("telegram takes a file of a form in no way", name=one.name)

    async def _sent(self, chat_id: int, ready: list[Ready]) -> bool:
        """False where Telegram refuses them: what they are, or a name that it knows no more."""
        try:
            messages = await self._hand_over(chat_id, ready)
        except TelegramBadRequest as error:
            log.info("telegram refused files of a form", names=[one.name for one in ready], reason=error.message)
            return False
        for one, message in zip(ready, messages, strict=False):
            if not one.file_id and (file_id := _file_id(message)):
                await self._database.shared(partial(self._remember, one, file_id))
        return True

    async def _hand_over(self, chat_id: int, ready: list[Ready]) -> list[Message]:
        files = [one.file_id or await self._content(one) for one in ready]
        if len(ready) > 1:
            album = [
                InputMediaPhoto(media=file, caption=one.caption or None) for one, file in zip(ready, files, strict=True)
            ]
            return await patiently(lambda: self._bot.send_media_group(chat_id, album), PAUSES)  # type: ignore[arg-type]
        file, caption = files[0], ready[0].caption or None
        match ready[0].kind:
            case "photo":
                return [await patiently(lambda: self._bot.send_photo(chat_id, file, caption=caption), PAUSES)]
            case "audio":
                return [await patiently(lambda: self._bot.send_audio(chat_id, file, caption=caption), PAUSES)]
            case "video":
                return [await patiently(lambda: self._bot.send_video(chat_id, file, caption=caption), PAUSES)]
        return [await patiently(lambda: self._bot.send_document(chat_id, file, caption=caption), PAUSES)]

    async def _content(self, one: Ready) -> BufferedInputFile:
        content = await self._database.aread(lambda session: read_content(session, one.sha256))
        return BufferedInputFile(content, one.name)

    def _remember(self, one: Ready, file_id: str, session: Session) -> None:
        remember_name(session, self._bot.id, one.sha256, one.kind, file_id)


def _ways(one: Ready) -> Iterator[Ready]:
    """By its name, by its bytes, as a document."""
    yield one
    if one.file_id:
        yield replace(one, file_id="")
    if one.kind != DOCUMENT:
        yield replace(one, kind=DOCUMENT, file_id="")


def _file_id(message: Message) -> str:
    """What Telegram made of a file decides; a film without sound becomes an animation."""
    if message.photo:
        return message.photo[-1].file_id
    found = message.audio or message.video or message.animation or message.voice or message.document
    return found.file_id if found else ""
