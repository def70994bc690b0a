"""Brings a database to this release's tables, and tells how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import autogenerate, command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from core.database.engine import WRITES
from core.errors import DatabaseBehind, DatabaseInconsistent

SCRIPTS = Path(__file__).parent.parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Applies the migrations up to a revision, all or none."""
    with _rebuilding(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with _rebuilding(engine) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[Connection]:
    """One write transaction in which SQLite may rebuild tables that others refer to.

    It alters a table by making a new one and dropping the old; with foreign keys in force the
    drop would take the rows that refer to it. They rest meanwhile and are checked at the end.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise DatabaseInconsistent(rows=len(broken), table=broken[0][0])
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def check_current(engine: Engine) -> None:
    """Raises DatabaseBehind unless the database is at this release's revision."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        wanted = ScriptDirectory.from_config(_config(connection)).get_current_head()
    if found != wanted:
        raise DatabaseBehind(found=found or "none", wanted=wanted)


def differences(engine: Engine, metadata: MetaData) -> Sequence[object]:
    """What the models have and the migrated database has not, or the other way round."""
    with engine.connect() as connection:
        found: Sequence[object] = autogenerate.compare_metadata(MigrationContext.configure(connection), metadata)
        return found


def write_migration(engine: Engine, metadata: MetaData, message: str, revision: str) -> None:
    """Writes the migration that leads from the database to the models."""
    with engine.begin() as connection:
        config = _config(connection)
        config.attributes["metadata"] = metadata
        command.revision(config, message, autogenerate=True, rev_id=revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
