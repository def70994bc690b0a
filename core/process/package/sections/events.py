"""Events: the process's dated entries, with their seats, registration and what calendars show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from core.addresses import is_https
from core.i18n import N_
from core.process.changing import change_event
from core.process.package.entry import MOST, Entry
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package
from core.process.replies import MODES, modes_of
from core.process.tables import Event, Phase

KINDS = ("event", "meeting", "appointment")
USUAL_HOURS = {"offer_hours": 48, "link_hours": 24}
# What is left out of an event's values where it is as usual: a package that says nothing of it is the one it was.
USUAL: dict[str, Any] = {
    "overbooking": 0, "opens_local": None, "closes_local": None, "invited_only": False, "companions": 0,
    "substitutes": False, "asks_needs": False, "address": "", "directions": {}, "programme": {}, "link": "",
    **USUAL_HOURS,
}  # fmt: skip
ENDS_BEFORE = N_("It ends before it starts.")
NOT_MODES = N_("Write how one can take part as a list of in-person and online, as in [in-person, online]")
OTHER_MODES = N_("What stands after online and after modes does not agree. Leave one of them out.")
NOT_SEATS = N_("Write how many may come as a number, or for each mode, as in {{in-person: 300, online: 500}}")
CLOSES_BEFORE = N_("Registration closes before it opens.")
CLOSES_LATE = N_("Registration closes after the event has begun.")
NOT_LINK = N_("Write the whole address at which the event is followed, beginning with https://")


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
            "modes": "how one can take part: a list of in-person and online",
            "cancelled": "true if it does not take place",
            "capacity": "how many people may come: a number, or one for in-person and one for online",
            "overbooking": "percent of places given beyond those there are",
            "registration_opens": "the local day and time from which one can register",
            "registration_closes": "the local day and time until which one can register",
            "offer_hours": "for how many hours a place that became free is kept for the next one on the waiting list",
            "invited_only": "true for a meeting without a public page",
            "companions": "how many people one person may bring along",
            "substitutes": "true if somebody else may be named to come instead",
            "asks_needs": "true if people are asked what they need to take part",
            "address": "the address to find it by",
            "directions": "how to get there, one text a language",
            "programme": "its programme, one text a language",
            "link": "where it is followed online: an https address; shown to those who reply so",
            "link_hours": "how many hours before the start the link is shown",
            "set": "the ready set of mailings around it",
            "tables": "its thematic tables",
            "slots": "of kind appointment: who holds the appointments and when",
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
            "capacity": _as_written(_seats(entry)),
        }
        more = {
            "overbooking": entry.number("overbooking", most=100) or 0,
            **_registration(entry, package, starts),
            "invited_only": entry.truth("invited_only"),
            "companions": entry.number("companions", most=20) or 0,
            "substitutes": entry.truth("substitutes"),
            "asks_needs": entry.truth("asks_needs"),
            "address": entry.text("address"),
            "directions": entry.texts("directions", package.languages),
            "programme": entry.texts("programme", package.languages),
            "link": _link(entry),
            **{name: _hours(entry, name) for name in USUAL_HOURS},
        }
        values |= _unusual(more)
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
            own = {name: getattr(row, name) for name in USUAL if getattr(row, name) != USUAL[name]}
            own |= {name: getattr(row, name) for name in item.values if name not in {*USUAL, "phase", "capacity"}}
            return own | {"phase": slugs.get(row.phase_id or 0, ""), "capacity": _as_written(row.seats)}

        def write(item: Item, exists: bool) -> None:
            row = USUAL | {name: value for name, value in item.values.items() if name not in {"phase", "capacity"}}
            row["phase_id"] = phases.get(item.values["phase"])
            row["seats"] = _as_kept(item.values["capacity"])
            if exists:
                change_event(load.session, known[item.slug].id, row, load.now)
            else:
                row |= {"process_id": load.process_id, "slug": item.slug}
                load.session.execute(insert(Event).values(row))

        return apply_items(load, items, standing, write)


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


def _unusual(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != USUAL[name]}


def _seats(entry: Entry) -> dict[str, int]:
    """Seats by mode; a bare number is for those who come in person."""
    raw = entry.data.get("capacity")
    seats = _as_kept(raw)
    if raw is not None and (not seats or any(one not in MODES or not _is_count(seats[one]) for one in seats)):
        entry.fault("capacity", NOT_SEATS)
        return {}
    return seats


def _as_kept(capacity: Any) -> dict[str, Any]:
    if capacity is None:
        return {}
    return dict(capacity) if isinstance(capacity, dict) else {MODES[0].value: capacity}


def _as_written(seats: Mapping[str, int]) -> Any:
    """As a package says it most shortly."""
    return seats.get(MODES[0]) if set(seats) <= {MODES[0].value} else dict(seats)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST


def _registration(entry: Entry, package: Package, starts: datetime) -> dict[str, str | None]:
    opens, closes = (
        entry.moment(key, package.start) if entry.has(key) else None
        for key in ("registration_opens", "registration_closes")
    )
    if opens is not None and closes is not None and closes <= opens:
        entry.fault("registration_closes", CLOSES_BEFORE)
    if closes is not None and closes > starts:
        entry.fault("registration_closes", CLOSES_LATE)
    return {
        "opens_local": opens.isoformat(timespec="minutes") if opens else None,
        "closes_local": closes.isoformat(timespec="minutes") if closes else None,
    }


def _link(entry: Entry) -> str:
    link = entry.text("link")
    if link and not is_https(link):
        entry.fault("link", NOT_LINK)
        return ""
    return link


def _hours(entry: Entry, name: str) -> int:
    hours = entry.number(name, least=1, most=24 * 60)
    return USUAL_HOURS[name] if hours is None else hours
