"""Trying every expression of a form before anybody has answered: what fails there would fail in a dialogue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from surveys.engine.machine import ExpressionError, Machine, expressions
from surveys.engine.state import State
from surveys.engine.syntax import ExpressionFault

_MOMENT = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def failing(made: Machine) -> Iterator[ExpressionError]:
    """The expressions that fail on a blank form with one instance of each repeat."""
    state = State(made, made.form.default_language, _MOMENT)
    counts: dict[str, int] = {}
    while missing := {ref: 1 for ref in state.layout.counts if ref not in counts}:
        counts |= missing
        state.lay_out(counts)
    for ref, part, expression in expressions(made.form):
        compiled = made.compiled.get((ref, expression.source))
        found = state.layout.instances[ref]
        if compiled is None or not found:
            continue
        try:
            state.run(compiled, found[0])
        except (etree.XPathError, ArithmeticError, ValueError, TypeError):
            yield ExpressionError(ref, part, expression.source, ExpressionFault("fails"))
