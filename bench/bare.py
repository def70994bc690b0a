"""Grouped commits and nothing else: the limit that one disk sets for storing what people say."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from pathlib import Path
from typing import Any

MOST_TOGETHER = 200


class BareGroup:
    """Rows that arrive together share a commit on SQLite (WAL, synchronous=FULL), by the standard library alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.SimpleQueue[tuple[tuple[Any, ...], asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    async def store(self, key: int, chat: int, text: str) -> None:
        """Returns after the commit."""
        stored: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put(((key, chat, text), stored))
        await stored

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        database = sqlite3.connect(self._path, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE answer (key INTEGER PRIMARY KEY, chat INTEGER, text TEXT)")
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < MOST_TOGETHER and not self._waiting.empty():
                one = self._waiting.get()
                if one is None:
                    self._waiting.put(None)
                    break
                batch.append(one)
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO answer VALUES (?, ?, ?)", [row for row, _ in batch])
            database.execute("COMMIT")
            self._loop.call_soon_threadsafe(_settle, [stored for _, stored in batch])
        database.close()


def _settle(stored: list[asyncio.Future[None]]) -> None:
    for one in stored:
        one.set_result(None)
