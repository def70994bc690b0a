"""Playing values into a form and telling what became of every node: `ascolto form trace`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from surveys.engine.dialogue import known_language, resume, start
from surveys.engine.events import AnswerRefused
from surveys.engine.form import Form, Group, Kind, Node, Question
from surveys.engine.inputs import Add, Remove
from surveys.engine.moving import faults_of
from surveys.engine.session import Session
from surveys.engine.state import State
from surveys.engine.turn import Turn, state_of
from surveys.engine.values import Refused, check
from surveys.xlsform.compile import compile_form


def trace_json(path: Path, steps: dict[str, Any]) -> dict[str, Any]:
    """Compiles a form file and traces it; raises FormErrors."""
    form = compile_form(path, path.name, name=path.stem, version=1).form
    return trace(form, steps)


def trace(form: Form, script: dict[str, Any]) -> dict[str, Any]:
    """Plays `{"language", "now", "steps": [[ACTION, REF, VALUE], ...]}` with the actions set, add, remove, language.

    Gives `outcomes` (one a step: "ok", or why not), `nodes`, `violations` and `complete`.
    """
    now = datetime.fromisoformat(script["now"])
    session, _ = start(form, script.get("language") or form.default_language, now)
    player = Player(form, session, now)
    outcomes = [player.play(*step) for step in script["steps"]]
    state = player.state
    faults = [[question.ref, fault.value] for question, fault in faults_of(state, unasked=True)]
    return {"outcomes": outcomes, "nodes": look(state), "violations": faults, "complete": not faults}


def look(state: State) -> list[dict[str, Any]]:
    """What became of every node, in form order."""
    root = state.machine.form.root.ref
    return [_node(state, node) for ref, node in state.nodes.items() if ref in state.elements and ref != root]


class Player:
    """Plays steps into the state of a session, in no order but their own."""

    def __init__(self, form: Form, session: Session, now: datetime) -> None:
        self._form, self._session, self._now = form, session, now

    @property
    def state(self) -> State:
        return state_of(self._form, self._session, self._now)

    def play(self, action: str, ref: str, value: str) -> str:
        match action:
            case "language":
                self.state.language = known_language(self._form, ref)
                self.state.update(self.state.machine.order)
                return "ok"
            case "add":
                return self._change(Add(ref))
            case "remove":
                return self._change(Remove(ref))
            case "set":
                return _set(self.state, ref, value)
        return "unknown"

    def _change(self, given: Add | Remove) -> str:
        turn = Turn(self.state.machine, self._session, self.state)
        self._session, _ = turn.close()  # what was set stands in the state alone
        self._session, events = resume(self._form, self._session, given, self._now)
        refused = next((one for one in events if isinstance(one, AnswerRefused)), None)
        return refused.fault.value if refused else "ok"


def _set(state: State, ref: str, value: str) -> str:
    question = state.nodes.get(ref)
    if not isinstance(question, Question) or question.kind is Kind.REPEAT:
        return "unknown"
    if not state.relevant(ref):
        return "not-relevant"
    found = check(question, value, tuple(choice.value for choice in state.offered(question)))
    if isinstance(found, Refused):
        return found.fault.value
    if not state.holds(ref, found):
        return "constraint"
    state.keep(ref, found)
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
    chooses = node.choices or node.offered
    offered = state.offered(node) if relevant and chooses else ()
    options = [[one.value, state.say(node.ref, one.label)] for one in offered]
    return {**told, "value": state.value(node.ref), **({"options": options} if chooses else {})}
