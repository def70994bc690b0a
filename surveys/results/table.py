"""Responses as a table: one row each, the columns decided by the form before a row is read.

A repeat is a column with the number of its instances, and a table of its own with a row each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import isfinite
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import local
from core.people.tables import Membership, Municipality, Organisation, Zone
from surveys.engine.form import Form, Group, Kind, Node, Question
from surveys.engine.layout import every_node
from surveys.engine.refs import counts_of, form_ref, is_instance, positions_in
from surveys.responses.rounds import OpenRound
from surveys.responses.standing import standing
from surveys.responses.store import COMPLETE
from surveys.responses.tables import Answer, FormVersion, Response
from surveys.results.counts import NUMBERS, label_of
from surveys.results.errors import PartUnknown
from surveys.results.store import stream

Cell = str | int | float | None
# The underscore keeps them apart from questions, which often ask for a zone or a category too.
ABOUT = (
    "_response",
    "_state",
    "_version",
    "_language",
    "_doors",
    "_started_at",
    "_completed_at",
    "_zone",
    "_category",
    "_organisation",
)
OF_PART = ("_response", "_instance")
LEFT_OUT = frozenset({Kind.NOTE})
_POSITIONS = re.compile(r"(?<=\[)\d+(?=\])")


@dataclass(frozen=True)
class Wish:
    """How the table is wished for.

    `labels` adds a row with the questions' texts below the names; `split` gives each choice of
    a select multiple (1 or 0) and of a ranking (its place) a column; `partial` adds responses
    in progress; `part` is the name of a repeat whose table is wanted instead of the responses'.
    """

    language: str = ""
    labels: bool = False
    split: bool = False
    partial: bool = True
    part: str = ""


@dataclass(frozen=True)
class Column:
    """One column of answers; `cell` makes it from the value given, "" where there is none."""

    name: str
    ref: str
    label: str
    cell: Callable[[str], Cell]


@dataclass(frozen=True)
class ResponseRow:
    about: tuple[Cell, ...]
    answers: Mapping[str, str]


def parts(form: Form) -> dict[str, Group]:
    """The repeats of a form by the names that their tables have."""
    names = _names(form)
    found = (node for node in every_node(form.root) if isinstance(node, Group) and node.repeat is not None)
    return {names[node.ref]: node for node in found}


def columns(form: Form, wish: Wish) -> tuple[Column, ...]:
    """The columns of a form's answers in form order, asked and computed. Raises PartUnknown."""
    names = _names(form)
    own = _own(_part(form, wish.part) if wish.part else form.root)
    return tuple(column for one in own for column in _columns(form, one, names[one.ref], wish))


def heads(form: Form, wish: Wish) -> list[list[Cell]]:
    """The row of names and, where wished for, the row of labels."""
    found, about = columns(form, wish), OF_PART if wish.part else ABOUT
    rows: list[list[Cell]] = [[*about, *(one.name for one in found)]]
    if wish.labels:
        rows.append([*("" for _ in about), *(one.label for one in found)])
    return rows


def table(session: Session, round_: OpenRound, form: Form, wish: Wish) -> Iterator[list[Cell]]:
    """All rows, heads first, read from the database as they are asked for. Raises PartUnknown."""
    yield from heads(form, wish)
    found, top = columns(form, wish), _part(form, wish.part).ref if wish.part else ""
    for row in response_rows(session, round_, wish):
        if not top:
            yield [*row.about, *(one.cell(row.answers.get(one.ref, "")) for one in found)]
        for instance in _instances(row.answers, top) if top else ():
            cells = (one.cell(row.answers.get(instance + one.ref[len(top) :], "")) for one in found)
            yield [row.about[0], ".".join(_POSITIONS.findall(instance)), *cells]


def response_rows(session: Session, round_: OpenRound, wish: Wish) -> Iterator[ResponseRow]:
    """The responses of a round in the order they were begun, some hundred answers in memory."""
    rows = stream(session, _statement(round_, wish))
    for _, group in groupby(rows, key=attrgetter("id")):
        answers: dict[str, str] = {}
        doors: set[str] = set()
        for row in group:
            if row.ref is not None:
                answers[row.ref] = row.value
                doors.add(row.door)
        answers |= {ref: str(number) for ref, number in counts_of(answers).items()}
        yield ResponseRow(_about(row, round_.time_zone, doors), answers)


def codebook(form: Form, language: str) -> Iterator[list[Cell]]:
    """What names and values mean: a row for each question, and one for each of its choices."""
    language = language or form.default_language
    yield ["name", "type", "label", "value", "value_label"]
    names = _names(form)
    for one in every_node(form.root):
        if one.ref not in names:
            continue
        kind = one.kind if isinstance(one, Question) else Kind.REPEAT
        yield [names[one.ref], kind.value, label_of(form, one.label, language), "", ""]
        if isinstance(one, Group):
            continue
        for choice in form.choices.get(one.choices, ()):
            yield [names[one.ref], one.kind.value, "", choice.value, label_of(form, choice.label, language)]


def _statement(round_: OpenRound, wish: Wish) -> Any:
    standing_responses = standing(round_.id)
    zone = func.coalesce(Membership.zone_id, Municipality.zone_id)
    statement = (
        select(
            Response.id,
            Response.state,
            FormVersion.version,
            Response.session["language"].as_string().label("language"),
            Response.started_at,
            Response.completed_at,
            Zone.name.label("zone"),
            Membership.category,
            Organisation.name.label("organisation"),
            Answer.ref,
            Answer.value,
            Answer.door,
        )
        .join(standing_responses, standing_responses.c.id == Response.id)
        .join(FormVersion, FormVersion.id == Response.form_version_id)
        .outerjoin(
            Membership,
            (Membership.participant_id == standing_responses.c.person_id) & (Membership.office_id == round_.office_id),
        )
        .outerjoin(Municipality, Municipality.id == Membership.municipality_id)
        .outerjoin(Zone, Zone.id == zone)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Answer, Answer.response_id == Response.id)
        .order_by(Response.id)
    )
    return statement if wish.partial else statement.where(Response.state == COMPLETE)


def _about(row: Any, zone: str, doors: Iterable[str]) -> tuple[Cell, ...]:
    times = (_time(row.started_at, zone), _time(row.completed_at, zone))
    place = (row.zone or "", row.category or "", row.organisation or "")
    return (row.id, row.state, row.version, row.language, " ".join(sorted(doors)), *times, *place)


def _time(instant: datetime | None, zone: str) -> str:
    return local(instant, zone).isoformat(timespec="seconds") if instant else ""


def _names(form: Form) -> dict[str, str]:
    """A column name for each question and repeat: its own, or its path where groups share a name."""
    shown = [one for one in every_node(form.root) if _is_told(one)]
    taken = Counter(one.name for one in shown)
    root = f"{form.root.ref}/"
    return {one.ref: one.name if taken[one.name] == 1 else one.ref.removeprefix(root) for one in shown}


def _is_told(node: Node) -> bool:
    return node.kind not in LEFT_OUT if isinstance(node, Question) else node.repeat is not None


def _own(group: Group) -> Iterator[Node]:
    """What a table has columns for: the questions of a part, and its repeats as a whole."""
    for child in group.children:
        if _is_told(child):
            yield child
        elif isinstance(child, Group):
            yield from _own(child)


def _part(form: Form, name: str) -> Group:
    found = parts(form)
    if name not in found:
        raise PartUnknown(name=name, known=", ".join(found))
    return found[name]


def _instances(answers: Mapping[str, str], top: str) -> Iterator[str]:
    wholes = (ref for ref in answers if form_ref(ref) == top and not is_instance(ref))
    for whole in sorted(wholes, key=positions_in):  # a database tells answers in any order
        yield from (f"{whole}[{position}]" for position in range(1, int(answers[whole]) + 1))


def _columns(form: Form, question: Node, name: str, wish: Wish) -> Iterator[Column]:
    language = wish.language or form.default_language
    label = label_of(form, question.label, language)
    if isinstance(question, Group):
        yield Column(name, question.ref, label, _number)
        return
    if not wish.split or question.kind not in (Kind.SELECT_MULTIPLE, Kind.RANK):
        yield Column(name, question.ref, label, _number if question.kind in NUMBERS else _plain)
        return
    for choice in form.choices.get(question.choices, ()):
        shown = f"{label} – {label_of(form, choice.label, language)}"
        cell = _chosen(choice.value) if question.kind is Kind.SELECT_MULTIPLE else _place(choice.value)
        yield Column(f"{name}/{choice.value}", question.ref, shown, cell)


def _plain(value: str) -> Cell:
    return value


def _number(value: str) -> Cell:
    if not value:
        return None
    try:
        number = int(value) if value.lstrip("-").isdigit() else float(value)
    except ValueError:
        return value
    return number if isfinite(number) else value


def _chosen(choice: str) -> Callable[[str], Cell]:
    return lambda value: int(choice in value.split()) if value else None


def _place(choice: str) -> Callable[[str], Cell]:
    def place(value: str) -> Cell:
        ranked = value.split()
        return ranked.index(choice) + 1 if choice in ranked else None

    return place
