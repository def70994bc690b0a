"""The walks that are played through the engines, and where they come from.

By default the forms of the golden dialogues with the answers that they end with, and the example's
questionnaires, filled in by three people who take what is offered. `CONFORMANCE=DIR` plays a folder of
`forms/` and `walks.jsonl` instead: a line each `{"form", "steps": [[ACTION, REF, VALUE, OUTCOME], ...]}`,
with the actions of `ascolto form trace`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerRefused
from surveys.engine.form import Form, Group, Kind, Question
from surveys.engine.inputs import Answer, Skip
from surveys.engine.machine import machine
from surveys.engine.refs import form_ref
from surveys.engine.session import Session, Stage
from surveys.engine.turn import state_of
from surveys.xlsform.compile import compile_form
from tests.support.dialogues import Dialogue, load_dialogues, play, ref_named

EXAMPLE = Path(__file__).parent.parent / "examples" / "psm-torino" / "questionnaires"
NOW = datetime(2024, 5, 3, 9, 30, tzinfo=UTC)
PEOPLE = 3
_MORE = 2  # instances that somebody adds to a repeat at most
_NOT_GIVEN = (Kind.METADATA, Kind.CALCULATE, Kind.HIDDEN, Kind.REPEAT)
_VALUES = {
    Kind.INTEGER: ("7", "35", "2021", "0"),
    Kind.DECIMAL: ("2.5", "40"),
    Kind.RANGE: ("1", "5", "50"),
    Kind.DATE: ("2024-05-03", "1980-02-29"),
    Kind.TIME: ("10:30",),
    Kind.DATETIME: ("2024-05-03T10:30:00.000+00:00",),
    Kind.GEOPOINT: ("45.07 7.68 0 0",),
    Kind.ACKNOWLEDGE: ("OK",),
    Kind.TEXT: ("Più piste ciclabili", "anna@example.org", "10100"),
}
_PLACE = re.compile(r"\[(\d+)\]")

Step = tuple[str, str, str]
"""What is done (set, add), to which reference, and the value."""


@dataclass(frozen=True)
class Case:
    """A form as XForm, and its walks; `moving` are the references whose value is the moment's, and so nobody else's."""

    name: str
    xform: str
    walks: tuple[tuple[Step, ...], ...]
    moving: frozenset[str] = frozenset()


def own() -> Iterator[Case]:
    """The golden dialogues and the example's questionnaires."""
    for one in load_dialogues():
        if one.is_prepared or "*" in one.answers.values():
            continue  # what was sent before, or a file, is not an answer that every engine takes
        yield _of_dialogue(one)
    for path in sorted(EXAMPLE.glob("*.md")):
        made = compile_form(path, path.name, name=path.stem, version=1)
        walks = tuple(respond(made.form, person) for person in range(PEOPLE))
        yield Case(path.stem, made.xform, walks, _moving(made.form))


def conformance(folder: Path) -> Iterator[Case]:
    """The walks of a folder, whole: refused answers and added instances among them."""
    by_form: dict[str, list[tuple[Step, ...]]] = {}
    for line in (folder / "walks.jsonl").read_text("utf-8").splitlines():
        walk = json.loads(line)
        by_form.setdefault(walk["form"], []).append(tuple((step[0], step[1], step[2]) for step in walk["steps"]))
    for name, walks in by_form.items():
        path = folder / "forms" / name
        made = compile_form(path, path.name, name=path.stem, version=1)
        yield Case(path.stem, made.xform, tuple(walks), _moving(made.form))


def _of_dialogue(one: Dialogue) -> Case:
    made = compile_form(one.form_text.encode(), "form.md", name=one.name, version=1, files=one.files)
    layout = machine(made.form).layout(play(one).counts)
    answers = {name: value for name, value in one.answers.items() if name != "instanceName" and value}
    values = {ref_named(made.form, name): value for name, value in answers.items()}
    given = [node.ref for node in layout.questions if node.ref in values and node.kind not in _NOT_GIVEN]
    steps = tuple(_with_instances(made.form, [("set", ref, values[ref]) for ref in given]))
    return Case(one.name, made.xform, (steps,) if steps else (), _moving(made.form))


def _with_instances(form: Form, steps: list[Step]) -> Iterator[Step]:
    """The same steps, and before the first in an instance that a form does not begin with, its adding."""
    there: dict[str, int] = {}
    for step in steps:
        for at in _PLACE.finditer(step[1]):
            whole = step[1][: at.start()]
            group = machine(form).nodes[form_ref(whole)]
            if not isinstance(group, Group) or group.repeat is None or group.repeat.count is not None:
                continue
            begun = there.setdefault(whole, group.repeat.first)
            there[whole] = max(begun, int(at[1]))
            yield from [("add", whole, "")] * (there[whole] - begun)
        yield step


def respond(form: Form, person: int) -> tuple[Step, ...]:
    """What somebody does who answers every question with the first value that is taken; each person offers others."""
    session, _ = start(form, "", NOW)
    steps: list[Step] = []
    while session.stage is Stage.ASKING:
        node = machine(form).layout(session.counts).nodes[session.at]
        assert isinstance(node, Question)
        for value in _offers(form, session, node, person):
            after, events = resume(form, session, Answer(node.ref, value), NOW)
            if not any(isinstance(one, AnswerRefused) for one in events):
                break
        else:
            value, (after, _) = "", resume(form, session, Skip(node.ref), NOW)
        if after == session:
            raise ValueError(f"Nothing that this bench knows to answer is taken by {node.ref}.")
        session = after
        if value and node.kind is not Kind.NOTE:
            steps.append(("add", node.ref, "") if node.kind is Kind.REPEAT else ("set", node.ref, value))
    return tuple(steps)


def _offers(form: Form, session: Session, question: Question, person: int) -> Iterator[str]:
    """The values that a person tries, one after the other."""
    if question.kind is Kind.REPEAT:
        yield from ["yes"] * (session.counts[question.ref] <= min(person, _MORE))
    elif question.kind in (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK):
        offered = [one.value for one in state_of(form, session, NOW).offered(question)]
        turned = offered[person % max(len(offered), 1) :] + offered[: person % max(len(offered), 1)]
        yield from (" ".join(turned[:size]) for size in _sizes(question.kind, person, len(turned)))
    elif question.kind is Kind.NOTE:
        yield "OK"
    else:
        values = _VALUES.get(question.kind, ())
        yield from values[person % max(len(values), 1) :] + values[: person % max(len(values), 1)]


def _sizes(kind: Kind, person: int, offered: int) -> tuple[int, ...]:
    """How many of the choices a person takes: as many as liked, else fewer."""
    if not offered:
        return ()
    return {Kind.SELECT_ONE: (1,), Kind.RANK: (offered,)}.get(kind, (min(person + 1, offered), 1))


def _moving(form: Form) -> frozenset[str]:
    made = machine(form)
    return frozenset(made.moving) | {one.ref for one in made.questions if one.kind is Kind.METADATA}
