"""Audiences: named rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from core.people.audience import Known, Predicates, check_rule
from core.people.tables import Audience
from core.process.package.document import Path
from core.process.package.entry import Entry
from core.process.package.items import apply_items, check_owner
from core.process.package.section import Change, Item, Load, Package

PLACES = ("zone", "municipality", "organisation_kind")


class AudienceSection:
    """Checks rules with the conditions of all parts of the product."""

    keys: Mapping[str, Mapping[str, str]] = {
        "audiences": {
            "slug": "the audience's short name",
            "name": "its name, as staff read it",
            "rule": "who is meant: see docs/people.md",
        }
    }

    def __init__(self, predicates: Predicates) -> None:
        self._predicates = predicates

    def check(self, package: Package) -> Sequence[Item]:
        known: dict[str, Any] = {kind: package.slugs.get(kind, set()) for kind in PLACES}
        known |= {one: package.slugs_of(f"{one}s") for one in ("round", "event", "poll")}
        entries = package.entries("audiences", self.keys["audiences"], ("slug", "name", "rule"))
        package.slugs["audience"] = package.slugs_of("audiences")
        return [self._item(entry, known) for entry in entries]

    def _item(self, entry: Entry, known: Known) -> Item:
        rule = entry.data.get("rule")
        if rule is not None:
            for fault in check_rule(rule, self._predicates, known):
                entry.fault_at((*entry.path, "rule", *_from_nought(fault.path)), fault.text, **fault.values)
        return Item("audience", entry.slug(), {"name": entry.text("name"), "rule": rule})

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        known = {
            one.slug: one for one in load.session.scalars(select(Audience).where(Audience.office_id == load.office_id))
        }

        def standing(item: Item) -> dict[str, Any] | None:
            row = known.get(item.slug)
            return None if row is None else {"name": row.name, "rule": row.rule}

        def write(item: Item, exists: bool) -> None:
            if exists:
                load.session.execute(update(Audience).where(Audience.id == known[item.slug].id).values(item.values))
            else:
                row = {"office_id": load.office_id, "slug": item.slug, **item.values}
                load.session.execute(insert(Audience).values(row))

        check_owner(load, "audiences", items, standing)
        return apply_items(load, items, standing, write)


def _from_nought(path: Path) -> Path:
    """A rule's path counts from one, as people do; a document's from nought."""
    return tuple(step - 1 if isinstance(step, int) else step for step in path)
