"""The choices that a question has on show: filtered, shuffled, or taken from earlier answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveys.engine.form import Choice, Expression, Offered, Question, Text
from surveys.engine.functions.kinds import number
from surveys.engine.functions.shuffle import seed_of, shuffled
from surveys.engine.machine import offer_expression

if TYPE_CHECKING:
    from surveys.engine.state import State


def offered_to(state: State, question: Question) -> tuple[Choice, ...]:
    """The choices on show now, after the filter, in their order."""
    choices = state.machine.form.choices.get(question.choices, ())
    offer = offer_expression(question)
    if offer is not None:
        items = state.evaluate(question.ref, offer) or []
        choices = _of_nodes(items, question.offered) if question.offered else _of_list(items, choices)
    if question.parameters.get("randomize") == "true":
        choices = shuffled(choices, _seed(state, question))
    return choices


def _of_list(items: list[Any], choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(choices[int(item.get("i"))] for item in items)


def _of_nodes(nodes: list[Any], offered: Offered) -> tuple[Choice, ...]:
    """One choice for each node that holds a value; ODK shows blank ones to nobody either."""
    found: dict[str, Choice] = {}
    for node in nodes:
        value, label = (node.findtext(name) or "" for name in (offered.value, offered.label))
        if value:
            found.setdefault(value, Choice(value, {"": Text((label or value,))}))
    return tuple(found.values())


def _seed(state: State, question: Question) -> float:
    seed = question.parameters.get("seed")
    if not seed:
        return number(state.seed) + len(question.ref)
    return seed_of(state.evaluate(question.ref, Expression(seed)))
