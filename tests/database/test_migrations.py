"""A migration that rebuilds a table keeps the rows that refer to it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from core.clock import FixedClock
from core.database.database import Database
from core.database.migrating import downgrade, upgrade
from core.errors import DatabaseInconsistent
from surveys.responses.tables import Response, Round
from tests.responses.scene import build


def test_rows_survive_a_rebuilt_table(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now())
    person = scene.participant()
    scene.insert(
        Response, round_id=scene.round_id, form_version_id=scene.form_version_id, subject_kind="participant",
        subject=str(person), participant_id=person, state="partial", session={},
        started_at=clock.now(), changed_at=clock.now(), completed_at=None,
    )  # fmt: skip
    downgrade(database.engine, "0001")
    upgrade(database.engine)
    found = select(func.count()).select_from(Response).join(Round, Round.id == Response.round_id)
    assert database.read(lambda session: session.scalar(found)) == 1


def test_foreign_keys_hold_again_afterwards(database: Database) -> None:
    downgrade(database.engine, "0001")
    upgrade(database.engine)
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    else:
        assert database.engine.dialect.name == "postgresql"


def test_a_broken_sqlite_database_is_left_as_it_was(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        return  # PostgreSQL never lets its foreign keys rest
    downgrade(database.engine, "0001")
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("INSERT INTO zone (office_id, slug, name) VALUES (999, 'a', 'A')")
        driver.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(DatabaseInconsistent):
        upgrade(database.engine)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
