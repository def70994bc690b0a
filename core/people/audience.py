"""Audiences as rules: checked when they are written, evaluated by the database when they are used.

    RULE      = {all: [RULE, ...]} | {any: [RULE, ...]} | {not: RULE} | {PREDICATE: value}

Predicates are values: core has some (predicates.py), surveys adds its own; the entry points
join them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from core.i18n import N_, Translator
from core.people.errors import RuleWrong
from core.people.tables import Membership, Participant

DEEPEST = 20


@dataclass(frozen=True)
class RuleFault:
    """What is wrong in a rule and where: the keys and positions that lead to it."""

    path: tuple[str | int, ...]
    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def say(self, t: Translator) -> str:
        return t.fill(self.text, self.values)

    @property
    def where(self) -> str:
        return " > ".join(str(step) for step in self.path) or "rule"


@dataclass(frozen=True)
class Scope:
    """Whose members are meant and when; `membership` stands for the row a predicate speaks of."""

    office_id: int
    now: datetime
    membership: type[Membership] = Membership


# What exists, by kind ("zone", "round", ...): slugs a rule may name. A kind that is not in it is not checked.
Known = Mapping[str, Collection[str]]
Complaint = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Predicate:
    """One condition: what may be said after its name, and the clause it becomes.

    The clause may speak of `scope.membership` and of Participant; where it is NULL it counts as
    false, so that `not` says the opposite for everybody. `qualify` says of which process what is
    named is, where the name alone would fit another process's too.
    """

    name: str
    check: Callable[[Any, Known], Complaint | None]
    clause: Callable[[Any, Scope], ColumnElement[bool]]
    qualify: Callable[[Any, str], Any] = lambda value, process_slug: value


Predicates = Mapping[str, Predicate]
AudienceClause = Callable[[dict[str, Any], int, datetime], ColumnElement[bool]]

ONE_KEY = N_("Write one condition at a time; join several with all: or any:")
EMPTY = N_("The list after {key}: is empty.")
A_LIST = N_("A list of conditions is needed after {key}:")
TOO_DEEP = N_("The rule has too many conditions within conditions.")
UNKNOWN = N_("The condition {key} is unknown. Did you mean {near}?")


def check_rule(rule: Any, predicates: Predicates, known: Known) -> list[RuleFault]:
    """Everything wrong with a rule, each with the path to it; empty when it can be used."""
    return list(_check(rule, predicates, known, ()))


def _check(rule: Any, predicates: Predicates, known: Known, path: tuple[str | int, ...]) -> list[RuleFault]:
    if not isinstance(rule, Mapping) or len(rule) != 1:
        return [RuleFault(path, ONE_KEY)]
    if len(path) > 2 * DEEPEST:
        return [RuleFault(path, TOO_DEEP)]
    ((key, value),) = rule.items()
    here = (*path, str(key))
    if key == "not":
        return _check(value, predicates, known, here)
    if key in {"all", "any"}:
        if not isinstance(value, list):
            return [RuleFault(here, A_LIST, {"key": key})]
        if not value:
            return [RuleFault(here, EMPTY, {"key": key})]
        return [fault for at, one in enumerate(value, 1) for fault in _check(one, predicates, known, (*here, at))]
    predicate = predicates.get(key) if isinstance(key, str) else None
    if predicate is None:
        names = [*predicates, "all", "any", "not"]
        near = (difflib.get_close_matches(str(key), names, 1) or [", ".join(sorted(names))])[0]
        return [RuleFault(here, UNKNOWN, {"key": str(key), "near": near})]
    complaint = predicate.check(value, known)
    return [RuleFault(here, *complaint)] if complaint else []


def qualify_rule(rule: Mapping[str, Any], predicates: Predicates, process_slug: str) -> dict[str, Any]:
    """A checked rule as it is kept of a process: what it names is named with the process."""
    ((key, value),) = rule.items()
    if key in {"all", "any"}:
        return {key: [qualify_rule(one, predicates, process_slug) for one in value]}
    if key == "not":
        return {key: qualify_rule(value, predicates, process_slug)}
    return {key: predicates[key].qualify(value, process_slug)}


def compile_rule(rule: Any, predicates: Predicates, scope: Scope) -> ColumnElement[bool]:
    """The rule as a clause over Participant and `scope.membership`; raises RuleWrong."""
    faults = check_rule(rule, predicates, {})
    if faults:
        raise RuleWrong(where=faults[0].where, reason=faults[0].text.format(**faults[0].values))
    return _compile(rule, predicates, scope)


def _compile(rule: Mapping[str, Any], predicates: Predicates, scope: Scope) -> ColumnElement[bool]:
    ((key, value),) = rule.items()
    match key:
        case "all":
            return and_(*(_compile(one, predicates, scope) for one in value))
        case "any":
            return or_(*(_compile(one, predicates, scope) for one in value))
        case "not":
            return not_(_compile(value, predicates, scope))
    return func.coalesce(predicates[key].clause(value, scope), false())


def audience_clause(predicates: Predicates) -> AudienceClause:
    """Rules as clauses on Participant alone: (rule, office_id, now) -> clause.

    It holds for members of the office whom the rule means and fits any statement that selects
    from Participant, an INSERT ... SELECT of a million rows too. Whoever uses it leaves out
    those erased or merged.
    """

    def clause(rule: dict[str, Any], office_id: int, now: datetime) -> ColumnElement[bool]:
        member = aliased(Membership)
        meant = compile_rule(rule, predicates, Scope(office_id, now, member))
        found = select(member.id).where(
            member.participant_id == Participant.id, member.office_id == office_id, member.left_at.is_(None), meant
        )
        return found.correlate(Participant).exists()

    return clause


def member_clause(predicates: Predicates) -> AudienceClause:
    """Rules as clauses on Participant and Membership, for a statement that has joined an office's members itself.

    It asks for no second look at the membership; whoever uses it leaves out other offices and those who left.
    """

    def clause(rule: dict[str, Any], office_id: int, now: datetime) -> ColumnElement[bool]:
        return compile_rule(rule, predicates, Scope(office_id, now, Membership))

    return clause


@dataclass(frozen=True)
class Preview:
    """Who is in an audience now: how many, by category, and the first few."""

    count: int
    by_category: dict[str, int]
    first: list[tuple[int, str]]  # participant id, name


def preview(session: Session, clause: ColumnElement[bool], office_id: int, first: int = 20) -> Preview:
    """Counts an audience; `clause` is what `audience_clause` makes."""
    people = (
        Membership.participant_id == Participant.id,
        Membership.office_id == office_id,
        Membership.left_at.is_(None),
        Participant.erased_at.is_(None),
        Participant.merged_into.is_(None),
        clause,
    )
    counts = session.execute(
        select(Membership.category, func.count()).where(*people).group_by(Membership.category).order_by("category")
    )
    by_category = {str(category): int(count) for category, count in counts}
    some = session.execute(
        select(Participant.id, Membership.name).where(*people).order_by(Membership.name, Participant.id).limit(first)
    )
    return Preview(sum(by_category.values()), by_category, [(row.id, row.name) for row in some])
