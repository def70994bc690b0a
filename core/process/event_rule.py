"""How an audience's rule names an event: by its short name, or with the process in front: `plan-2024/launch`.

Processes of an office may have events of one short name. A package writes the short name of one of its own, and it is
kept with the process in front of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from core.i18n import N_
from core.process.tables import Event, Process

SLASH = "/"
NO_SUCH = N_("There is no {kind} {value}. Did you mean {near}?")
Known = Mapping[str, Collection[str]]


def no_such_event(name: str, known: Known) -> tuple[str, dict[str, str]] | None:
    """A complaint where a rule names an event that is not there; of other processes nothing is known."""
    process, _, slug = name.rpartition(SLASH)
    events = known.get("event")
    if events is None or (process and process not in known.get("process", ())) or slug in events:
        return None
    near = difflib.get_close_matches(slug, list(events), 1, 0.0)
    return NO_SUCH, {"kind": "event", "value": slug, "near": near[0] if near else "-"}


def with_process(name: Any, process_slug: str) -> Any:
    """The name with its process in front."""
    return name if SLASH in str(name) else f"{process_slug}{SLASH}{name}"


def names_event(name: str, process_slug: str, event_slug: str) -> bool:
    """Whether a rule that says `name` speaks of this event."""
    process, _, slug = name.rpartition(SLASH)
    return slug == event_slug and process in {"", process_slug}


def event_named(name: str, office_id: int) -> ColumnElement[int]:
    """The id of the event; where a short name alone fits several, the one that begins last, as on public pages."""
    process, _, slug = name.rpartition(SLASH)
    found = select(Event.id).join(Process, Process.id == Event.process_id)
    found = found.where(Process.office_id == office_id, Event.slug == slug)
    if process:
        found = found.where(Process.slug == process)
    return found.order_by(Event.starts_local.desc(), Event.id.desc()).limit(1).scalar_subquery()
