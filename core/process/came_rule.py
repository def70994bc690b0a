"""The conditions on who came in an audience's rule, to an event (`came: launch`, `did_not_come: launch`) or to an
appointment (`appointment: interviews`, `appointment_held: interviews`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select

from core.i18n import N_
from core.people.audience import Complaint, Known, Predicate, Scope
from core.people.tables import Participant
from core.process.appointments.who import who_is_booked, who_was_met
from core.process.came import came_to, stayed_away_from
from core.process.event_rule import event_named, names_event, no_such_event, with_process

CAME, DID_NOT_COME = "came", "did_not_come"
BOOKED, HELD = "appointment", "appointment_held"
AN_EVENT = N_("Write the event's short name after {name}:")


PEOPLE: Mapping[str, Callable[[ColumnElement[int]], Select[tuple[int]]]] = {
    CAME: came_to,
    DID_NOT_COME: stayed_away_from,
    BOOKED: who_is_booked,
    HELD: who_was_met,
}


def came_predicates() -> tuple[Predicate, ...]:
    """Who came to an event; who had a seat and did not; who has an appointment; whose was held."""
    return tuple(_predicate(name, people) for name, people in PEOPLE.items())


def _predicate(name: str, people: Callable[[ColumnElement[int]], Select[tuple[int]]]) -> Predicate:
    def clause(value: str, scope: Scope) -> ColumnElement[bool]:
        return Participant.id.in_(people(event_named(value, scope.office_id)))

    return Predicate(name, _checked(name), clause, with_process)


def looks_back_at(rule: Any) -> Iterator[tuple[str, str]]:
    """What a rule asks of who came: the condition and the event's name, for each."""
    yield from ((condition, name) for condition, name in _asked_of(rule) if condition != BOOKED)


def asks_who_is_booked(rule: Any) -> bool:
    """Whether a rule means those who have an appointment: then it is they who are to be told of theirs."""
    if not isinstance(rule, Mapping):
        return False
    several = (one for key in ("all", "any") for one in rule.get(key, ()))
    return bool({BOOKED, HELD} & set(rule)) or any(asks_who_is_booked(one) for one in several)


def _asked_of(rule: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(rule, Mapping):
        return
    for key, value in rule.items():
        if key in PEOPLE:
            yield key, str(value)
        elif key in {"all", "any"} and isinstance(value, list):
            for one in value:
                yield from _asked_of(one)
        elif key == "not":
            yield from _asked_of(value)


def means_absent_only(rule: Any, process_slug: str, event_slug: str) -> bool:
    """Whether a rule means nobody but people who did not come to the event."""
    if not isinstance(rule, Mapping) or len(rule) != 1:
        return False
    ((key, value),) = rule.items()
    if key == "all" and isinstance(value, list):
        return any(means_absent_only(one, process_slug, event_slug) for one in value)
    return key == DID_NOT_COME and names_event(str(value), process_slug, event_slug)


def _checked(name: str) -> Any:
    def check(value: Any, known: Known) -> Complaint | None:
        if not isinstance(value, str) or not value:
            return AN_EVENT, {"name": name}
        return no_such_event(value, known)

    return check
