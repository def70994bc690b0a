"""Brings a database to this release's tables, and tells how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import autogenerate, command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from core.database.engine import WRITES
from core.errors import DatabaseBehind

SCRIPTS = Path(__file__).parent.parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Applies the migrations up to a revision, all or none."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        command.downgrade(_config(connection), revision)


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
