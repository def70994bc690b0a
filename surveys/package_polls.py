"""What surveys adds to a process package for polls: what is asked, of whom, when, and how it is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.faults import Fault
from core.file_contents import keep_content
from core.i18n import N_
from core.ids import RandomIds
from core.people.tables import Audience
from core.process.package.entry import Entry
from core.process.package.items import apply_items, digest, ids_by_slug
from core.process.package.section import Change, Item, Load, Package, What
from core.process.tables import Event, Phase
from surveys.package_rounds import local_time, read_time
from surveys.package_series import KIND as SERIES
from surveys.package_series import apply_series, series_item
from surveys.polls.checking import NO_TITLE, check
from surveys.polls.kinds import METHODS, Counting, Kind, Rules, Secrecy, Shown, Ties
from surveys.polls.making import NOT_BEGUN, add_poll, change_poll, plan_poll
from surveys.polls.option_pictures import LARGEST_MB, NotPicture, type_of
from surveys.polls.poll import Definition, Option, Picture
from surveys.polls.store import Place, facts_of, instant_of
from surveys.polls.tables import Poll

OTHER_POLL = N_("Another process of the office has a poll {value} already. Choose another short name.")
SECRECY_FIXED = N_("Whether the poll is named or anonymous was fixed when it was made. Take it away and make another.")
HAS_BEGUN = N_("The poll {value} has been opened: what the package changes of it was left as it is.")
NOT_QUORUM = N_("Write a quorum as a number of people, or as a percentage: 30, or 30%.")
READY_WHEN = N_("A poll that is ready needs a time at which it opens.")
QUORUM = re.compile(r"(\d{1,7})\s*(%?)")
OPTION_KEYS = {
    "name": "what ballots say for it: letters, digits, hyphens",
    "label": "its text, one a language",
    "picture": "a picture in the package",
    "shows": "what the picture shows, for who cannot see it, one text a language",
}
USUAL_SCALE = (1, 5)

ChangePoll = Callable[[Session, int, Definition, datetime], None]


class PollSection:
    """Polls; those that are `ready` open by themselves at their time."""

    keys: Mapping[str, Mapping[str, str]] = {
        "polls": {
            "slug": "the poll's short name, unique in the office",
            "kind": "single, multiple, scale, ranking, dots or text",
            "title": "the question, one text a language",
            "summary": "what there is to know before voting, one text a language",
            "options": "what can be chosen: a list with name, label and, if wanted, picture and shows",
            "least": "how many options at least; where a scale begins",
            "most": "how many options, points for one option, or characters at most; where a scale ends",
            "budget": "of kind dots: how many points there are to give",
            "low": "what the lower end of a scale means, one text a language",
            "high": "what its upper end means, one text a language",
            "none": "true if one can choose none of these",
            "shuffled": "true if everybody sees the options in an order of their own",
            "method": "how it is counted: see docs/polls.md",
            "beside": "of a ranking: a second method, which is shown and decides nothing",
            "tie_method": "of a ranking: the method that puts equal options in order before ties does",
            "ties": "what becomes of options that come out equal: equal, order or lot",
            "quorum": "how many have to take part: people, or a percentage of those asked, as in 30%",
            "threshold": "the percentage of ballots of which the winner needs more",
            "secrecy": "named or anonymous (if left out)",
            "results": "when those asked see the result: live, after_vote or after_close (if left out)",
            "audience": "who may vote; everybody of the office if left out",
            "walk_ins": "true if whoever has the room's address may vote too, counted apart",
            "names_in_groups": "true if Telegram's own poll may show in a group who of it chose what",
            "event": "the event at which it takes place",
            "opens": "a local day and time, or a mapping: phase, at (opens or closes), days, time",
            "closes": "the same; without it staff close the poll",
            "ready": "true if it opens by itself",
            "every": "a mapping that makes it come back: weeks, open_days, remind_days",
        }
    }

    def __init__(self, change: ChangePoll = change_poll) -> None:
        self._change = change

    def check(self, package: Package) -> Sequence[Item]:
        return [self._item(package, entry) for entry in self._entries(package)]

    def _entries(self, package: Package) -> Sequence[Entry]:
        return package.entries("polls", self.keys["polls"], ("slug", "kind", "title"))

    def _item(self, package: Package, entry: Entry) -> Item:
        kinds = [one.value for one in Kind]
        told = entry.choice("kind", kinds)
        kind = Kind(told) if told in kinds else Kind.SINGLE
        values = {
            "kind": kind.value,
            "title": entry.texts("title", package.languages),
            "summary": entry.texts("summary", package.languages),
            "options": self._options(package, entry),
            "rules": _rules(package, entry, kind).to_json(),
            "counting": _counting(entry, kind).to_json(),
            "secrecy": entry.choice("secrecy", [one.value for one in Secrecy], "anonymous"),
            "shown": entry.choice("results", [one.value for one in Shown], "after_close"),
            "walk_ins": entry.truth("walk_ins"),
            "names_in_groups": entry.truth("names_in_groups"),
            "audience": entry.reference("audience", "audience", package.slugs_of("audiences")),
            "event": entry.reference("event", "event", package.slugs_of("events")),
            "opens": read_time(package, entry, "opens"),
            "closes": read_time(package, entry, "closes"),
            "ready": entry.truth("ready"),
        }
        if values["ready"] and not entry.has("opens"):
            entry.fault("ready", READY_WHEN)
        if told in kinds and values["secrecy"] in set(Secrecy) and values["shown"] in set(Shown):
            for fault in check(_definition(values, _timeless(values)), package.languages):
                if fault.text != NO_TITLE:  # told already, with its line
                    entry.fault(fault.about if entry.has(fault.about) else None, fault.text, **fault.values)
        return series_item(package, entry, values) if entry.has("every") else Item("poll", entry.slug(), values)

    def _options(self, package: Package, entry: Entry) -> list[dict[str, Any]]:
        found = []
        for one in entry.children("options"):
            one.allow(OPTION_KEYS, ("name", "label"))
            label = one.texts("label", ())  # what is missing is told with the option's name
            found.append(Option(one.text("name"), label, self._picture(package, one)).to_json())
        return found

    def _picture(self, package: Package, entry: Entry) -> Picture | None:
        path = package.file(entry, "picture") if entry.has("picture") else None
        if path is None:
            return None
        content = path.read_bytes()
        media_type = type_of(content)
        if not media_type:
            entry.fault("picture", NotPicture.text, name=entry.text("picture"), limit=str(LARGEST_MB))
            return None
        return Picture(sha256(content).hexdigest(), media_type, entry.texts("shows", ()))

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        for path in self._pictures(load.package):
            keep_content(load.session, path.read_bytes())
        polls = [one for one in items if one.kind != SERIES]
        return [
            *self._apply_polls(load, polls),
            *apply_series(load, [one for one in items if one.kind == SERIES], _definition),
        ]

    def _pictures(self, package: Package) -> Iterator[Path]:
        """Those of a package that was checked."""
        for entry in self._entries(package):
            for option in entry.children("options"):
                path = package.file(option, "picture") if option.has("picture") else None
                if path is not None:
                    yield path

    def _apply_polls(self, load: Load, items: Sequence[Item]) -> list[Change]:
        rows = _Rows(load, {one.slug: bool(one.values["ready"]) for one in items}, self._change)
        mine = select(Phase).where(Phase.process_id == load.process_id)
        phases = {one.slug: one for one in load.session.scalars(mine)}
        timed = [_timed(item, phases) for item in items]
        rows.refuse(timed)
        begun = [one for one in timed if rows.has_begun(one)]
        changes = apply_items(load, [one for one in timed if one not in begun], rows.standing, rows.write)
        for one in begun:
            is_same = digest(rows.standing(one) or {}) == digest(one.values)
            changes.append(Change(one.kind, one.slug, What.UNCHANGED if is_same else What.KEPT))
            if not is_same:
                file, place = load.package.document.file, ("polls", timed.index(one), "slug")
                line = load.package.document.line(place)
                load.package.warnings.append(Fault(file, line, "", HAS_BEGUN, {"value": one.slug}))
        return changes


class _Rows:
    """The polls of one office, by their short names."""

    def __init__(self, load: Load, ready: Mapping[str, bool], change: ChangePoll) -> None:
        self._load, self._ready, self._ids, self._change = load, ready, RandomIds(), change
        self._audiences = ids_by_slug(load, Audience, Audience.office_id == load.office_id)
        self._events = ids_by_slug(load, Event, Event.process_id == load.process_id)
        every = select(Poll).where(Poll.office_id == load.office_id)
        self._known = {one.slug: one for one in load.session.scalars(every)}

    def refuse(self, items: Sequence[Item]) -> None:
        """Raises FileWrong for what cannot be loaded here."""
        for at, item in enumerate(items):
            row = self._known.get(item.slug)
            if row is not None and row.process_id != self._load.process_id:
                self._load.package.root.fault_at(("polls", at, "slug"), OTHER_POLL, value=item.slug)
            elif row is not None and row.secrecy != item.values["secrecy"]:
                self._load.package.root.fault_at(("polls", at, "slug"), SECRECY_FIXED)
        self._load.package.faults.check()

    def has_begun(self, item: Item) -> bool:
        row = self._known.get(item.slug)
        return row is not None and facts_of(row).state_at(self._load.now) not in NOT_BEGUN

    def standing(self, item: Item) -> dict[str, Any] | None:
        row = self._known.get(item.slug)
        if row is None:
            return None
        audiences = {row_id: slug for slug, row_id in self._audiences.items()}
        events = {row_id: slug for slug, row_id in self._events.items()}
        names = ("kind", "title", "summary", "options", "rules", "counting", "secrecy", "shown", "walk_ins")
        return {name: getattr(row, name) for name in names} | {
            "names_in_groups": row.names_in_groups,
            "audience": audiences.get(row.audience_id or 0, ""),
            "event": events.get(row.event_id or 0, ""),
            "opens": row.opens_local,
            "closes": row.closes_local,
        }

    def write(self, item: Item, exists: bool) -> None:
        load, values = self._load, item.values
        named = {"audience_id": self._audiences.get(values["audience"]), "event_id": self._events.get(values["event"])}
        times = {"opens_local": values["opens"], "closes_local": values["closes"]}
        new = _definition(values, {**named, **times})
        if exists:
            poll_id = self._known[item.slug].id
            self._change(load.session, poll_id, new, load.now)
        else:
            place = Place(load.office_id, load.process_id, load.process.time_zone)
            poll_id = add_poll(load.session, self._ids, place, (item.slug, new), load.now)
        closes = instant_of(values["closes"], load.process.time_zone)
        if self._ready[item.slug] and (closes is None or load.now < closes):
            plan_poll(load.session, poll_id, load.now)


def _timeless(values: Mapping[str, Any]) -> dict[str, Any]:
    """Times as they are written, where they hang on no phase."""
    times = {f"{one}_local": values[one] for one in ("opens", "closes")}
    return {name: time if isinstance(time, str) else None for name, time in times.items()}


def _definition(values: Mapping[str, Any], more: Mapping[str, Any]) -> Definition:
    kind = Kind(values["kind"])
    return Definition(
        kind=kind,
        title=values["title"],
        options=tuple(Option.from_json(one) for one in values["options"]),
        rules=Rules.from_json(kind, values["rules"]),
        counting=Counting.from_json(values["counting"]),
        summary=values["summary"],
        secrecy=Secrecy(values["secrecy"]),
        shown=Shown(values["shown"]),
        walk_ins=values["walk_ins"],
        names_in_groups=values["names_in_groups"],
        **more,
    )


def _rules(package: Package, entry: Entry, kind: Kind) -> Rules:
    usual_least, usual_most = USUAL_SCALE if kind is Kind.SCALE else (1, 0)
    least, most = entry.number("least"), entry.number("most")
    return Rules(
        kind,
        least=usual_least if least is None else least,
        most=usual_most if most is None else most,
        budget=entry.number("budget") or 0,
        low=entry.texts("low", package.languages),
        high=entry.texts("high", package.languages),
        none=entry.truth("none"),
        shuffled=entry.truth("shuffled"),
    )


def _counting(entry: Entry, kind: Kind) -> Counting:
    known = [one for one in METHODS[kind] if one]
    method = entry.choice("method", known, METHODS[kind][0])
    ties = entry.choice("ties", [one.value for one in Ties], "equal")
    written = QUORUM.fullmatch(entry.text("quorum", "0"))
    if written is None:
        entry.fault("quorum", NOT_QUORUM)
    quorum, of_all = (int(written[1]), bool(written[2])) if written else (0, False)
    threshold = entry.number("threshold", 0, 99) or 0
    tied = Ties(ties) if ties in set(Ties) else Ties.EQUAL
    by = entry.choice("tie_method", METHODS[Kind.RANKING], "") if entry.has("tie_method") else ""
    return Counting(method, tied, quorum, of_all, threshold, tie_method=by, beside=entry.text("beside"))


def _timed(item: Item, phases: Mapping[str, Phase]) -> Item:
    """With its local times, from the phases as they stand now; whether it is ready is no part of what is compared."""
    values = {name: value for name, value in item.values.items() if name != "ready"}
    for key in ("opens", "closes"):
        at = local_time(values[key], phases)
        values[key] = at.isoformat(timespec="minutes") if at is not None else None
    return Item(item.kind, item.slug, values)
