"""People files of a package: imported as by hand, except that what staff edited is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.faults import FileWrong
from core.i18n import N_
from core.people.erasing import PERSON
from core.people.importing.columns import match_columns
from core.people.importing.importing import LEGAL_BASES, Became, Job, Report, Standing, Watch, check_rows, import_table
from core.people.importing.person import PersonReader
from core.people.importing.writing import Origin
from core.process.package.entry import Entry
from core.process.package.items import digest, digests, remember
from core.process.package.section import Change, Item, Load, Package, What
from core.spreadsheet import read_table

NO_REFERENCE = N_("A package's people need a column reference: by it they are found when it is loaded again.")
BECAME = {
    Became.ADDED: What.ADDED,
    Became.CHANGED: What.CHANGED,
    Became.KEPT: What.KEPT,
    Became.LEFT: What.KEPT,
    Became.ERASED: What.KEPT,
}


class PeopleSection:
    """Each file with its source and legal basis."""

    keys: Mapping[str, Mapping[str, str]] = {
        "people": {
            "file": "a CSV or XLSX file in the package",
            "source": "where the office knows these people from, as they would be told",
            "legal_basis": "consent or public-task",
            "columns": "what the file's columns mean, where their names do not say it",
        }
    }

    def check(self, package: Package) -> Sequence[Item]:
        items = []
        for entry in package.entries("people", self.keys["people"], ("file", "source", "legal_basis")):
            told = self._told(entry)
            values = {
                "source": entry.text("source"),
                "legal_basis": entry.choice("legal_basis", LEGAL_BASES),
                "columns": told,
            }
            path = package.file(entry) if entry.has("file") else None
            if path is not None:
                self._check_file(package, path, told)
                items.append(Item("people", path.relative_to(package.folder.resolve()).as_posix(), values))
        return items

    def _told(self, entry: Entry) -> dict[str, str]:
        if not entry.has("columns"):
            return {}
        columns = entry.child("columns")
        return {name: columns.text(name) for name in columns.data}

    def _check_file(self, package: Package, path: Path, told: Mapping[str, str]) -> None:
        name = path.relative_to(package.folder.resolve()).as_posix()
        try:
            table = read_table(path, name)
            columns, faults = match_columns(name, table.headers, told)
            package.faults.extend(faults)
            package.warnings += table.warnings
            if "reference" not in columns.fields.values():
                package.fault(name, 1, NO_REFERENCE)
            if faults:
                return
            places = {kind: {slug: slug for slug in slugs} for kind, slugs in package.slugs.items()}
            # A consent's date is held against today only when it is loaded: a check asks no clock.
            reader = PersonReader(name, columns, places, None)
            for _ in check_rows(table, reader, package.faults):
                pass
        except FileWrong as wrong:
            package.faults.extend(wrong.faults)

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        return [change for item in items for change in self._apply_file(load, item)]

    def _apply_file(self, load: Load, item: Item) -> list[Change]:
        values: dict[str, Any] = item.values
        languages = load.process.languages
        origin = Origin(load.office_id, values["source"], values["legal_basis"], str(languages[0]))
        job = Job(origin, load.now, values["columns"], _watch(load))
        report = import_table(load.session, read_table(load.package.folder / item.slug, item.slug), job)
        load.package.warnings += [one for one in report.warnings if one not in load.package.warnings]
        return _changes(item.slug, report)


def _changes(slug: str, report: Report) -> list[Change]:
    counts: dict[What, int] = {}
    for became, count in report.counts.items():
        what = BECAME.get(became, What.UNCHANGED)
        counts[what] = counts.get(what, 0) + count
    return [Change("people", slug, what, count) for what, count in counts.items() if count]


def _watch(load: Load) -> Watch:
    kept: set[str] = set()

    def edited(states: Mapping[str, dict[str, Any]]) -> set[str]:
        if load.force:
            return set()
        loaded = digests(load, PERSON, list(states))
        found = {slug for slug, state in states.items() if digest(state) not in loaded.get(slug, ())}
        kept.update(found)
        return found

    def loaded(people: Iterable[Standing]) -> None:
        remember(load, PERSON, {one.reference: digest(one.state) for one in people if one.reference not in kept})

    return Watch(edited, loaded)
