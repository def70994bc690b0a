"""Conditions that are not the form's own, such as a quota's, asked of a response.

They are written as in the form, with `${name}` for a question. In a repeat the name stands for
the question in all instances, as in `sum(${people})` written outside of it.
"""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from surveys.engine.expressions import Compiled, compile_expression
from surveys.engine.form import Form, Question
from surveys.engine.functions.kinds import truth
from surveys.engine.machine import Machine, machine
from surveys.engine.session import Session
from surveys.engine.syntax import ExpressionFault
from surveys.engine.turn import state_of

_NAMED = re.compile(r"\$\{\s*([^${}]*?)\s*\}")


def compile_condition(form: Form, source: str) -> Compiled:
    """A condition on a form's answers, ready to run; raises ExpressionFault."""
    made = machine(form)
    known = made.conditions.get(source)
    if known is None:
        known = compile_expression(_NAMED.sub(lambda found: _path(made, found[1]), source), made.scope(form.root.ref))
        unknown = sorted(known.references - made.nodes.keys() - {""})
        if unknown:
            raise ExpressionFault("unknown-reference", found=unknown[0].rpartition("/")[2])
        made.conditions[source] = known
    return known


def holds(form: Form, session: Session, source: str, now: datetime) -> bool:
    """Whether a condition holds for the answers that count; one that fails on them, or does not fit the form, does not.

    `now` is the wall clock of the round's time zone.
    """
    try:
        compiled = compile_condition(form, source)
        if compiled.constant is not None:
            return compiled.constant
        return truth(state_of(form, session, now).run(compiled, form.root.ref))
    except (ExpressionFault, etree.XPathError, ArithmeticError, ValueError):
        return False


def _path(made: Machine, name: str) -> str:
    found = [ref for ref, node in made.nodes.items() if isinstance(node, Question) and node.name == name]
    if not found:
        raise ExpressionFault("unknown-reference", found=name)
    return f" {found[0]} "
