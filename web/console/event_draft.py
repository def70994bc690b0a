"""What the event form says, as an event's values; what is wrong with it, all at once, at its fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from core.addresses import is_https
from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_, Translator
from core.process.horizon import DayTooFar, is_too_far
from core.process.package.dates import exists, to_instant
from core.process.package.entry import MOST
from core.process.replies import MODES, Reply, modes_of
from core.process.tables import Event
from web.console.errors import LinkWrong
from web.console.times import LocalClock

KINDS = ("event", "meeting", "appointment")
LONG_TEXTS = ("summary", "directions", "programme")
TRUTHS = ("invited_only", "substitutes", "asks_needs")
MOST_COMPANIONS, MOST_HOURS = 20, 24 * 60
LONGEST_TITLE = 200
LATE = "past"  # ticked where a day in the past is meant
TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
USUAL = {"kind": "event", "mode-in-person": "yes", "offer_hours": "48", "link_hours": "24"}
LABELS = {
    "title": N_("Title"),
    "starts": N_("Begins on"),
    "ends": N_("Ends on"),
    "starts-time": N_("Begins at"),
    "ends-time": N_("Ends at"),
    "modes": N_("How one can take part"),
    "seats-in-person": N_("Places in person"),
    "seats-online": N_("Places online"),
    "overbooking": N_("Places given beyond those there are, in percent"),
    "opens": N_("Registration opens on"),
    "opens-time": N_("Registration opens at"),
    "closes": N_("Registration closes on"),
    "closes-time": N_("Registration closes at"),
    "offer_hours": N_("Hours for which a place that became free is kept for the next person"),
    "companions": N_("Whom one person may bring along, at most"),
    "link": N_("Address at which it is followed online"),
    "link_hours": N_("Hours before the start from which the address is shown"),
    "kind": N_("Kind"),
    "phase": N_("Phase"),
}


class TitleMissing(Problem):
    text = N_("Please write the title.")


class EventDayWrong(Problem):
    text = N_("Please write the day as in 2023-09-27.")


class EventTimeWrong(Problem):
    text = N_("Please write hours and minutes, as in 09:30.")


class TitleTooLong(Problem):
    text = N_("This title is too long. Please write at most {most} characters.")


class TimeSkipped(Problem):
    text = N_("There is no such time on that day: the clocks are put forward then. Please write another time.")


class BeginsInThePast(Problem):
    text = N_("This day is in the past. If that is right, tick the box beside it and keep the event once more.")


class EndsTooEarly(Problem):
    text = N_("It ends before it begins. Please correct the day or the time.")


class ClosesTooEarly(Problem):
    text = N_("Registration closes before it opens. Please correct the day or the time.")


class ClosesTooLate(Problem):
    text = N_("Registration closes after the event has begun. Please choose an earlier time.")


class NoMode(Problem):
    text = N_("Please choose at least one way to take part.")


class NumberWrong(Problem):
    text = N_("Please write a whole number from {least} to {most}.")


class SeatsWrong(Problem):
    text = N_("Please write a whole number from 1 on, or leave it empty for no limit.")


class EventChoiceWrong(Problem):
    text = N_("Please choose one of the list.")


@dataclass(frozen=True)
class Amiss:
    """What is wrong at which field, "" for the form as a whole."""

    field: str
    problem: Problem

    def label(self, t: Translator) -> str:
        """The field's own, with the language where it stands once for each."""
        name, _, code = self.field.partition("-")
        label = t(LABELS.get(self.field) or LABELS.get(name, "")) if self.field else ""
        return f"{label} ({LANGUAGE_NAMES[code]})" if code in LANGUAGE_NAMES else label


@dataclass
class Reading:
    """A form being read on a clock; readers return a harmless value where they complain."""

    form: Mapping[str, str]
    clock: LocalClock
    amiss: list[Amiss] = field(default_factory=list)

    def fault(self, name: str, problem: Problem) -> None:
        self.amiss.append(Amiss(name, problem))

    def text(self, name: str) -> str:
        return self.form.get(name, "").replace("\r\n", "\n").strip()

    def texts(self, name: str, languages: Sequence[str]) -> dict[str, str]:
        return {code: said for code in languages if (said := self.text(f"{name}-{code}"))}

    def number(self, name: str, least: int, most: int, usual: int) -> int:
        said = self.text(name)
        if not said:
            return usual
        if not (said.isascii() and said.isdecimal() and len(said) < 12 and least <= int(said) <= most):
            self.fault(name, NumberWrong(least=least, most=most))
            return usual
        return int(said)

    def seats(self, mode: str) -> int | None:
        said = self.text(f"seats-{mode}")
        if not said:
            return None
        if not (said.isascii() and said.isdecimal() and len(said) < 12 and 0 < int(said) <= MOST):
            self.fault(f"seats-{mode}", SeatsWrong())
            return None
        return int(said)

    def moment(self, name: str, *, needed: bool = False) -> datetime | None:
        """A day and its time of day; None where nothing stands, or nothing that is one."""
        day, hour = self.text(name), self.text(f"{name}-time")
        if not day and not hour and not needed:
            return None
        found = None
        try:
            found = date.fromisoformat(day)
        except ValueError:
            self.fault(name, EventDayWrong())
        if not TIME.fullmatch(hour):
            self.fault(f"{name}-time", EventTimeWrong())
            return None
        if found is None:
            return None
        local = datetime.combine(found, time.fromisoformat(hour.zfill(5)))
        if is_too_far(local, self.clock.now):
            self.fault(name, DayTooFar())
            return None
        if not exists(local, self.clock.zone):
            self.fault(f"{name}-time", TimeSkipped())
            return None
        return local

    def choice(self, name: str, known: Collection[str]) -> str:
        said = self.text(name)
        if said not in known:
            self.fault(name, EventChoiceWrong())
            return ""
        return said

    def link(self) -> str:
        link = self.text("link")
        if link and not is_https(link):
            self.fault("link", LinkWrong())
        return link


def read_event(
    form: Mapping[str, str], languages: Sequence[str], phases: Collection[str], clock: LocalClock
) -> tuple[dict[str, Any], list[Amiss]]:
    """An event's columns as the form says them; `phases` are the ids one may choose.

    A start in the past is asked about once, unless it stood there before.
    """
    read = Reading(form, clock)
    title = read.texts("title", languages)
    for code in languages:
        if code not in title:
            read.fault(f"title-{code}", TitleMissing())
        elif len(title[code]) > LONGEST_TITLE:
            read.fault(f"title-{code}", TitleTooLong(most=LONGEST_TITLE))
    starts, ends = read.moment("starts", needed=True), read.moment("ends", needed=True)
    is_late = starts is not None and to_instant(starts, clock.zone) < clock.now
    if is_late and _written(starts) != clock.stood and not read.text(LATE):
        read.fault("starts", BeginsInThePast())
    if starts and ends and ends < starts:
        read.fault("ends", EndsTooEarly())
    opens, closes = read.moment("opens"), read.moment("closes")
    if opens and closes and closes <= opens:
        read.fault("closes", ClosesTooEarly())
    if closes and starts and closes > starts:
        read.fault("closes", ClosesTooLate())
    modes = [mode.value for mode in MODES if read.text(f"mode-{mode}")]
    if not modes:
        read.fault("modes", NoMode())
    online = Reply.ONLINE in modes
    phase = read.choice("phase", {"", *phases})
    values: dict[str, Any] = {
        "kind": read.choice("kind", KINDS),
        "phase_id": int(phase) if phase else None,
        "title": title,
        **{name: read.texts(name, languages) for name in LONG_TEXTS},
        "starts_local": _written(starts) or "",
        "ends_local": _written(ends) or "",
        "opens_local": _written(opens),
        "closes_local": _written(closes),
        "place": read.text("place"),
        "address": read.text("address"),
        "online": online,
        "modes": [] if modes == list(modes_of([], online)) else modes,
        "seats": {mode.value: seats for mode in MODES if (seats := read.seats(mode)) is not None},
        "overbooking": read.number("overbooking", 0, 100, 0),
        "offer_hours": read.number("offer_hours", 1, MOST_HOURS, 48),
        "companions": read.number("companions", 0, MOST_COMPANIONS, 0),
        **{name: bool(read.text(name)) for name in TRUTHS},
        "link": read.link(),
        "link_hours": read.number("link_hours", 1, MOST_HOURS, 24),
    }
    return values, read.amiss


def standing_form(event: Event) -> dict[str, str]:
    """A kept event as the form's values: to keep them changes nothing."""
    found = {
        "kind": event.kind,
        "phase": str(event.phase_id or ""),
        "place": event.place,
        "address": event.address,
        "overbooking": str(event.overbooking),
        "offer_hours": str(event.offer_hours),
        "companions": str(event.companions),
        "link": event.link,
        "link_hours": str(event.link_hours),
    }
    for name in ("title", *LONG_TEXTS):
        found |= {f"{name}-{code}": text for code, text in getattr(event, name).items()}
    for name in ("starts", "ends", "opens", "closes"):
        local = getattr(event, f"{name}_local")
        if local:
            found |= dict(zip((name, f"{name}-time"), (local[:10], local[11:16]), strict=True))
    found |= {f"mode-{mode}": "yes" for mode in modes_of(event.modes, event.online)}
    found |= {f"seats-{mode}": str(seats) for mode, seats in event.seats.items()}
    return found | {name: "yes" for name in TRUTHS if getattr(event, name)}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment is not None else None
