"""Opens SQLite and PostgreSQL alike: real transactions, foreign keys, waiting instead of failing."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from core.errors import SettingWrong

BUSY_SECONDS = 30
WRITES = "ascolto_writes"


def open_engine(address: str, pool_size: int = 5) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql://...`; raises SettingWrong for others."""
    try:
        url = make_url(address)
    except Exception as error:
        raise SettingWrong(name="ASCOLTO_DATABASE_URL", said=str(error)) from error
    match url.get_backend_name():
        case "sqlite":
            return _with_quick_savepoints(_open_sqlite(url, pool_size))
        case "postgresql" | "postgres":
            postgres = url.set(drivername="postgresql+psycopg")
            return _with_quick_savepoints(create_engine(postgres, pool_pre_ping=True, **_usual(pool_size)))
        case other:
            reason = f"{other} is not supported; use sqlite:///PATH or postgresql://USER@HOST/NAME"
            raise SettingWrong(name="ASCOLTO_DATABASE_URL", said=reason)


def _open_sqlite(url: URL, pool_size: int) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite"),
        **_usual(pool_size),
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        # What is deleted is overwritten: who was erased, and the ballots of a secret poll before they were mixed.
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "secure_delete=ON",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows A to Z only

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not be upgraded while another
        # writes (SQLITE_BUSY at once), so whoever writes says so from the start.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _with_quick_savepoints(engine: Engine) -> Engine:
    """SQLAlchemy compiles every SAVEPOINT anew, which costs more than a vote; its names need no quotes."""
    for method, words in (
        ("do_savepoint", "SAVEPOINT"),
        ("do_rollback_to_savepoint", "ROLLBACK TO SAVEPOINT"),
        ("do_release_savepoint", "RELEASE SAVEPOINT"),
    ):
        setattr(engine.dialect, method, partial(_say, words))
    return engine


def _say(words: str, connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"{words} {name}")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _usual(size: int) -> dict[str, Any]:
    """What both kinds share. Values are hidden in errors: people wrote them, and errors go to the log."""
    return {"pool_size": size, "max_overflow": 5, "hide_parameters": True}
