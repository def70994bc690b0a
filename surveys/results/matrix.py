"""Bodies by questions: who said what to each of the questions that share a list of choices.

The alignment sheet is read so: municipalities down, the plan's actions across, and in each cell
whether the municipality's own planning is aligned, misaligned or silent, and why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, cast, select
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from core.people.tables import Municipality, Organisation
from surveys.engine.form import Form, Group, Kind
from surveys.engine.layout import every_node
from surveys.engine.refs import parent_ref
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.standing import standing
from surveys.responses.store import COMPLETE
from surveys.responses.tables import Answer, Response
from surveys.results.counts import label_of
from surveys.results.store import stream

LEAST = 3  # questions with one list that make a matrix
WHY = "_why"  # a text question named like the choice's, with this behind it, says why


@dataclass(frozen=True)
class Column:
    """One question: its label, and that of the group around it."""

    ref: str
    label: str
    part: str


@dataclass(frozen=True)
class Cell:
    """What a body chose and why; "" where it did not answer. `place` is the choice's among all, from 1; 0 for none."""

    value: str = ""
    label: str = ""
    why: str = ""
    place: int = 0


@dataclass(frozen=True)
class Row:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """`choices` are (value, label); `totals` count them for each column, in the order of `choices`."""

    columns: tuple[Column, ...]
    choices: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    totals: tuple[tuple[int, ...], ...]


def columns_of(form: Form, language: str) -> tuple[Column, ...]:
    """The questions of the list that most of the form's choices share, () where too few do."""
    ones = [one for one in form.questions() if one.kind is Kind.SELECT_ONE and one.asked]
    shared = Counter(one.choices for one in ones)
    listed, count = max(shared.items(), key=lambda found: found[1], default=("", 0))
    if count < LEAST:
        return ()
    groups = {node.ref: node for node in every_node(form.root) if isinstance(node, Group)}
    parts = {one.ref: groups[parent_ref(one.ref)].label for one in ones}
    return tuple(
        Column(one.ref, label_of(form, one.label, language), label_of(form, parts[one.ref], language))
        for one in ones
        if one.choices == listed
    )


def matrix(session: Session, round_: OpenRound, form: Form, language: str) -> Matrix | None:
    """What bodies sent in a round of theirs; None where it is no round of bodies, or asks no such questions."""
    columns = columns_of(form, language)
    names = _NAMES.get(round_.subject_kind)
    if not columns or names is None:
        return None
    questions = {one.ref: one for one in form.questions()}
    offered = form.choices[questions[columns[0].ref].choices]
    choices = {one.value: label_of(form, one.label, language) for one in offered}
    rows = tuple(
        Row(name, tuple(_cell(said, one, choices) for one in columns)) for name, said in _said(session, round_, names)
    )
    totals = tuple(
        tuple(sum(1 for row in rows if row.cells[place].value == value) for value in choices)
        for place in range(len(columns))
    )
    return Matrix(columns, tuple(choices.items()), rows, totals)


def _cell(said: dict[str, str], column: Column, choices: dict[str, str]) -> Cell:
    value = said.get(column.ref, "")
    place = list(choices).index(value) + 1 if value in choices else 0
    return Cell(value, choices.get(value, value), said.get(f"{column.ref}{WHY}", ""), place)


def _said(session: Session, round_: OpenRound, names: ColumnElement[str]) -> list[tuple[str, dict[str, str]]]:
    """The answers that each body sent, by the body's name."""
    responses = standing(round_.id)
    table = names.table
    statement = (
        select(table.c.id, names, Answer.ref, Answer.value)
        .join(Response, Response.id == Answer.response_id)
        .join(responses, responses.c.id == Response.id)
        .join(table, table.c.id == cast(Response.subject, Integer))
        .where(responses.c.state == COMPLETE)
        .order_by(names, table.c.id)
    )
    found: dict[int, tuple[str, dict[str, str]]] = {}
    for number, name, ref, value in stream(session, statement):
        found.setdefault(number, (name, {}))[1][ref] = value
    return list(found.values())


_NAMES = {
    SubjectKind.MUNICIPALITY: Municipality.__table__.c.name,
    SubjectKind.ORGANISATION: Organisation.__table__.c.name,
}
