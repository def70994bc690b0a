"""The conditions on who came in an audience's rule: `came: launch` and `did_not_come: launch`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement

from core.i18n import N_
from core.people.audience import Complaint, Known, Predicate, Scope
from core.people.tables import Participant
from core.process.came import came_to, stayed_away_from
from core.process.event_rule import event_named, no_such_event, with_process

CAME, DID_NOT_COME = "came", "did_not_come"
AN_EVENT = N_("Write the event's short name after {name}:")


def came_predicates() -> tuple[Predicate, ...]:
    """Who came to an event, and who had a seat and did not come."""
    return (
        Predicate(CAME, _checked(CAME), lambda name, scope: _among(came_to(_event(name, scope))), with_process),
        Predicate(
            DID_NOT_COME,
            _checked(DID_NOT_COME),
            lambda name, scope: _among(stayed_away_from(_event(name, scope))),
            with_process,
        ),
    )


def looks_back_at(rule: Any) -> Iterator[tuple[str, str]]:
    """What a rule asks of who came: the condition and the event's name, for each."""
    if not isinstance(rule, Mapping):
        return
    for key, value in rule.items():
        if key in {CAME, DID_NOT_COME}:
            yield key, str(value)
        elif key in {"all", "any"} and isinstance(value, list):
            for one in value:
                yield from looks_back_at(one)
        elif key == "not":
            yield from looks_back_at(value)


def _checked(name: str) -> Any:
    def check(value: Any, known: Known) -> Complaint | None:
        if not isinstance(value, str) or not value:
            return AN_EVENT, {"name": name}
        return no_such_event(value, known)

    return check


def _event(name: str, scope: Scope) -> ColumnElement[int]:
    return event_named(name, scope.office_id)


def _among(people: Any) -> ColumnElement[bool]:
    return Participant.id.in_(people)
