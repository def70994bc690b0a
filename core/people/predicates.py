"""What an audience's rule may ask of a person, as far as core knows people."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from core.i18n import N_
from core.people.audience import Complaint, Known, Predicate, Predicates, Scope
from core.people.tables import Municipality, Organisation, Zone
from core.process.came_rule import came_predicates
from core.process.rsvp_rule import rsvp_predicate

ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}")
YES, NO = "yes", "no"

NAMES = N_("Write a name, or a list of names in square brackets.")
ONLY_TRUE = N_("Only true can stand here; for the opposite write not: {{{name}: true}}")
NO_SUCH = N_("There is no {kind} {value}. Did you mean {near}?")
LIMITS = N_("Write below: or above: with a number of inhabitants, as in {{below: 5000}}")
ATTRIBUTES = N_("Write the attribute and its value, as in {{interest: mobility}}")


def names_of(value: Any) -> list[str]:
    """One name or several, as a rule writes them."""
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def check_names(value: Any, kind: str, known: Known) -> Complaint | None:
    """A complaint when it is no name or list of names, or names something that does not exist."""
    several = value if isinstance(value, list) else [value]
    if not several or not all(isinstance(one, str | int) and not isinstance(one, bool) for one in several):
        return NAMES, {}
    for name in names_of(value):
        if kind in known and name not in known[kind]:
            return NO_SUCH, {"kind": kind, "value": name, "near": _near(name, known[kind])}
    return None


def _near(name: str, known: Any) -> str:
    return min(known, key=lambda one: _distance(name, one), default="-")


def _distance(one: str, other: str) -> int:
    """How many letters differ (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, against in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (char != against))
    return row[-1]


def _check_true(name: str) -> Any:
    return lambda value, known: None if value is True else (ONLY_TRUE, {"name": name})


def _category(value: Any, scope: Scope) -> ColumnElement[bool]:
    return scope.membership.category.in_(names_of(value))


def _zone(value: Any, scope: Scope) -> ColumnElement[bool]:
    """The person's own zone, or else that of their municipality."""
    zones = select(Zone.id).where(Zone.office_id == scope.office_id, Zone.slug.in_(names_of(value)))
    member = scope.membership
    there = select(Municipality.id).where(Municipality.zone_id.in_(zones))
    return or_(member.zone_id.in_(zones), and_(member.zone_id.is_(None), member.municipality_id.in_(there)))


def _municipality(value: Any, scope: Scope) -> ColumnElement[bool]:
    places = select(Municipality.id).where(
        Municipality.office_id == scope.office_id, Municipality.slug.in_(names_of(value))
    )
    return scope.membership.municipality_id.in_(places)


def _check_population(value: Any, known: Known) -> Complaint | None:
    fine = isinstance(value, dict) and value and set(value) <= {"below", "above"}
    if not fine or any(not isinstance(limit, int) or isinstance(limit, bool) for limit in value.values()):
        return LIMITS, {}
    return None


def _population(value: dict[str, int], scope: Scope) -> ColumnElement[bool]:
    places = select(Municipality.id).where(Municipality.office_id == scope.office_id)
    if "below" in value:
        places = places.where(Municipality.population < value["below"])
    if "above" in value:
        places = places.where(Municipality.population > value["above"])
    return scope.membership.municipality_id.in_(places)


def attribute_text(value: Any) -> str:
    """An attribute's value as it is stored: text, a truth as yes or no."""
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def _check_attribute(value: Any, known: Known) -> Complaint | None:
    if not isinstance(value, dict) or not value:
        return ATTRIBUTES, {}
    for name, wanted in value.items():
        several = wanted if isinstance(wanted, list) else [wanted]
        if not ATTRIBUTE.fullmatch(str(name)) or any(isinstance(one, dict | list) or one is None for one in several):
            return ATTRIBUTES, {}
    return None


def _attribute(value: dict[str, Any], scope: Scope) -> ColumnElement[bool]:
    def one(name: str, wanted: Any) -> ColumnElement[bool]:
        several = wanted if isinstance(wanted, list) else [wanted]
        stored: ColumnElement[str] = scope.membership.attributes[name].as_string()
        return stored.in_([attribute_text(each) for each in several])

    return and_(*(one(name, wanted) for name, wanted in value.items()))


def _organisation_kind(value: Any, scope: Scope) -> ColumnElement[bool]:
    bodies = select(Organisation.id).where(
        Organisation.office_id == scope.office_id, Organisation.kind.in_(names_of(value))
    )
    return scope.membership.organisation_id.in_(bodies)


def _took_part(value: Any, scope: Scope) -> ColumnElement[bool]:
    return _attribute({"took_part": YES}, scope)


def _everyone(value: Any, scope: Scope) -> ColumnElement[bool]:
    return true()


def core_predicates() -> Predicates:
    """The conditions core knows, by name."""
    found = (
        Predicate("category", lambda value, known: check_names(value, "category", known), _category),
        Predicate("zone", lambda value, known: check_names(value, "zone", known), _zone),
        Predicate("municipality", lambda value, known: check_names(value, "municipality", known), _municipality),
        Predicate("population", _check_population, _population),
        Predicate("attribute", _check_attribute, _attribute),
        Predicate(
            "organisation_kind", lambda value, known: check_names(value, "organisation_kind", known), _organisation_kind
        ),
        Predicate("took_part", _check_true("took_part"), _took_part),
        Predicate("everyone", _check_true("everyone"), _everyone),
        rsvp_predicate(),
        *came_predicates(),
    )
    return {one.name: one for one in found}
