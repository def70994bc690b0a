"""The frame that core's, surveys' and notifications' parts of a package fit into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from core.faults import Fault, Faults
from core.i18n import LANGUAGES, N_
from core.process.package.document import Document
from core.process.package.entry import SAME_SLUG, Entry
from core.process.tables import Process

OUTSIDE = N_("{value} does not lie in the package's folder.")
NO_FILE = N_("The package has no file {value}.")


@dataclass
class Package:
    """A folder while it is checked; what one section reads, later ones may use."""

    folder: Path
    document: Document
    start: date
    faults: Faults = field(default_factory=Faults)
    slug: str = ""
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ()
    slugs: dict[str, set[str]] = field(default_factory=dict)  # what there is, by kind
    warnings: list[Fault] = field(default_factory=list)

    @property
    def root(self) -> Entry:
        return Entry(self.document, self.faults, self.document.data)

    def add(self, name: str, line: int, data: dict[str, Any]) -> None:
        """Adds an entry to a list of the file, as if it stood at `line`; one of the same slug is left as it is."""
        entries = self.document.data.setdefault(name, [])
        if isinstance(entries, list) and data["slug"] not in self.slugs_of(name):
            self.document.lines[name, len(entries)] = line
            entries.append(data)

    def entries(self, name: str, keys: Mapping[str, str], needed: Sequence[str]) -> list[Entry]:
        """The entries of a section that is a list, each with a slug of its own."""
        found = list(self.root.children(name))
        seen: set[str] = set()
        for entry in found:
            entry.allow(keys, needed)
            slug = entry.slug() if "slug" in keys else ""
            if slug and slug in seen:
                entry.fault("slug", SAME_SLUG, value=slug, key=name)
            seen.add(slug)
        return found

    @property
    def told_languages(self) -> tuple[str, ...]:
        """The languages as the file writes them, for what is checked before the process is."""
        process = self.document.data.get("process")
        found = process.get("languages") if isinstance(process, dict) else None
        return tuple(one for one in found if one in LANGUAGES) if isinstance(found, list) else ()

    def slugs_of(self, name: str) -> set[str]:
        """The slugs that a list of the file names, whether its section was read already or not."""
        entries = self.document.data.get(name)
        return {
            str(one["slug"])
            for one in (entries if isinstance(entries, list) else [])
            if isinstance(one, dict) and "slug" in one
        }

    def file(self, entry: Entry, key: str = "file") -> Path | None:
        """A file of the package that an entry names; None, and a fault, when there is none."""
        value = entry.text(key)
        path = (self.folder / value).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            entry.fault(key, OUTSIDE, value=value)
        elif not path.is_file():
            entry.fault(key, NO_FILE, value=value)
        else:
            return path
        return None

    def fault(self, file: str, line: int, text: str, column: str = "", /, **values: str) -> None:
        self.faults.add(Fault(file, line, column, text, values))


@dataclass(frozen=True)
class Item:
    """One thing a package brings; `values` are JSON-able and name other things by their slugs."""

    kind: str
    slug: str
    values: dict[str, Any]


class What(StrEnum):
    """What a load did with an item."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # edited in the console since the last load


@dataclass(frozen=True)
class Change:
    """`count` is more than one where single items would be too many to tell (people)."""

    kind: str
    slug: str
    what: What
    count: int = 1


@dataclass
class Load:
    """A load under way, in one transaction."""

    session: Session
    package: Package
    now: datetime
    force: bool = False
    office_id: int = 0
    process_id: int = 0

    @property
    def process(self) -> Process:
        return self.session.get_one(Process, self.process_id)


@runtime_checkable
class Expands(Protocol):
    """A section that adds entries to the file's lists before they are checked: one short entry may stand for many."""

    def expand(self, package: Package) -> None: ...


class Section(Protocol):
    """A part of the package: checked first, without a database; then brought into the tables.

    `keys` are what the section accepts, by the name under which process.yaml has it, each with
    a word on its meaning; the documentation is tested against them.
    """

    @property
    def keys(self) -> Mapping[str, Mapping[str, str]]: ...

    def check(self, package: Package) -> Sequence[Item]:
        """What the package brings; faults go to `package.faults`."""

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        """Writes what is new or changed."""
