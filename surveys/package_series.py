"""Polls of a package that come back: `every` makes a series of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from core.i18n import N_
from core.people.tables import Audience
from core.process.package.entry import Entry
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package
from core.process.tables import Phase
from surveys.package_rounds import local_time, read_time
from surveys.polls.poll import Definition
from surveys.polls.series import add_series, facts_of, row_of
from surveys.polls.series_tables import PollSeries
from surveys.polls.store import Place, instant_of
from surveys.recurring.rhythm import MOST_DAYS, MOST_WEEKS, Rhythm, SeriesState, next_after

KIND = "poll-series"
EVERY_KEYS = {
    "weeks": "after how many weeks the next one opens",
    "open_days": "how many days each is open; 5 if left out",
    "remind_days": "how many days before the close who has not voted is reminded; 2 if left out, 0 for never",
}
NOT_WITH_EVERY = N_("A poll that comes back has no {key}: when it closes follows from open_days; staff start it.")
OPENS_WHEN = N_("A poll that comes back needs the time at which the first one opens.")
TOO_LONG = N_("The next one would open before the earlier one is closed.")
OTHER_SERIES = N_("Another process of the office has a series of polls {value} already. Choose another short name.")
FACTS = ("kind", "title", "summary", "options", "rules", "counting", "secrecy", "shown", "audience")

Define = Callable[[Mapping[str, Any], Mapping[str, Any]], Definition]


def series_item(package: Package, entry: Entry, poll: Mapping[str, Any]) -> Item:
    """What a poll's entry with `every` says; `poll` are the values that every poll has."""
    for key in ("closes", "ready", "event", "walk_ins", "names_in_groups"):
        if entry.has(key):
            entry.fault(key, NOT_WITH_EVERY, key=key)
    if not entry.has("opens"):
        entry.fault("every", OPENS_WHEN)
    return Item(KIND, entry.slug(), {name: poll[name] for name in FACTS} | read_rhythm(package, entry))


def read_rhythm(package: Package, entry: Entry) -> dict[str, Any]:
    """weeks, open_days, remind_days and first, of an entry with `every` and `opens`."""
    every = entry.child("every")
    every.allow(EVERY_KEYS, ("weeks",))
    weeks = every.number("weeks", 1, MOST_WEEKS) or 1
    days, remind = every.number("open_days", 1, MOST_DAYS), every.number("remind_days", 0, MOST_DAYS)
    values = {"weeks": weeks, "first": read_time(package, entry, "opens")}
    values |= {"open_days": 5 if days is None else days, "remind_days": 2 if remind is None else remind}
    if values["open_days"] >= weeks * 7:
        entry.fault("every", TOO_LONG)
    return values


def apply_series(load: Load, items: Sequence[Item], define: Define) -> list[Change]:
    """What changes is a draft again, until staff start it; polls that were opened already stay."""
    mine = select(Phase).where(Phase.process_id == load.process_id)
    phases = {one.slug: one for one in load.session.scalars(mine)}
    rows = _Rows(load, define)
    timed = [with_first(one, phases) for one in items]
    rows.refuse(timed)
    return apply_items(load, timed, rows.standing, rows.write)


class _Rows:
    """The series of one office, by their short names."""

    def __init__(self, load: Load, define: Define) -> None:
        self._load, self._define = load, define
        self._audiences = ids_by_slug(load, Audience, Audience.office_id == load.office_id)
        every = select(PollSeries).where(PollSeries.office_id == load.office_id)
        self._known = {one.slug: one for one in load.session.scalars(every)}

    def refuse(self, items: Sequence[Item]) -> None:
        """Raises FileWrong for what cannot be loaded here."""
        for item in items:
            row = self._known.get(item.slug)
            if row is not None and row.process_id != self._load.process_id:
                self._load.package.root.fault("polls", OTHER_SERIES, value=item.slug)
        self._load.package.faults.check()

    def standing(self, item: Item) -> dict[str, Any] | None:
        row = self._known.get(item.slug)
        if row is None:
            return None
        audiences = {row_id: slug for slug, row_id in self._audiences.items()}
        return {**row.model, "audience": audiences.get(row.audience_id or 0, "")} | {
            "weeks": row.every_weeks, "first": row.first_local, "open_days": row.open_days,
            "remind_days": row.remind_days,
        }  # fmt: skip

    def write(self, item: Item, exists: bool) -> None:
        load, values = self._load, item.values
        new = self._define(
            values | {"walk_ins": False, "names_in_groups": False},
            {"audience_id": self._audiences.get(values["audience"])},
        )
        zone = load.process.time_zone
        rhythm = Rhythm(values["weeks"], values["first"], values["open_days"], values["remind_days"])
        if not exists:
            place = Place(load.office_id, load.process_id, zone)
            add_series(load.session, place, (item.slug, new, rhythm), (None, load.now))
            return
        row = self._known[item.slug]
        begun = facts_of(row).next_local != row.first_local
        moved: dict[str, Any] = {"next_local": next_after(rhythm, zone, load.now)} if begun else {}
        moved |= {"next_at": instant_of(moved["next_local"], zone)} if begun else {}
        state = row.state if row.state == SeriesState.STOPPED else SeriesState.DRAFT.value
        columns = row_of(new, rhythm, zone) | moved | {"state": state, "written_by": None}
        load.session.execute(update(PollSeries).where(PollSeries.id == row.id).values(columns))


def with_first(item: Item, phases: Mapping[str, Phase]) -> Item:
    """With its local time, from the phases as they stand now."""
    at = local_time(item.values["first"], phases)
    assert at is not None
    return Item(item.kind, item.slug, {**item.values, "first": at.isoformat(timespec="minutes")})
