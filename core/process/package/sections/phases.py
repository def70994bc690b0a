"""Phases: the parts of the process, whole days each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from core.i18n import N_
from core.process.package.items import apply_items
from core.process.package.section import Change, Item, Load, Package
from core.process.tables import Phase

ENDS_BEFORE = N_("It ends before it starts.")


class PhaseSection:
    """The parts of the process, whole days each."""

    keys: Mapping[str, Mapping[str, str]] = {
        "phases": {
            "slug": "the phase's short name",
            "title": "its title, one text a language",
            "summary": "what happens in it, one text a language",
            "starts": "its first day",
            "ends": "its last day",
        }
    }

    def check(self, package: Package) -> Sequence[Item]:
        items = []
        for at, entry in enumerate(package.entries("phases", self.keys["phases"], ("slug", "title", "starts", "ends"))):
            starts, ends = entry.day("starts", package.start), entry.day("ends", package.start)
            if ends < starts:
                entry.fault("ends", ENDS_BEFORE)
            values = {
                "position": at,
                "title": entry.texts("title", package.languages),
                "summary": entry.texts("summary", package.languages),
                "starts_on": starts,
                "ends_on": ends,
            }
            items.append(Item("phase", entry.slug(), values))
        return items

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        known = {
            one.slug: one for one in load.session.scalars(select(Phase).where(Phase.process_id == load.process_id))
        }

        def standing(item: Item) -> dict[str, Any] | None:
            row = known.get(item.slug)
            return None if row is None else {name: getattr(row, name) for name in item.values}

        def write(item: Item, exists: bool) -> None:
            if exists:
                load.session.execute(update(Phase).where(Phase.id == known[item.slug].id).values(item.values))
            else:
                row = {"process_id": load.process_id, "slug": item.slug, **item.values}
                load.session.execute(insert(Phase).values(row))

        return apply_items(load, items, standing, write)
