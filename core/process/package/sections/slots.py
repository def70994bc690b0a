"""Interviews by appointment: who holds them and when, under the event they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import select

from core.addresses import is_https
from core.i18n import N_
from core.process.appointments.interviewers import (
    USUAL_HOURS,
    NewInterviewer,
    change_hours,
    change_interviewer,
    keep_interviewers,
    set_change_hours,
)
from core.process.appointments.reading import interviewers
from core.process.appointments.slots import Window, read_window, write_window
from core.process.package.entry import Entry
from core.process.package.items import apply_items
from core.process.package.section import Change, Item, Load, Package
from core.process.tables import Event
from core.staff.tables import Account

APPOINTMENT = "appointment"
NOT_APPOINTMENT = N_("Only an event of kind appointment has slots.")
SAME_NAME = N_("{value} stands there twice as an interviewer.")
ENDS_BEFORE = N_("It ends before it starts.")
NOT_LINK = N_("Write the whole address at which it is held online, beginning with https://")


class SlotSection:
    """The slots of events of kind appointment."""

    keys: Mapping[str, Mapping[str, str]] = {
        "slots": {
            "change_hours": "how many hours before it people can last move or cancel an appointment, 24 if left out",
            "interviewers": "who holds the appointments: a list",
        },
        "interviewers": {
            "name": "their name, as people read it",
            "account": "the e-mail address they sign in to the console with, if they do",
            "place": "where it is held; left out, where the event is",
            "link": "where it is held online: an https address",
            "minutes": "how long an appointment is",
            "before": "minutes kept free before each",
            "after": "minutes kept free after each",
            "available": "when they have time: a list",
        },
        "available": {
            "day": "the day",
            "from": "the local time from which they have time",
            "until": "the local time until which they have time",
        },
    }

    def check(self, package: Package) -> Sequence[Item]:
        return [self._item(package, entry) for entry in package.root.children("events") if entry.has("slots")]

    def _item(self, package: Package, event: Entry) -> Item:
        entry = event.child("slots")
        entry.allow(self.keys["slots"], ("interviewers",))
        if event.data.get("kind") != APPOINTMENT:
            event.fault("slots", NOT_APPOINTMENT)
        hours = entry.number("change_hours", most=720)
        people, seen = [], set[str]()
        for one in entry.children("interviewers"):
            people.append(self._interviewer(package, one))
            name = people[-1]["name"]
            if name in seen:
                one.fault("name", SAME_NAME, value=name)
            seen.add(name)
        values = {"change_hours": USUAL_HOURS if hours is None else hours, "interviewers": people}
        return Item("slots", str(event.data.get("slug", "")), values)

    def _interviewer(self, package: Package, entry: Entry) -> dict[str, Any]:
        entry.allow(self.keys["interviewers"], ("name", "minutes", "available"))
        link = entry.text("link")
        if link and not is_https(link):
            entry.fault("link", NOT_LINK)
        return {
            "name": entry.text("name"),
            "account": entry.text("account").lower(),
            "place": entry.text("place"),
            "link": link,
            "minutes": entry.number("minutes", least=5, most=480) or 5,
            "before": entry.number("before", most=240) or 0,
            "after": entry.number("after", most=240) or 0,
            "available": [self._window(package, one) for one in entry.children("available")],
        }

    def _window(self, package: Package, entry: Entry) -> dict[str, str]:
        entry.allow(self.keys["available"], ("day", "from", "until"))
        day = entry.day("day", package.start)
        begins, until = entry.time("from", "09:00"), entry.time("until", "18:00")
        if begins >= until:
            entry.fault("until", ENDS_BEFORE)
            return write_window(Window(day, time(9), time(18)))
        return {"day": day.isoformat(), "from": begins, "until": until}

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        session = load.session
        mine = select(Event.slug, Event.id).where(Event.process_id == load.process_id)
        events = {row.slug: row.id for row in session.execute(mine)}
        emails = {row.id: row.email for row in session.execute(select(Account.id, Account.email))}
        accounts = {email: number for number, email in emails.items()}

        def standing(item: Item) -> dict[str, Any] | None:
            known = interviewers(session, events[item.slug])
            if not known:
                return None
            names = [one["name"] for one in item.values["interviewers"]]
            listed = sorted(known, key=lambda one: names.index(one.name) if one.name in names else len(names))
            people = [
                {
                    "name": one.name, "account": emails.get(one.account_id or 0, ""), "place": one.place,
                    "link": one.link, "minutes": one.minutes, "before": one.before, "after": one.after,
                    "available": one.available,
                }
                for one in listed
            ]  # fmt: skip
            return {"change_hours": change_hours(session, events[item.slug]), "interviewers": people}

        def write(item: Item, exists: bool) -> None:
            event_id, people = events[item.slug], item.values["interviewers"]
            set_change_hours(session, event_id, item.values["change_hours"])
            keep_interviewers(session, event_id, [one["name"] for one in people])
            known = {one.name: one.id for one in interviewers(session, event_id)}
            for one in people:
                new = NewInterviewer(
                    **{name: one[name] for name in ("name", "minutes", "before", "after", "place", "link")},
                    available=[read_window(raw) for raw in one["available"]],
                    account_id=accounts.get(one["account"]),
                )
                change_interviewer(session, event_id, new, known.get(one["name"]), load.now)

        return apply_items(load, items, standing, write)
