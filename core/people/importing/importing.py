"""Imports people from CSV or XLSX, all rows or none.

Whoever has the same reference in the same office is the same person. Without a reference it is
the same e-mail address and name. Everybody else is a new participant, whatever other offices
know: an import reveals nothing about them, and who turns out to be one person is merged by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.faults import Fault, Faults
from core.i18n import N_
from core.people.erased import erased_since, identities
from core.people.importing.columns import Columns, match_columns
from core.people.importing.known import Known, by_email, by_reference
from core.people.importing.person import Person, PersonReader
from core.people.importing.places import PlaceIds, place_ids, places_of
from core.people.importing.writing import Origin, merged_attributes, write_changed, write_consents, write_new
from core.spreadsheet import Row, Table, read_table

BATCH = 500
LEGAL_BASES = ("consent", "public-task")

SAME_REFERENCE = N_("The reference {reference} stands in row {row} already.")
SAME_PERSON = N_("The same name and e-mail address stand in row {row} already.")
OTHER_REFERENCE = N_("{name} with this e-mail address is known as {reference} already. Use that reference.")
WAS_ERASED = N_(
    "This person asked to be erased and is not imported again. Only a consent given since then would allow it."
)
HAS_LEFT = N_("This person has left the office and is not imported again.")
NO_CONSENT = N_("The people are known by consent, but the file has no consent columns: nobody will be written to.")


class Became(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # edited in the console since the package was last loaded
    LEFT = "left"
    ERASED = "erased"


@dataclass(frozen=True)
class Standing:
    """A person after the import; `state` is what a package remembers to see later edits."""

    reference: str
    state: dict[str, Any]


@dataclass(frozen=True)
class Watch:
    """How a package takes part in an import of its people.

    `edited` says, of references and how they stand, which must be kept; `loaded` is told
    how people stand afterwards.
    """

    edited: Callable[[Mapping[str, dict[str, Any]]], set[str]]
    loaded: Callable[[Iterable[Standing]], None]


@dataclass
class Report:
    """What an import did, or would do."""

    columns: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    counts: dict[Became, int] = field(default_factory=lambda: dict.fromkeys(Became, 0))
    warnings: list[Fault] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def import_people(
    session: Session, path: Path, origin: Origin, now: datetime, told: Mapping[str, str] | None = None
) -> Report:
    """Imports a file in the caller's transaction; for a dry run, let the caller roll it back.

    `told` maps column names to fields, attributes or "-". Raises FileTooLarge, and FileWrong
    with every faulty row; the transaction must then be rolled back.
    """
    return import_table(session, read_table(path), Job(origin, now, told or {}))


@dataclass(frozen=True)
class Job:
    """What an import needs besides its file."""

    origin: Origin
    now: datetime
    told: Mapping[str, str] = field(default_factory=dict)
    watch: Watch | None = None


def import_table(session: Session, table: Table, job: Job) -> Report:
    """As `import_people`, of a table that is open already."""
    columns, faults = match_columns(table.name, table.headers, job.told)
    found = Faults()
    found.extend(faults)
    found.check()
    report = Report(dict(columns.fields), dict(columns.attributes), warnings=list(table.warnings))
    if job.origin.legal_basis == "consent" and not any(name.startswith("consent_") for name in columns.fields.values()):
        report.warnings.append(Fault(table.name, 1, "", NO_CONSENT))
    _Import(session, job, report, _Checked(table.name, columns, found)).run(table.rows)
    found.check()
    return report


def check_rows(table: Table, reader: PersonReader, faults: Faults) -> Iterator[Person]:
    """The good rows of a table; what is wrong with the others goes to `faults`."""
    references: dict[str, int] = {}
    same: dict[tuple[str, str], int] = {}
    for row in table.rows:
        person, wrong = reader.read(row)
        faults.extend(wrong)
        if person is None:
            continue
        if twice := repeated(table.name, person, references, same):
            faults.add(twice)
        else:
            yield person


def repeated(file: str, person: Person, references: dict[str, int], same: dict[tuple[str, str], int]) -> Fault | None:
    """A fault when the file has the person already; notes them otherwise."""
    if person.reference:
        first = references.setdefault(person.reference, person.row)
        if first != person.row:
            return Fault(file, person.row, "", SAME_REFERENCE, {"reference": person.reference, "row": str(first)})
    if person.email and (person.name or not person.reference):
        first = same.setdefault((person.email, person.name.casefold()), person.row)
        if first != person.row:
            return Fault(file, person.row, "", SAME_PERSON, {"row": str(first)})
    return None


@dataclass(frozen=True)
class _Checked:
    file: str
    columns: Columns
    faults: Faults


class _Import:
    """One import under way: a batch of rows is checked, compared with what is known, and written."""

    def __init__(self, session: Session, job: Job, report: Report, checked: _Checked) -> None:
        self._session, self._job, self._report = session, job, report
        self._file, self._faults = checked.file, checked.faults
        office = job.origin.office_id
        self._reader = PersonReader(checked.file, checked.columns, places_of(session, office), job.now)
        self._ids: PlaceIds = place_ids(session, office)

    def run(self, rows: Iterator[Row]) -> None:
        people = check_rows(Table(self._file, [], rows), self._reader, self._faults)
        while batch := list(islice(people, BATCH)):
            self._batch(batch)

    def _batch(self, people: list[Person]) -> None:
        office = self._job.origin.office_id
        known = by_reference(self._session, office, [one.reference for one in people if one.reference])
        alike = by_email(self._session, office, [one.email for one in people if one.email])
        met = [(one, self._meet(one, known, alike)) for one in people]
        if self._faults:
            return  # nothing will be stored; only the remaining errors are of interest
        edited = self._edited([before for _, before in met if before])
        new = self._without_erased([one for one, before in met if before is None])
        write_new(self._session, new, self._job.origin, self._ids, self._job.now)
        self._count(Became.ADDED, len(new))
        for one, before in met:
            if before is not None:
                self._count(self._update(one, before, edited))
        self._tell(people)

    def _meet(self, one: Person, known: Mapping[str, Known], alike: Mapping[tuple[str, str], Known]) -> Known | None:
        if one.reference and one.reference in known:
            return known[one.reference]
        same = alike.get((one.email, one.name.casefold())) if one.email else None
        if one.reference and not one.name:
            return None  # several people may share a mailbox: without a name only the reference tells them apart
        if same is not None and one.reference and same.reference:
            values = {"name": one.name, "reference": same.reference}
            self._faults.add(Fault(self._file, one.row, "", OTHER_REFERENCE, values))
        return same

    def _update(self, one: Person, before: Known, edited: set[str]) -> Became:
        if before.left:
            self._report.warnings.append(Fault(self._file, one.row, "", HAS_LEFT))
            return Became.LEFT
        attributes = merged_attributes(before, one)
        same = {**before.values, **one.values} == before.values and attributes == before.attributes
        same = same and one.reference in {None, before.reference}
        if same and (not one.email or one.email in before.emails):
            changed = self._keep_consents(one, before)
            return Became.CHANGED if changed else Became.UNCHANGED
        if (before.reference or "") in edited:
            # What staff edited stays; what the person said about consent counts all the same.
            self._keep_consents(one, before)
            return Became.KEPT
        write_changed(self._session, one, before, self._job.origin, self._ids, self._job.now)
        return Became.CHANGED

    def _keep_consents(self, one: Person, before: Known) -> bool:
        return write_consents(self._session, one, before.participant_id, self._job.origin.office_id, self._job.now)

    def _without_erased(self, new: list[Person]) -> list[Person]:
        """Leaves out whoever asked to be erased, unless they have consented since."""
        names = {one.row: identities(one.reference, one.email, one.name) for one in new}
        known_by = (name for own in names.values() for name in own)
        erased = erased_since(self._session, self._job.origin.office_id, known_by)
        welcome = []
        for one in new:
            since = max((erased[name] for name in names[one.row] if name in erased), default=None)
            if since is None or _agreed_after(one, since):
                welcome.append(one)
            else:
                self._report.warnings.append(Fault(self._file, one.row, "", WAS_ERASED))
                self._count(Became.ERASED)
        return welcome

    def _edited(self, known: list[Known]) -> set[str]:
        if self._job.watch is None:
            return set()
        return self._job.watch.edited({one.reference: one.state() for one in known if one.reference})

    def _tell(self, people: list[Person]) -> None:
        if self._job.watch is None:
            return
        references = [one.reference for one in people if one.reference]
        after = by_reference(self._session, self._job.origin.office_id, references)
        self._job.watch.loaded(Standing(reference, one.state()) for reference, one in after.items())

    def _count(self, became: Became, many: int = 1) -> None:
        self._report.counts[became] += many


def _agreed_after(one: Person, erased_at: datetime) -> bool:
    return one.consent_at is not None and one.consent_at > erased_at and any(one.consents.values())
