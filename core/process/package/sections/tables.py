"""Thematic tables under an event: themes, how many tables each has and how many seats, the axes of their notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.errors import Problem
from core.i18n import N_
from core.process.package.entry import Entry
from core.process.package.items import apply_items
from core.process.package.section import Change, Item, Load, Package
from core.process.room.themes import (
    MIX,
    MOST_SEATS,
    MOST_TABLES,
    MOST_THEMES,
    WantedTheme,
    load_plan,
    load_themes,
    save_plan,
    save_themes,
)
from core.process.tables import Event

LONGEST = 200
TOO_MANY = N_("These are too many: an event has at most {most} themes.")
NO_THEMES = N_("Tables need at least one theme.")
SAME_TITLE = N_("{value} stands there twice as a theme.")
NOT_MIX = N_("Write what tables are mixed by as a list of category and zone, as in [category, zone]")
STAYS = N_("The tables of {event} stay as they are: {reason}")


class TableSection:
    """The thematic tables of events. A theme keeps its tables and their numbers as long as its title stays."""

    keys: Mapping[str, Mapping[str, str]] = {
        "tables": {
            "themes": "what is talked about: a list",
            "axes": "along which axes notes are kept: {name: what people read}",
            "wishes": "false if no wishes are taken",
            "mix": "what tables are mixed by: [category, zone] or one of them; both if left out",
        },
        "themes": {
            "title": "what is talked about, one text a language",
            "tables": "how many tables it has, one if left out",
            "seats": "how many seats each of them has",
        },
    }

    def check(self, package: Package) -> Sequence[Item]:
        return [self._item(package, one) for one in package.root.children("events") if one.has("tables")]

    def _item(self, package: Package, event: Entry) -> Item:
        entry = event.child("tables")
        entry.allow(self.keys["tables"], ("themes",))
        themes = [self._theme(package, one) for one in entry.children("themes")]
        if entry.has("themes") and not themes:
            entry.fault("themes", NO_THEMES)
        if len(themes) > MOST_THEMES:
            entry.fault("themes", TOO_MANY, most=str(MOST_THEMES))
        titles = [_first(one) for one in themes]
        for title in sorted({one for one in titles if titles.count(one) > 1}):
            entry.fault("themes", SAME_TITLE, value=title)
        axes = entry.child("axes").data if entry.has("axes") else {}
        values = {
            "themes": themes,
            "axes": [{"value": str(name)[:50], "label": str(label)[:LONGEST]} for name, label in axes.items()],
            "wishes_open": entry.truth("wishes", default=True),
            "mix": self._mix(entry),
        }
        return Item("tables", str(event.data.get("slug", "")), values)

    def _mix(self, entry: Entry) -> list[str]:
        named = entry.data.get("mix", list(MIX))
        if not isinstance(named, list) or any(one not in MIX for one in named):
            entry.fault("mix", NOT_MIX)
            return list(MIX)
        return [one for one in MIX if one in named]

    def _theme(self, package: Package, entry: Entry) -> dict[str, Any]:
        entry.allow(self.keys["themes"], ("title", "seats"))
        return {
            "title": entry.texts("title", package.languages),
            "tables": entry.number("tables", 1, MOST_TABLES) or 1,
            "seats": entry.number("seats", 1, MOST_SEATS) or 1,
        }

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        session = load.session
        events = {one.slug: one.id for one in session.scalars(select(Event).where(Event.process_id == load.process_id))}

        def standing(item: Item) -> dict[str, Any] | None:
            event_id = events[item.slug]
            plan = load_plan(session, event_id)
            if plan is None:
                return None
            themes = [
                {"title": one.title, "tables": len(one.tables), "seats": one.tables[0][2] if one.tables else 1}
                for one in load_themes(session, event_id)
            ]
            return {"themes": themes, "axes": plan.axes, "wishes_open": plan.wishes_open, "mix": plan.mix}

        def write(item: Item, exists: bool) -> None:
            event_id, values = events[item.slug], item.values
            # A title that was changed in place is the theme that stood there, so that people keep their seats.
            known = load_themes(session, event_id)
            ids = _matched([one["title"] for one in values["themes"]], [(one.id, one.title) for one in known])
            wanted = [
                WantedTheme(theme, one["title"], one["tables"], one["seats"])
                for theme, one in zip(ids, values["themes"], strict=True)
            ]
            save_plan(session, event_id, values["axes"], wishes_open=values["wishes_open"], mix=values["mix"])
            try:
                save_themes(session, event_id, wanted)
            except Problem as problem:  # people sit there, or notes were kept: nothing of the load goes on
                load.package.root.fault_at(_place(load, item), STAYS, event=item.slug, reason=str(problem))
                load.package.faults.check()

        return apply_items(load, items, standing, write)


def _place(load: Load, item: Item) -> tuple[str | int, ...]:
    events = load.package.document.data["events"]
    at = next(number for number, one in enumerate(events) if str(one["slug"]) == item.slug)
    return ("events", at, "tables")


def _first(theme: Mapping[str, Any]) -> str:
    return str(next(iter(theme["title"].values()), ""))


def _matched(titles: Sequence[dict[str, str]], known: Sequence[tuple[int, dict[str, str]]]) -> list[int]:
    """For each title the theme that it is, 0 for a new one: by its words, else by the place at which it stands."""
    found = [next((theme for theme, title in known if title == one), 0) for one in titles]
    free = {theme for theme, _ in known} - set(found)
    for at, theme in enumerate(found):
        if not theme and at < len(known) and known[at][0] in free:
            found[at] = known[at][0]
            free.discard(known[at][0])
    return found
