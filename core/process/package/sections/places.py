"""territories.csv and organisations.csv: zones, municipalities and bodies of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from core.faults import FileWrong
from core.i18n import N_
from core.people.tables import Municipality, Organisation, Zone
from core.process.package.entry import LONGEST_SLUG, NO_SUCH, NONE_AT_ALL, NOT_SLUG, SAME_SLUG, SLUG
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package
from core.spreadsheet import Row, read_table

LEAP_YEAR = 2024
TERRITORIES, ORGANISATIONS = "territories.csv", "organisations.csv"

COLUMNS = N_("The table needs the columns {needed}; it has {found}.")
KIND = N_("{value} is no kind of place. Write zone or municipality.")
NO_NAME = N_("The name is missing.")
NO_FEAST = N_("{value} is no day of the year. Write month and day, as in 06-24.")
NUMBER = N_("{value} is no number of inhabitants.")


class _Slugs:
    """Which slugs a file has brought so far."""

    def __init__(self, package: Package, file: str) -> None:
        self._package, self._file, self._seen = package, file, set[tuple[str, str]]()

    def read(self, kind: str, row: Row) -> str:
        slug = row.cells["slug"]
        if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
            self._package.fault(self._file, row.number, NOT_SLUG, "slug", value=slug[:80])
        elif (kind, slug) in self._seen:
            self._package.fault(self._file, row.number, SAME_SLUG, "slug", value=slug, key=kind)
        if not row.cells["name"]:
            self._package.fault(self._file, row.number, NO_NAME, "name")
        self._seen.add((kind, slug))
        return slug


def _refer(package: Package, file: str, row: Row, kind: str) -> str:
    slug, known = row.cells.get(kind, ""), package.slugs.get(kind, set())
    if slug and slug not in known:
        near = sorted(known)[:1]
        text, values = (NO_SUCH, {"near": near[0]}) if near else (NONE_AT_ALL, {})
        package.fault(file, row.number, text, kind, kind=kind, value=slug, **values)
    return slug


def _rows(package: Package, file: str, needed: Sequence[str]) -> Iterator[Row]:
    path = package.folder / file
    if not path.is_file():
        return
    try:
        table = read_table(path, file)
        package.warnings += table.warnings
        if missing := set(needed) - set(table.headers):
            found = ", ".join(table.headers)
            package.fault(file, 1, COLUMNS, needed=", ".join(sorted(missing)), found=found)
            return
        for row in table.rows:
            package.faults.extend(row.faults)
            yield row
    except FileWrong as wrong:
        package.faults.extend(wrong.faults)


class TerritorySection:
    """Zones first, then the municipalities in them."""

    keys: Mapping[str, Mapping[str, str]] = {}
    columns: Mapping[str, str] = {
        "kind": "zone or municipality",
        "slug": "the place's short name",
        "name": "its name",
        "zone": "the zone a municipality lies in",
        "population": "how many people live in the municipality",
        "patron_saint": "the day of the municipality's patron saint, month and day: 06-24",
    }

    def check(self, package: Package) -> Sequence[Item]:
        rows = list(_rows(package, TERRITORIES, ("kind", "slug", "name")))
        slugs = _Slugs(package, TERRITORIES)
        package.slugs["zone"] = {row.cells["slug"] for row in rows if row.cells["kind"] == "zone"}
        package.slugs["municipality"] = {row.cells["slug"] for row in rows if row.cells["kind"] == "municipality"}
        zones, places = [], []
        for row in rows:
            slug = slugs.read(row.cells["kind"], row)
            if row.cells["kind"] == "zone":
                zones.append(Item("zone", slug, {"name": row.cells["name"]}))
            elif row.cells["kind"] == "municipality":
                values = {
                    "name": row.cells["name"],
                    "zone": _refer(package, TERRITORIES, row, "zone"),
                    "population": self._population(package, row),
                    "patron_saint": self._patron_saint(package, row),
                }
                places.append(Item("municipality", slug, values))
            else:
                package.fault(TERRITORIES, row.number, KIND, "kind", value=row.cells["kind"])
        package.root.child("process").reference("seat", "municipality", package.slugs["municipality"])
        return [*zones, *places]

    def _patron_saint(self, package: Package, row: Row) -> str:
        text = row.cells.get("patron_saint", "").strip()
        try:
            return f"{date.fromisoformat(f'{LEAP_YEAR}-{text}'):%m-%d}" if text else ""
        except ValueError:
            package.fault(TERRITORIES, row.number, NO_FEAST, "patron_saint", value=text[:40])
            return ""

    def _population(self, package: Package, row: Row) -> int | None:
        text = row.cells.get("population", "").replace(".", "").replace(" ", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 9:
            package.fault(TERRITORIES, row.number, NUMBER, "population", value=row.cells["population"][:40])
            return None
        return int(text)

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        zones = [item for item in items if item.kind == "zone"]
        changes = _apply_rows(load, zones, Zone, {})
        places = [item for item in items if item.kind == "municipality"]
        return changes + _apply_rows(load, places, Municipality, {"zone": Zone})


class OrganisationSection:
    """The bodies that people speak for."""

    keys: Mapping[str, Mapping[str, str]] = {}
    columns: Mapping[str, str] = {
        "slug": "the organisation's short name",
        "name": "its name",
        "kind": "what it is, in the office's own words",
        "municipality": "where it has its seat",
    }

    def check(self, package: Package) -> Sequence[Item]:
        slugs = _Slugs(package, ORGANISATIONS)
        items = []
        for row in _rows(package, ORGANISATIONS, ("slug", "name")):
            values = {
                "name": row.cells["name"],
                "kind": row.cells.get("kind", ""),
                "municipality": _refer(package, ORGANISATIONS, row, "municipality"),
            }
            items.append(Item("organisation", slugs.read("organisation", row), values))
        package.slugs["organisation"] = {item.slug for item in items}
        package.slugs["organisation_kind"] = {str(item.values["kind"]) for item in items}
        return items

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        return _apply_rows(load, items, Organisation, {"municipality": Municipality})


def _apply_rows(load: Load, items: Sequence[Item], table: Any, references: Mapping[str, Any]) -> list[Change]:
    """Writes rows of the office that refer to others by slug."""
    office = load.office_id
    ids = {name: ids_by_slug(load, other, other.office_id == office) for name, other in references.items()}
    slugs = {name: {row_id: slug for slug, row_id in found.items()} for name, found in ids.items()}
    known = {one.slug: one for one in load.session.scalars(select(table).where(table.office_id == office))}

    def standing(item: Item) -> dict[str, Any] | None:
        row = known.get(item.slug)
        if row is None:
            return None
        own = {name: getattr(row, name) for name in item.values if name not in references}
        return own | {name: slugs[name].get(getattr(row, f"{name}_id"), "") for name in references}

    def write(item: Item, exists: bool) -> None:
        row = {name: value for name, value in item.values.items() if name not in references}
        row |= {f"{name}_id": ids[name].get(item.values[name]) for name in references}
        if exists:
            load.session.execute(update(table).where(table.id == known[item.slug].id).values(row))
        else:
            load.session.execute(insert(table).values(office_id=office, slug=item.slug, **row))

    return apply_items(load, items, standing, write)
