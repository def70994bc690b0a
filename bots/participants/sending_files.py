"""Sends what a question shows: by Telegram's own name for a file that was sent before, else its bytes.

Nothing here holds a question up: a file that cannot be sent is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BufferedInputFile, InputMediaPhoto, Message
from sqlalchemy import select
from sqlalchemy.orm import Session

from bots.participants.screen import Group
from bots.participants.show import patiently
from bots.participants.tables import TelegramFile
from core.database.database import Database
from core.database.inserting import insert_into
from surveys.responses.form_files import find_file, read_content

log = structlog.get_logger()


@dataclass(frozen=True)
class Ready:
    """A file to be sent; `file_id` is "" where Telegram does not have it yet."""

    name: str
    kind: str
    caption: str
    sha256: str
    file_id: str


class FileSender:
    """Sends the files of forms, and remembers how Telegram calls them."""

    def __init__(self, bot: Bot, database: Database) -> None:
        self._bot, self._database = bot, database

    async def send(self, chat_id: int, form_version_id: int, groups: Sequence[Group]) -> None:
        """Raises TelegramForbiddenError where the person blocked the bot."""
        for group in groups:
            ready = await self._database.aread(partial(self._ready, form_version_id, group))
            try:
                await self._send(chat_id, ready)
            except TelegramForbiddenError:
                raise
            except AiogramError as error:
                log.warning("a file of a form could not be shown", names=[one.name for one in ready], reason=str(error))

    def _ready(self, form_version_id: int, group: Group, session: Session) -> list[Ready]:
        found = []
        for one in group:
            known = find_file(session, form_version_id, one.name)
            if known is not None:
                named = select(TelegramFile.file_id).where(
                    TelegramFile.sha256 == known.sha256,
                    TelegramFile.bot_id == self._bot.id,
                    TelegramFile.kind == one.kind,
                )
                file_id = session.scalar(named) or ""
                found.append(Ready(one.name, one.kind, one.caption, known.sha256, file_id))
        return found

    async def _send(self, chat_id: int, ready: list[Ready]) -> None:
        if not ready:
            return
        try:
            messages = await self._hand_over(chat_id, ready)
        except TelegramBadRequest:
            if not any(one.file_id for one in ready):
                raise
            ready = [Ready(one.name, one.kind, one.caption, one.sha256, "") for one in ready]
            messages = await self._hand_over(chat_id, ready)  # Telegram no longer knows it by that name
        for one, message in zip(ready, messages, strict=False):
            if not one.file_id and (file_id := _file_id(message, one.kind)):
                await self._database.shared(partial(self._remember, one, file_id))

    async def _hand_over(self, chat_id: int, ready: list[Ready]) -> list[Message]:
        files = [one.file_id or await self._content(one) for one in ready]
        if len(ready) > 1:
            album = [
                InputMediaPhoto(media=file, caption=one.caption or None) for one, file in zip(ready, files, strict=True)
            ]
            return await patiently(lambda: self._bot.send_media_group(chat_id, album))  # type: ignore[arg-type]
        file, caption = files[0], ready[0].caption or None
        match ready[0].kind:
            case "photo":
                return [await patiently(lambda: self._bot.send_photo(chat_id, file, caption=caption))]
            case "audio":
                return [await patiently(lambda: self._bot.send_audio(chat_id, file, caption=caption))]
        return [await patiently(lambda: self._bot.send_video(chat_id, file, caption=caption))]

    async def _content(self, one: Ready) -> BufferedInputFile:
        content = await self._database.aread(lambda session: read_content(session, one.sha256))
        return BufferedInputFile(content, one.name)

    def _remember(self, one: Ready, file_id: str, session: Session) -> None:
        row = {"sha256": one.sha256, "bot_id": self._bot.id, "kind": one.kind, "file_id": file_id}
        put = insert_into(session, TelegramFile).values(row)
        known = ["sha256", "bot_id", "kind"]
        session.execute(put.on_conflict_do_update(index_elements=known, set_={"file_id": file_id}))


def _file_id(message: Message, kind: str) -> str:
    if kind == "photo":
        return message.photo[-1].file_id if message.photo else ""
    found = message.audio if kind == "audio" else message.video
    return found.file_id if found else ""
