"""Debian's khal, a calendar program of others, with a calendar of its own for a test."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROW = "{start}|{end}|{title}|{location}|{status}|{uid}"
SETTINGS = """
[calendars]
[[mine]]
path = {folder}/calendar
type = calendar

[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Rome
default_timezone = Europe/Rome

[default]
default_calendar = mine

[sqlite]
path = {folder}/khal.db
"""


def why_not() -> str:
    """Why khal cannot be started here; "" where it can."""
    return "" if shutil.which("khal") else "khal is not installed (on Debian: apt-get install khal)"


@dataclass(frozen=True)
class Khal:
    """One calendar in a folder."""

    folder: Path

    def takes(self, calendar: bytes) -> None:
        """Imports what a mail brought."""
        file = self.folder / "arrived.ics"
        file.write_bytes(calendar)
        self._run("import", "--batch", "--include-calendar", "mine", str(file))

    def shows(self, day: str, days: int = 7) -> list[list[str]]:
        """Start, end, title, place, status and UID of each event from a day on."""
        lines = self._run("list", "--day-format", "", "--format", ROW, day, f"{days}d").splitlines()
        return [[field.strip() for field in line.split("|")] for line in lines if "|" in line]

    def _run(self, *command: str) -> str:
        # Not our interpreter's packages: khal is a Python program with libraries of its own.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            (shutil.which("khal") or "khal", "--config", str(self.folder / "config"), *command),
            env=environment, check=True, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        return done.stdout


def khal_in(folder: Path) -> Khal:
    """Khal with an empty calendar."""
    (folder / "calendar").mkdir()
    (folder / "config").write_text(SETTINGS.format(folder=folder))
    return Khal(folder)
