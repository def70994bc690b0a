"""Whether there is room for what people will answer."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cli.doctor.database import sqlite_file
from core.config import Settings
from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.staff.looking import LITTLE, MEGABYTE, TOO_LITTLE

CHECK = "disk"

GOOD = Judgement(CHECK, State.OK, N_("{free} MB are free for {folder}."))
LITTLE_LEFT = Judgement(
    CHECK,
    State.WARNING,
    N_("Only {free} MB are free for {folder}."),
    N_("Make room: without it answers cannot be kept any more."),
)
FULL = Judgement(
    CHECK,
    State.WRONG,
    N_("Only {free} MB are free for {folder}: answers will soon be refused."),
    N_("Make room, or move the database to a larger disk."),
)
CLOSED = Judgement(
    CHECK,
    State.WRONG,
    N_("This account may not write to {folder}, where the database is."),
    N_("Run the command as the service's own account, or give the folder to it."),
)


@dataclass(frozen=True)
class Room:
    """What a folder offers, in bytes."""

    folder: Path
    free: int
    is_writable: bool = True


async def look_disk(settings: Settings) -> list[Finding]:
    return [judge_room(room_for(sqlite_file(settings.database_url)))]


def room_for(database: Path | None) -> Room:
    """The folder of an SQLite database; with PostgreSQL, that for files that are being uploaded."""
    folder = (database.parent if database else Path(tempfile.gettempdir())).absolute()
    there = next(one for one in (folder, *folder.parents) if one.is_dir())  # `ascolto db upgrade` makes the rest
    files = [there, database] if database and database.exists() else [there]
    return Room(folder, shutil.disk_usage(there).free, all(os.access(one, os.W_OK) for one in files))


def judge_room(room: Room) -> Finding:
    values = {"folder": str(room.folder), "free": room.free // MEGABYTE}
    if not room.is_writable:
        return CLOSED.of(**values)
    if room.free < TOO_LITTLE:
        return FULL.of(**values)
    return (LITTLE_LEFT if room.free < LITTLE else GOOD).of(**values)
