"""Phases and events: the process's dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import insert, select, update

from core.i18n import N_
from core.process.package.entry import Entry
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package
from core.process.replies import MODES, modes_of
from core.process.tables import Event, Phase

KINDS = ("event", "meeting", "appointment")
ENDS_BEFORE = N_("It ends before it starts.")
NOT_MODES = N_("Write how one can take part as a list of in-person and online, as in [in-person, online]")
NOT_LINK = N_("Write the whole address at which the event is followed, beginning with https://")
OTHER_MODES = N_("What stands after online and after modes does not agree. Leave one of them out.")


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


class EventSection:
    """Dated entries: public events, meetings, appointments."""

    keys: Mapping[str, Mapping[str, str]] = {
        "events": {
            "slug": "the event's short name",
            "kind": "event, meeting or appointment",
            "phase": "the phase it belongs to",
            "title": "its title, one text a language",
            "summary": "what it is about, one text a language",
            "starts": "its local day and time",
            "ends": "its local day and time",
            "place": "where it is held",
            "online": "true if one can take part online",
            "link": "where it is followed online: an https address; shown to those who reply so",
            "modes": "how one can take part: a list of in-person and online",
            "cancelled": "true if it does not take place",
            "capacity": "how many people may come",
        }
    }

    def check(self, package: Package) -> Sequence[Item]:
        return [self._item(package, entry) for entry in self._entries(package)]

    def _entries(self, package: Package) -> list[Any]:
        return package.entries("events", self.keys["events"], ("slug", "kind", "title", "starts", "ends"))

    def _item(self, package: Package, entry: Any) -> Item:
        starts, ends = entry.moment("starts", package.start), entry.moment("ends", package.start)
        if ends < starts:
            entry.fault("ends", ENDS_BEFORE)
        online, modes = _modes(entry)
        values = {
            "kind": entry.choice("kind", KINDS),
            "phase": entry.reference("phase", "phase", package.slugs_of("phases")),
            "title": entry.texts("title", package.languages),
            "summary": entry.texts("summary", package.languages),
            "starts_local": starts.isoformat(timespec="minutes"),
            "ends_local": ends.isoformat(timespec="minutes"),
            "place": entry.text("place"),
            "online": online,
            "modes": modes,
            "cancelled": entry.truth("cancelled"),
            "capacity": entry.number("capacity", least=1),
        }
        if link := _link(entry):  # only where it is written: what a package without it loaded before is the same still
            values["link"] = link
        return Item("event", entry.slug(), values)

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        phases = ids_by_slug(load, Phase, Phase.process_id == load.process_id)
        slugs = {phase_id: slug for slug, phase_id in phases.items()}
        known = {
            one.slug: one for one in load.session.scalars(select(Event).where(Event.process_id == load.process_id))
        }

        def standing(item: Item) -> dict[str, Any] | None:
            row = known.get(item.slug)
            if row is None:
                return None
            own = {name: getattr(row, name) for name in item.values if name != "phase"}
            own |= {"link": row.link} if row.link else {}
            return own | {"phase": slugs.get(row.phase_id or 0, "")}

        def write(item: Item, exists: bool) -> None:
            row = {"link": ""} | {name: value for name, value in item.values.items() if name != "phase"}
            row["phase_id"] = phases.get(item.values["phase"])
            if exists:
                load.session.execute(update(Event).where(Event.id == known[item.slug].id).values(row))
            else:
                row |= {"process_id": load.process_id, "slug": item.slug}
                load.session.execute(insert(Event).values(row))

        return apply_items(load, items, standing, write)


def _link(entry: Entry) -> str:
    link: str = entry.text("link")
    if link and not (link.startswith("https://") and urlsplit(link).hostname):
        entry.fault("link", NOT_LINK)
        return ""
    return link


def _modes(entry: Entry) -> tuple[bool, list[str]]:
    """Whether one can take part online, and the modes as they are kept: [] where `online` says it all."""
    online, named = entry.truth("online"), entry.data.get("modes")
    if named is None:
        return online, []
    if not isinstance(named, list) or not named or not all(one in MODES for one in named):
        entry.fault("modes", NOT_MODES)
        return online, []
    modes = [mode.value for mode in MODES if mode in named]
    if entry.has("online") and online != (MODES[1] in modes):
        entry.fault("modes", OTHER_MODES)
    online = MODES[1] in modes
    return online, [] if modes == list(modes_of([], online)) else modes
