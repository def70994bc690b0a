"""Playing values into a form and telling what became of every node: `ascolto form trace`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from surveys.engine.dialogue import known_language, start
from surveys.engine.form import Form, Group, Kind, Node, Question
from surveys.engine.machine import machine
from surveys.engine.moving import faults_of
from surveys.engine.state import State
from surveys.engine.turn import state_of
from surveys.engine.values import Refused, check
from surveys.xlsform.compile import compile_form


def trace_json(path: Path, steps: dict[str, Any]) -> dict[str, Any]:
    """Compiles a form file and traces it; raises FormErrors."""
    form = compile_form(path, path.name, name=path.stem, version=1).form
    return trace(form, steps)


def trace(form: Form, script: dict[str, Any]) -> dict[str, Any]:
    """Plays `{"language", "now", "steps": [["set", REF, VALUE], ["language", NAME, ""]]}`.

    Gives `outcomes` (one a step: "ok", or why not), `nodes`, `violations` and `complete`.
    """
    now = datetime.fromisoformat(script["now"])
    session, _ = start(form, script.get("language") or form.default_language, now)
    state = state_of(form, session, now)
    outcomes = [_play(state, step) for step in script["steps"]]
    faults = [[question.ref, fault.value] for question, fault in faults_of(state, unasked=True)]
    return {
        "outcomes": outcomes,
        "nodes": [_node(state, node) for node in machine(form).nodes.values() if node is not form.root],
        "violations": faults,
        "complete": not faults,
    }


def _play(state: State, step: list[str]) -> str:
    action, ref, value = step
    if action == "language":
        state.language = known_language(state.machine.form, ref)
        state.update(state.machine.order)
        return "ok"
    question = state.machine.nodes.get(ref.replace("[1]", ""))
    if action != "set" or not isinstance(question, Question):
        return "unknown"
    if not state.relevant(question.ref):
        return "not-relevant"
    found = check(question, value, tuple(choice.value for choice in state.offered(question)))
    if isinstance(found, Refused):
        return found.fault.value
    if not state.holds(question.ref, found):
        return "constraint"
    state.keep(question.ref, found)
    return "ok"


def _node(state: State, node: Node) -> dict[str, Any]:
    relevant = state.relevant(node.ref)
    told: dict[str, Any] = {
        "ref": node.ref,
        "relevant": relevant,
        "required": relevant and state.required(node.ref),
        "readonly": isinstance(node, Question) and (node.kind is Kind.NOTE or state.readonly(node.ref)),
        "label": state.say(node.ref, node.label),
    }
    if isinstance(node, Group):
        return told
    offered = state.offered(node) if relevant else ()
    options = [[one.value, state.say(node.ref, one.label)] for one in offered]
    return {**told, "value": state.value(node.ref), **({"options": options} if node.choices else {})}
