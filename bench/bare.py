"""Grouped commits and nothing else: the limit that one disk sets for storing what people say, by the drivers alone."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

MOST_TOGETHER = 200
TABLE = "CREATE TABLE IF NOT EXISTS bare_row (key BIGINT PRIMARY KEY, chat BIGINT, text TEXT)"


class BareGroup:
    """Rows that arrive together share a commit: on SQLite (WAL, synchronous=FULL), or by an address on PostgreSQL."""

    def __init__(self, path: Path | str) -> None:
        self._write = _postgres(path) if isinstance(path, str) else _sqlite(path)
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
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < MOST_TOGETHER and not self._waiting.empty():
                one = self._waiting.get()
                if one is None:
                    self._waiting.put(None)
                    break
                batch.append(one)
            self._write([row for row, _ in batch])
            self._loop.call_soon_threadsafe(_settle, [stored for _, stored in batch])


def _sqlite(path: Path) -> Callable[[list[tuple[Any, ...]]], None]:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(TABLE)

    def write(rows: list[tuple[Any, ...]]) -> None:
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO bare_row VALUES (?, ?, ?)", rows)
        database.execute("COMMIT")

    return write


def _postgres(address: str) -> Callable[[list[tuple[Any, ...]]], None]:
    database = psycopg.connect(address, autocommit=True)
    database.execute(TABLE)

    def write(rows: list[tuple[Any, ...]]) -> None:
        with database.transaction(), database.cursor() as cursor:
            cursor.executemany("INSERT INTO bare_row VALUES (%s, %s, %s)", rows)

    return write


def _settle(stored: list[asyncio.Future[None]]) -> None:
    for one in stored:
        one.set_result(None)
