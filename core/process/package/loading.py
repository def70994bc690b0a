"""Checks a process package, all faults at once, and loads it; loading again changes nothing."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core.faults import Fault, FileWrong
from core.i18n import N_
from core.process.package.dates import read_day
from core.process.package.document import read_document
from core.process.package.section import Change, Expands, Item, Load, Package, Section
from core.staff.audit import Act, record

PROCESS = "process.yaml"
LARGEST = 5_000_000

NO_PROCESS = N_("There is no file process.yaml in {folder}. A process package is a folder that holds one.")
NOT_UTF8 = N_("The file is not written in UTF-8.")
TOO_LARGE = N_("The file is too large for a text.")
NO_SECTION = N_("The section {key} is unknown. Did you mean {near}?")


@dataclass(frozen=True)
class Checked:
    """A package without faults, ready to be loaded."""

    package: Package
    parts: Sequence[tuple[Section, Sequence[Item]]]


@dataclass(frozen=True)
class Loaded:
    """What a load did, in the order it was done."""

    office_id: int
    process_id: int
    changes: tuple[Change, ...]
    warnings: tuple[Fault, ...]


def read_text(path: Path, name: str) -> str:
    """A text file of a package; raises FileWrong."""
    if path.stat().st_size > LARGEST:
        raise FileWrong([Fault(name, 0, "", TOO_LARGE)])
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileWrong([Fault(name, 0, "", NOT_UTF8)]) from error


def check_package(folder: Path, sections: Sequence[Section], start: date | None = None) -> Checked:
    """Reads and checks a whole package without a database; raises FileWrong with every fault.

    `start` goes before the file's own start, so that a demo may begin today.
    """
    path = folder / PROCESS
    if not path.is_file():
        raise FileWrong([Fault(PROCESS, 0, "", NO_PROCESS, {"folder": str(folder)})])
    document = read_document(PROCESS, read_text(path, PROCESS))
    if document.faults and not document.data:
        raise FileWrong(document.faults)
    process = document.data.get("process")
    own = str(process.get("start", "")) if isinstance(process, dict) else ""
    package = Package(folder, document, start or read_day(own, date(2000, 1, 1)) or date(2000, 1, 1))
    package.faults.extend(document.faults)
    names = [name for section in sections for name in section.keys]
    for key in document.data:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1, 0.0)[0]
            package.root.fault(key, NO_SECTION, key=key, near=near)
    for section in sections:
        if isinstance(section, Expands):
            section.expand(package)
    parts = [(section, section.check(package)) for section in sections]
    if package.faults:
        raise FileWrong(sorted(package.faults, key=lambda fault: (fault.file != PROCESS, fault.file, fault.line)))
    return Checked(package, parts)


def load(session: Session, checked: Checked, now: datetime, *, force: bool = False) -> Loaded:
    """Brings a package into the tables, in the caller's transaction.

    For the difference only, let the caller roll back. `force` overwrites what was edited in
    the console. Raises FileWrong where the package does not agree with what is there.
    """
    under_way = Load(session, checked.package, now, force)
    changes = [change for section, items in checked.parts for change in section.apply(under_way, items)]
    checked.package.faults.check()
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.what] = counts.get(change.what, 0) + change.count
    act = Act("package.loaded", f"process:{under_way.process_id}", office_id=under_way.office_id, details=counts)
    record(session, act, now)
    return Loaded(under_way.office_id, under_way.process_id, tuple(changes), tuple(checked.package.warnings))
