"""The office and the process itself, with its send window and its retention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import insert, select, update

from core.i18n import LANGUAGES, N_
from core.people.addresses import normal_email
from core.people.errors import EmailWrong
from core.people.open_offices import LONGEST_TEXT
from core.process.package.entry import Entry
from core.process.package.items import apply_items
from core.process.package.section import Change, Item, Load, Package
from core.process.tables import Office, Process

MUNICIPALITY, ABOVE = "municipality", ("union", "zone")
KINDS = ("authority", MUNICIPALITY, *ABOVE)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_QUIET = 366
KEPT = ("answers", "deliveries", "people")

ONLY_BELOW = N_("Only a municipality belongs to a union or a zone.")
NOTHING_ABOVE = N_("There is no union and no zone {value} here. Load it first, or correct the short name.")
NEEDED = N_("The section {key} is missing.")
NO_ZONE = N_("{value} is no time zone. Write it as in Europe/Rome.")
NO_LANGUAGES = N_("Write the languages as a list, as in [it, en], out of: {known}.")
NO_DAYS = N_("Write the days as a list out of: {known}.")
NO_HOURS = N_("The hour after until must be later than the one after from.")
NO_DAYS_LEFT = N_("The day after until must not be before the one after from.")
NO_CONSENT_TEXT = N_("People who join by themselves agree to a text: write it after text, one a language.")
LONG_CONSENT_TEXT = N_("The text in {language} is too long: at most {most} characters.")
TOO_QUIET = N_("These are {days} quiet days in all; at most {most} are possible. Please check their dates.")
NO_MAIL = N_("{value} is not an e-mail address.")


class OfficeSection:
    """Whose process it is."""

    keys: Mapping[str, Mapping[str, str]] = {
        "office": {
            "slug": "the office's short name, unique in the installation",
            "name": "its name, as people read it",
            "kind": "authority, municipality, union or zone",
            "above": "the union or zone that a municipality belongs to: its short name, loaded before",
            "contact_email": "where people write to",
            "address": "its postal address, for the foot of mails",
            "one_person": "true where one person does everything: who writes a mailing may then release it too",
            "joining": "whether people may join by themselves, and what they agree to",
            "categories": "what its people's categories are called: to each one text a language",
        },
        "joining": {
            "open": "true if people may join by themselves, on the web and in chat",
            "text": "what they agree to, in full, one text a language",
        },
    }

    def check(self, package: Package) -> Sequence[Item]:
        entry = package.root.child("office")
        if not package.root.has("office"):
            package.root.fault(None, NEEDED, key="office")
            return []
        entry.allow(self.keys["office"], ("slug", "name", "kind"))
        mail = entry.text("contact_email")
        try:
            mail = normal_email(mail) if mail else ""
        except EmailWrong:
            entry.fault("contact_email", NO_MAIL, value=mail)
        values = {
            "name": entry.text("name"),
            "kind": entry.choice("kind", KINDS),
            "contact_email": mail,
            "address": entry.text("address"),
            "one_person": entry.truth("one_person"),
            "joining": self._joining(package, entry),
            "category_titles": self._categories(package, entry) if entry.has("categories") else {},
        }
        if entry.has("above"):  # offices that say nothing compare as they did before they could
            values |= {"above": entry.slug("above")}
            if values["kind"] != MUNICIPALITY:
                entry.fault("above", ONLY_BELOW)
        return [Item("office", entry.slug(), values)]

    def _categories(self, package: Package, office: Entry) -> dict[str, dict[str, str]]:
        entry = office.child("categories")
        return {str(name): entry.texts(name, package.told_languages) for name in entry.data}

    def _joining(self, package: Package, office: Entry) -> dict[str, Any]:
        if not office.has("joining"):
            return {}
        entry = office.child("joining")
        entry.allow(self.keys["joining"], ("open",))
        is_open, text = entry.truth("open"), entry.texts("text", package.told_languages)
        if is_open and not text:
            entry.fault("text", NO_CONSENT_TEXT)
        for language, one in text.items():
            if len(one.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_TEXT:
                entry.fault("text", LONG_CONSENT_TEXT, language=language, most=str(LONGEST_TEXT))
        return {"open": is_open, "text": text}

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        (item,) = items
        above_id = self._above(load, item)
        known = load.session.scalars(select(Office).where(Office.slug == item.slug)).one_or_none()
        if known is None:  # what is remembered of loads belongs to an office, so that it comes first
            added = insert(Office).values(slug=item.slug, **_columns(item, above_id)).returning(Office.id)
            load.office_id = load.session.execute(added).scalar_one()
        else:
            load.office_id = known.id

        def standing(_: Item) -> dict[str, Any] | None:
            if known is None:
                return None
            own = {name: getattr(known, name) for name in item.values if name != "above"}
            above = load.session.get(Office, known.parent_id) if known.parent_id is not None else None
            return own | ({"above": above.slug if above is not None else ""} if "above" in item.values else {})

        def write(one: Item, exists: bool) -> None:
            if exists:
                values = _columns(one, above_id)
                load.session.execute(update(Office).where(Office.id == load.office_id).values(values))

        return apply_items(load, items, standing, write)

    def _above(self, load: Load, item: Item) -> int | None:
        """The office above, None where the package names none."""
        slug = item.values.get("above", "")
        if not slug:
            return None
        kinds = Office.kind.in_(ABOVE)
        found = load.session.scalar(select(Office.id).where(Office.slug == slug, kinds))
        if found is None:
            load.package.root.fault_at(("office", "above"), NOTHING_ABOVE, value=slug)
            load.package.faults.check()
        return found


def _columns(item: Item, above_id: int | None) -> dict[str, Any]:
    values = {name: value for name, value in item.values.items() if name != "above"}
    return values | ({"parent_id": above_id} if "above" in item.values else {})


class ProcessSection:
    """The process's own facts; later sections read its languages and time zone."""

    keys: Mapping[str, Mapping[str, str]] = {
        "process": {
            "slug": "the process's short name, unique in the office",
            "title": "its title, one text a language",
            "summary": "what it is about, one text a language",
            "languages": "the languages people are written to in, the first is the usual one",
            "time_zone": "the zone in which all its times are meant, Europe/Rome if left out",
            "start": "the day from which relative dates count",
            "seat": "the municipality whose patron saint's day is a holiday: its slug in territories.csv",
        },
        "send_window": {
            "days": "on which days messages leave: a list of mon to sun",
            "from": "the earliest local time",
            "until": "the latest local time",
            "holidays": "true if messages leave on public holidays too",
            "quiet": "days on which nothing leaves, such as the silence before an election",
        },
        "quiet": {
            "from": "the first of the days",
            "until": "the last of them; the same day if left out",
            "reason": "why, for staff",
        },
        "retention": {
            "answers": "for how many months after the process answers stay with their person",
            "deliveries": "for how many months the ledger of deliveries is kept",
            "people": "for how many months people stay in the office's list",
        },
    }

    def check(self, package: Package) -> Sequence[Item]:
        entry = package.root.child("process")
        if not package.root.has("process"):
            package.root.fault(None, NEEDED, key="process")
            return []
        entry.allow(self.keys["process"], ("slug", "title", "languages", "start"))
        package.slug = entry.slug()
        package.languages = self._languages(package)
        package.time_zone = entry.text("time_zone", "Europe/Rome")
        if package.time_zone not in available_timezones():
            entry.fault("time_zone", NO_ZONE, value=package.time_zone)
            package.time_zone = "UTC"
        entry.day("start", package.start)
        values = {
            "title": entry.texts("title", package.languages),
            "summary": entry.texts("summary", package.languages),
            "languages": list(package.languages),
            "time_zone": ZoneInfo(package.time_zone).key,
            "seat": entry.slug("seat"),
            "send_window": self._window(package),
            "retention": self._retention(package),
        }
        return [Item("process", package.slug, values)]

    def _languages(self, package: Package) -> tuple[str, ...]:
        entry = package.root.child("process")
        found = entry.data.get("languages")
        if not isinstance(found, list) or not found or not set(map(str, found)) <= set(LANGUAGES):
            if "languages" in entry.data:
                entry.fault("languages", NO_LANGUAGES, known=", ".join(LANGUAGES))
            return ()
        return tuple(dict.fromkeys(map(str, found)))

    def _window(self, package: Package) -> dict[str, Any]:
        if not package.root.has("send_window"):
            return {}
        entry = package.root.child("send_window")
        entry.allow(self.keys["send_window"], ("days", "from", "until"))
        days = entry.data.get("days", [])
        if not isinstance(days, list) or not days or not set(map(str, days)) <= set(DAYS):
            if "days" in entry.data:
                entry.fault("days", NO_DAYS, known=", ".join(DAYS))
            days = list(DAYS)
        opens, closes = entry.time("from", "00:00"), entry.time("until", "24:00")
        if opens >= closes:
            entry.fault("until", NO_HOURS)
        numbers = sorted({DAYS.index(str(day)) for day in days})
        window = {"days": numbers, "from": opens, "until": closes, "holidays": entry.truth("holidays")}
        quiet = [self._quiet(package, one) for one in entry.children("quiet")]
        days_off = sum((date.fromisoformat(one["until"]) - date.fromisoformat(one["from"])).days + 1 for one in quiet)
        if days_off > MOST_QUIET:
            entry.fault("quiet", TOO_QUIET, days=str(days_off), most=str(MOST_QUIET))
        return window | ({"quiet": quiet} if quiet else {})

    def _quiet(self, package: Package, entry: Entry) -> dict[str, str]:
        entry.allow(self.keys["quiet"], ("from",))
        first = entry.day("from", package.start)
        last = entry.day("until", package.start) if entry.has("until") else first
        if last < first:
            entry.fault("until", NO_DAYS_LEFT)
        return {"from": first.isoformat(), "until": last.isoformat(), "reason": entry.text("reason")}

    def _retention(self, package: Package) -> dict[str, Any]:
        if not package.root.has("retention"):
            return {}
        entry = package.root.child("retention")
        entry.allow(self.keys["retention"])
        months = {name: entry.number(name, least=1) for name in KEPT}
        return {name: count for name, count in months.items() if count is not None}

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        (item,) = items
        mine = (Process.office_id == load.office_id, Process.slug == item.slug)
        known = load.session.scalars(select(Process).where(*mine)).one_or_none()

        def standing(_: Item) -> dict[str, Any] | None:
            return None if known is None else {name: getattr(known, name) for name in item.values}

        def write(one: Item, exists: bool) -> None:
            if exists:
                load.session.execute(update(Process).where(*mine).values(one.values))
            else:
                row = {"office_id": load.office_id, "slug": one.slug, **one.values}
                load.session.execute(insert(Process).values(row))

        changes = apply_items(load, items, standing, write)
        load.process_id = load.session.scalars(select(Process.id).where(*mine)).one()
        return changes
