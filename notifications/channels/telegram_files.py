"""Files for a bot's messages: uploaded once, by whoever needs them first, then sent by Telegram's own name for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.database.database import Database
from core.file_contents import read_content
from notifications.channels.contract import ChatFile
from notifications.channels.telegram_names import names_of, remember_name

log = structlog.get_logger()


class FileShelf:
    """The bytes of files, what one bot's Telegram calls them, and which pictures it refuses as such."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database, self._bot_id = database, bot_id
        self._names: dict[str, dict[str, str]] = {}
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.refused: set[tuple[str, ...]] = set()  # pictures, by their SHA-256s, that go out as documents

    async def names(self, files: Sequence[ChatFile], kind: str) -> list[str]:
        """What Telegram calls files when they are sent as `kind`, "" for one that it does not have yet."""
        return [await self._name(one.sha256, kind) for one in files]

    def forget(self, files: Sequence[ChatFile], kind: str, names: Sequence[str]) -> None:
        """Names that Telegram knows no more, unless they were replaced meanwhile."""
        for one, name in zip(files, names, strict=True):
            if self._names[one.sha256].get(kind) == name:
                self._names[one.sha256][kind] = ""

    async def remember(self, sha256: str, kind: str, file_id: str) -> None:
        self._names.setdefault(sha256, {})[kind] = file_id
        try:
            await self._database.shared(lambda s: remember_name(s, self._bot_id, sha256, kind, file_id))
        except SQLAlchemyError as error:  # the message has left: another process will upload the file once more
            log.warning("telegram's name for a file was not kept", reason=type(error).__name__)

    async def content(self, sha256: str) -> bytes:
        return await self._database.aread(lambda session: read_content(session, sha256))

    @asynccontextmanager
    async def alone(self, files: Sequence[ChatFile]) -> AsyncIterator[None]:
        """Nobody else of this process uploads these files meanwhile."""
        async with AsyncExitStack() as held:
            for sha256 in sorted(
                {one.sha256 for one in files}
            ):  # all in one order: nobody waits for somebody who waits for them
                await held.enter_async_context(self._uploading.setdefault(sha256, asyncio.Lock()))
            yield

    async def _name(self, sha256: str, kind: str) -> str:
        known = self._names.get(sha256)
        if known is None or kind not in known:
            found = await self._database.aread(lambda session: names_of(session, self._bot_id, sha256))
            known = self._names[sha256] = {kind: "", **found, **(self._names.get(sha256) or {})}
        return known[kind]
