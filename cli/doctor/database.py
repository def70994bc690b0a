"""Whether the database answers and has this release's tables."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from core.config import Settings
from core.database.engine import open_engine
from core.database.migrating import check_current
from core.errors import DatabaseBehind
from core.findings import Finding, Judgement, State
from core.i18n import N_

CHECK = "database"
UPGRADE = "ascolto db upgrade"

GOOD = Judgement(CHECK, State.OK, N_("The database ({kind}) answers and has this release's tables."))
ABSENT = Judgement(CHECK, State.WRONG, N_("There is no database at {file} yet."), N_("Make it:"))
UNREACHABLE = Judgement(
    CHECK,
    State.WRONG,
    N_("The database cannot be used: {error}"),
    N_("Look whether it runs, and whether ASCOLTO_DATABASE_URL names its host and an account that may sign in."),
)


async def look_database(settings: Settings) -> list[Finding]:
    """Raises SettingWrong for an address that is none."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():  # to open it would make it
        return [ABSENT.of(UPGRADE, file=str(file))]
    try:
        kind = await asyncio.to_thread(_check, settings.database_url)
    except DatabaseBehind as behind:
        return [Finding(CHECK, State.WRONG, behind, lines=(UPGRADE,))]
    except SQLAlchemyError as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        return [UNREACHABLE.of(error=" ".join(str(said).split()))]
    return [GOOD.of(kind=kind)]


def sqlite_file(url: str) -> Path | None:
    """Where an SQLite database is kept; None for another, or what is none."""
    try:
        parts = make_url(url)
    except ArgumentError:
        return None
    is_file = parts.get_backend_name() == "sqlite" and parts.database not in {None, "", ":memory:"}
    return Path(str(parts.database)) if is_file else None


async def database_time(url: str) -> datetime:
    """What the database's clock says; raises SQLAlchemyError."""
    return await asyncio.to_thread(_time, url)


def _check(url: str) -> str:
    engine = open_engine(url)
    try:
        check_current(engine)
        return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine.dialect.name]
    finally:
        engine.dispose()


def _time(url: str) -> datetime:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told
    finally:
        engine.dispose()
