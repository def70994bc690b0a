"""When a mailing is due, told from a phase, an event, a poll or a round: "3 working days after it opens, at 9:30".

Pure: what it needs of the process comes as a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import Problem
from core.i18n import N_
from core.process.package.entry import MOST_DAYS
from notifications.planning.workdays import Feast, shift_working_days

PHASE_MOMENTS = ("opens", "closes")
EVENT_MOMENTS = ("starts", "ends")
MOMENTS = {"phase": PHASE_MOMENTS, "event": EVENT_MOMENTS, "poll": PHASE_MOMENTS, "round": PHASE_MOMENTS}
KEYS = {*MOMENTS, "at", "days", "hours", "working", "time"}
MOST_HOURS = 24 * 14


class AnchorWrong(Problem):
    text = N_(
        "The anchor is not understood ({reason}). Write, for instance: "
        "phase: analysis, at: opens, days: 3, working: true, time: 09:30"
    )


class AnchorUnknown(Problem):
    text = N_("The process has no {kind} called {slug}. Correct the anchor or add it to the process.")


class AnchorWaits(Problem):
    """No mistake: the poll has no such time yet."""

    text = N_("The poll {slug} has no such time yet: it leaves once the poll is opened, or its close is set.")


class AnchorEndless(Problem):
    text = N_("The round {slug} has no end. Choose its opening, or give it an end.")


@dataclass(frozen=True)
class Anchor:
    """`kind` is one of MOMENTS; `days` may be negative; without `at_time` the own time of what is no phase is kept.

    `hours`, before or after an event, stand in place of all the others.
    """

    kind: str
    slug: str
    moment: str
    days: int = 0
    working: bool = False
    at_time: time | None = None
    hours: int = 0


@dataclass(frozen=True)
class Timetable:
    """A process's dates: phases as first and last local day, events as local start and end, polls as local opening and
    close where they have them, rounds likewise, its patron saint's day."""

    zone: str
    phases: Mapping[str, tuple[date, date]]
    events: Mapping[str, tuple[datetime, datetime]]
    feast: Feast | None = None
    polls: Mapping[str, tuple[datetime | None, datetime | None]] = field(default_factory=dict)
    rounds: Mapping[str, tuple[datetime, datetime | None]] = field(default_factory=dict)


def parse_anchor(raw: Mapping[str, Any]) -> Anchor:
    """Reads an anchor as a package writes it; raises AnchorWrong."""
    if strange := set(raw) - KEYS:
        raise AnchorWrong(reason=f"unknown: {', '.join(sorted(map(str, strange)))}")
    kinds = [kind for kind in MOMENTS if kind in raw]
    if len(kinds) != 1:
        raise AnchorWrong(reason="one of phase, event, poll and round is needed")
    kind = kinds[0]
    moments = MOMENTS[kind]
    moment = raw.get("at", moments[0])
    if moment not in moments:
        raise AnchorWrong(reason=f"at: {' or '.join(moments)}")
    days, working = raw.get("days", 0), raw.get("working", False)
    if not isinstance(days, int) or isinstance(days, bool) or abs(days) > MOST_DAYS:
        raise AnchorWrong(reason=f"days: a whole number, at most {MOST_DAYS}")
    if not isinstance(working, bool):
        raise AnchorWrong(reason="working: true or false")
    if "hours" in raw:
        return Anchor(kind, str(raw[kind]), moment, hours=_read_hours(raw))
    return Anchor(kind, str(raw[kind]), moment, days, working, _read_time(raw.get("time"), needed=kind == "phase"))


def leaves_at_its_hour(raw: Mapping[str, Any] | None) -> bool:
    """Whether a mailing is counted in hours: then it is of use at that hour alone, and waits for no send window."""
    return "hours" in (raw or {})


def _read_hours(raw: Mapping[str, Any]) -> int:
    hours = raw["hours"]
    if "event" not in raw or any(raw.get(key) for key in ("days", "working", "time")):
        raise AnchorWrong(reason="hours: of an event, without days, working and time")
    if not isinstance(hours, int) or isinstance(hours, bool) or abs(hours) > MOST_HOURS:
        raise AnchorWrong(reason=f"hours: a whole number, at most {MOST_HOURS}")
    return hours


def _read_time(raw: object, *, needed: bool) -> time | None:
    if raw is None and not needed:
        return None
    try:
        hours, minutes = str(raw).split(":")
        return time(int(hours), int(minutes))
    except ValueError as error:
        raise AnchorWrong(reason="time: HH:MM") from error


def due_local(anchor: Anchor, timetable: Timetable) -> datetime:
    """The local time an anchor means, without a zone; raises AnchorUnknown, AnchorWaits, AnchorEndless."""
    start, end = _find(anchor, timetable)
    base = start if anchor.moment in {"opens", "starts"} else end
    if base is None and anchor.kind == "round":
        raise AnchorEndless(slug=anchor.slug)
    if base is None:
        raise AnchorWaits(slug=anchor.slug)
    if anchor.hours and isinstance(base, datetime):
        return base + timedelta(hours=anchor.hours)
    day = base.date() if isinstance(base, datetime) else base
    own_time = base.time() if isinstance(base, datetime) else time()
    if anchor.working:
        day = shift_working_days(day, anchor.days, timetable.feast)
    else:
        day += timedelta(days=anchor.days)
    return datetime.combine(day, own_time if anchor.at_time is None else anchor.at_time)


def _find(anchor: Anchor, timetable: Timetable) -> tuple[date | None, date | None]:
    dates: dict[str, Mapping[str, tuple[date | None, date | None]]] = {
        "phase": timetable.phases,
        "event": timetable.events,
        "poll": timetable.polls,
        "round": timetable.rounds,
    }
    known = dates[anchor.kind]
    if anchor.slug not in known:
        raise AnchorUnknown(kind=anchor.kind, slug=anchor.slug)
    return known[anchor.slug]


def to_utc(local: datetime, zone: str) -> datetime:
    """The instant of a local time.

    A time that does not exist (summer time begins) moves forward by the gap; of a time that
    exists twice (summer time ends) it is the first.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def latest_useful(anchor: Anchor, timetable: Timetable, event: str = "") -> datetime | None:
    """After this instant the mailing would be late for what it announces: an event that has begun.

    `event` is the one it is about where it does not hang on it.
    """
    slug = event or (anchor.slug if anchor.kind == "event" else "")
    if not slug:
        return None
    if slug not in timetable.events:
        raise AnchorUnknown(kind="event", slug=slug)
    starts_at = to_utc(timetable.events[slug][0], timetable.zone)
    try:
        due_at = to_utc(due_local(anchor, timetable), timetable.zone)
    except AnchorWaits:
        return starts_at
    return starts_at if due_at <= starts_at else None
