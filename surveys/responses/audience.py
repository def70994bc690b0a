"""The conditions that surveys adds to audience rules: `answered: ROUND` and `started: ROUND`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, or_

from core.people.audience import AudienceClause, Complaint, Known, Predicate, Predicates, Scope, audience_clause
from core.people.predicates import check_names, core_predicates, names_of
from surveys.polls.predicates import poll_predicates
from surveys.responses.predicates import answered, started

Responded = Callable[[str, int], ColumnElement[bool]]


def survey_predicates() -> Predicates:
    """`answered` (completely) and `started` (completely or not), each with a round's slug; `voted`, `not_voted`."""
    own = {name: _predicate(name, responded) for name, responded in (("answered", answered), ("started", started))}
    return {**own, **poll_predicates()}


def round_audience() -> AudienceClause:
    """Rules as rounds use them: with the conditions of core and of surveys."""
    return audience_clause({**core_predicates(), **survey_predicates()})


def _predicate(name: str, responded: Responded) -> Predicate:
    def check(value: Any, known: Known) -> Complaint | None:
        return check_names(value, "round", known)

    def clause(value: Any, scope: Scope) -> ColumnElement[bool]:
        return or_(*(responded(slug, scope.office_id) for slug in names_of(value)))

    return Predicate(name, check, clause)
