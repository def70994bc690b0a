"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from core.clock import FixedClock
from core.database.database import Database
from core.ids import CountedIds
from core.links import Links
from tests.support.databases import PostgresDatabases, SqliteDatabases, reopened
from tests.support.order import longest_first
from tests.support.thrift import thrift

# What is compiled once serves all workers, and every process that a test starts, whatever the machine's habit.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("house", deadline=None)  # no test is about how fast a machine is just then
settings.load_profile("house")

MEMORY, ROOM = Path("/dev/shm"), 2_000_000_000
NOW = datetime(2023, 7, 10, 8, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = longest_first(items)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no sweep need look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def thrifty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with thrift(tmp_path_factory.mktemp("thrift")):
        yield


@pytest.fixture(scope="session")
def databases_folder() -> Iterator[Path]:
    """Not pytest's own folder: a later run clears those of earlier ones away, running or not.

    In memory where there is room: no test is about the machine losing its power.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    place = MEMORY if roomy else None
    with tempfile.TemporaryDirectory(prefix="ascolto-tests-", dir=place, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_databases(databases_folder: Path) -> SqliteDatabases:
    return SqliteDatabases(databases_folder)


@pytest.fixture(scope="session")
def postgres_databases(databases_folder: Path) -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases(databases_folder)
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database; every test that asks for it runs on both kinds."""
    databases = request.getfixturevalue("sqlite_databases" if request.param == "sqlite" else "postgres_databases")
    with databases.fresh() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = reopened(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def links() -> Links:
    return Links("a secret of at least thirty-two characters")


@pytest.fixture
def ids() -> CountedIds:
    return CountedIds()
