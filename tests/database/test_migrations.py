"""A migration that rebuilds a table keeps the rows that refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from core.clock import FixedClock
from core.database.database import Database
from core.database.engine import open_engine
from core.database.migrating import downgrade, upgrade
from core.errors import DatabaseInconsistent
from surveys.responses.quotas import taken
from surveys.responses.tables import Response, Round
from tests.responses.scene import Scene, build
from tests.support.databases import SqliteDatabases


def test_rows_survive_a_rebuilt_table(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now())
    scene.insert(Response, **_response(scene, clock, scene.participant()))
    downgrade(database.engine, "0001")
    upgrade(database.engine)
    found = select(func.count()).select_from(Response).join(Round, Round.id == Response.round_id)
    assert database.read(lambda session: session.scalar(found)) == 1


def test_places_of_quotas_find_their_rounds(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now())
    response_id = scene.insert(Response, **_response(scene, clock, scene.participant()))
    downgrade(database.engine, "0005")
    old = text("INSERT INTO quota_place (response_id, quota) VALUES (:response_id, 'all')")
    database.write(lambda session: session.execute(old, {"response_id": response_id}))
    upgrade(database.engine)
    assert database.read(lambda session: taken(session, scene.round_id)) == {"all": 1}


def _response(scene: Scene, clock: FixedClock, person: int) -> dict[str, Any]:
    return {
        "round_id": scene.round_id, "form_version_id": scene.form_version_id, "subject_kind": "participant",
        "subject": str(person), "participant_id": person, "state": "partial", "session": {},
        "started_at": clock.now(), "changed_at": clock.now(), "completed_at": None,
    }  # fmt: skip


@pytest.fixture
def sqlite_engine(sqlite_databases: SqliteDatabases) -> Iterator[Engine]:
    """Only SQLite lets its foreign keys rest while it migrates."""
    with sqlite_databases.fresh() as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


def test_foreign_keys_hold_again_afterwards(sqlite_engine: Engine) -> None:
    downgrade(sqlite_engine, "0001")
    upgrade(sqlite_engine)
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_broken_database_is_left_as_it_was(sqlite_engine: Engine) -> None:
    downgrade(sqlite_engine, "0001")
    with sqlite_engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("INSERT INTO zone (office_id, slug, name) VALUES (999, 'a', 'A')")
        driver.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(DatabaseInconsistent):
        upgrade(sqlite_engine)
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
