"""The condition on replies in an audience's rule: `rsvp: {event: launch, reply: [in-person, online]}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from core.i18n import N_
from core.people.audience import Complaint, Known, Predicate, Scope
from core.people.tables import Participant
from core.process.event_rule import event_named, names_event, no_such_event, with_process
from core.process.replies import NO_REPLY, Reply
from core.process.standing import standing_attendance
from core.process.tables import Attendance

NAME = "rsvp"
WANTED = (*(one.value for one in Reply), NO_REPLY)

RSVP = N_(
    "Write the event and the replies, as in {{event: launch, reply: [in-person, online]}}. "
    "The replies are in-person, online, maybe, no, and none for who has not replied."
)


def rsvp_predicate() -> Predicate:
    """Who replied so to an event of the office, or (`none`) has not replied."""
    return Predicate(NAME, _check, _clause, _qualify)


def means_silent_only(rule: Any, process_slug: str, event_slug: str) -> bool:
    """Whether a rule means nobody but people who have not replied to the event."""
    if not isinstance(rule, Mapping) or len(rule) != 1:
        return False
    ((key, value),) = rule.items()
    if key == "all" and isinstance(value, list):
        return any(means_silent_only(one, process_slug, event_slug) for one in value)
    return key == NAME and names_event(value["event"], process_slug, event_slug) and set(_replies(value)) == {NO_REPLY}


def _replies(value: Mapping[str, Any]) -> list[str]:
    """One reply or several; YAML reads a bare `no` as false."""
    wanted = value.get("reply")
    several = wanted if isinstance(wanted, list) else [wanted]
    return [Reply.NO.value if one is False else str(one) for one in several]


def _check(value: Any, known: Known) -> Complaint | None:
    if not isinstance(value, dict) or set(value) != {"event", "reply"} or not isinstance(value["event"], str):
        return RSVP, {}
    replies = _replies(value)
    if not replies or not set(replies) <= set(WANTED):
        return RSVP, {}
    return no_such_event(value["event"], known)


def _qualify(value: dict[str, Any], process_slug: str) -> dict[str, Any]:
    return {**value, "event": with_process(value["event"], process_slug)}


def _clause(value: dict[str, Any], scope: Scope) -> ColumnElement[bool]:
    attended = standing_attendance(Attendance.event_id == event_named(value["event"], scope.office_id))
    wanted = _replies(value)
    so = Participant.id.in_(select(attended.c.person_id).where(attended.c.reply.in_(wanted)))
    return or_(so, Participant.id.not_in(select(attended.c.person_id))) if NO_REPLY in wanted else so
