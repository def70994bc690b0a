"""Groups and repeats: what is opened is closed, and names are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.i18n import N_
from surveys.engine.layout import MOST_INSTANCES
from surveys.engine.syntax import Binary, ExpressionFault, Literal, Negate, Number, Tree, parse
from surveys.xlsform.book import Book, at, references
from surveys.xlsform.errors import FormError
from surveys.xlsform.rowtypes import RowType
from surveys.xlsform.sheets import Row, Sheets

DEEPEST = 20
RESERVED = "meta"

DUPLICATE = N_("The name {name} is used already in row {other}. Give each question of a group its own name.")
REPEAT_TWICE = N_("The repeat in row {other} has the name {name} too. Give each repeat its own name.")
NAME_RESERVED = N_("The name {name} is reserved. Choose another one.")
NAME_OF_FORM = N_("A repeat cannot have the name {name}, which is the name of the form. Choose another one.")
ENDS_NOTHING = N_("Nothing is open here that {type} could close. Delete this row, or write begin {what} above.")
ENDS_OTHER = N_("The {what} begun in row {other} is still open here. Write end {what} before closing anything else.")
NOT_ENDED = N_("The {what} begun here is never closed. Write end {what} after its last question.")
TOO_NESTED = N_("There are more than {limit} groups within one another here. Put fewer into each other.")
COUNT_TOO_HIGH = N_("{count} repetitions are too many: at most {limit} are possible.")
COUNT_WRONG = N_("{count} is no number of repetitions. Write a whole number, or an expression such as {example}.")


@dataclass
class _Open:
    """A group or repeat that has begun, or the form itself; `names` with the rows they stand in."""

    row: Row | None = None
    kind: str = ""
    names: dict[str, int] = field(default_factory=dict)


def structure_faults(book: Book) -> Iterator[FormError]:
    """Unclosed and crossed groups, and names that clash."""
    stack = [_Open()]
    repeats: dict[str, int] = {root_name(book.sheets): 0}
    for row, kind in book.rows:
        if kind.edge == "end":
            yield from _end(stack, row, kind)
            continue
        yield from _name_faults(stack[-1], row, kind)
        if kind.kind == "repeat":
            yield from _repeat_faults(repeats, row)
        if kind.edge:
            stack.append(_Open(row, kind.kind))
            if len(stack) == DEEPEST + 2:
                yield at(row, "type", TOO_NESTED, limit=str(DEEPEST))
    for one in stack[1:]:
        if one.row is not None:
            yield at(one.row, "type", NOT_ENDED, what=one.kind)


def root_name(sheets: Sheets) -> str:
    """The name of the form's outermost node."""
    return sheets.setting("name") or "data"


def _end(stack: list[_Open], row: Row, kind: RowType) -> Iterator[FormError]:
    top = stack[-1]
    if top.row is None:
        yield at(row, "type", ENDS_NOTHING, type=row.get("type"), what=kind.kind)
        return
    if top.kind != kind.kind:
        yield at(row, "type", ENDS_OTHER, what=top.kind, other=str(top.row.number))
        while len(stack) > 2 and stack[-1].kind != kind.kind and any(one.kind == kind.kind for one in stack):
            stack.pop()
    stack.pop()


def _name_faults(inside: _Open, row: Row, kind: RowType) -> Iterator[FormError]:
    name = row.get("name")
    if not name or kind.kind == "setting":
        return
    if name == RESERVED:
        yield at(row, "name", NAME_RESERVED, name=name)
    for made in (name, f"{name}_other") if kind.other else (name,):
        first = inside.names.setdefault(made, row.number)
        if first != row.number:
            yield at(row, "name", DUPLICATE, name=made, other=str(first))


def _repeat_faults(repeats: dict[str, int], row: Row) -> Iterator[FormError]:
    name = row.get("name")
    first = repeats.setdefault(name, row.number)
    if name and first != row.number:
        yield at(row, "name", REPEAT_TWICE if first else NAME_OF_FORM, name=name, other=str(first))
    yield from _count_fault(row)


def _count_fault(row: Row) -> Iterator[FormError]:
    source = row.get("repeat_count")
    if not source or references(source):
        return
    try:
        count = _constant(parse(source))
    except ExpressionFault:
        return  # told with the other expressions
    except (RecursionError, ZeroDivisionError, ValueError, OverflowError):
        count = -1
    if count is not None and (count < 0 or count % 1):
        yield at(row, "repeat_count", COUNT_WRONG, count=source, example="${name}")
    elif count is not None and count > MOST_INSTANCES:
        yield at(row, "repeat_count", COUNT_TOO_HIGH, count=source, limit=str(MOST_INSTANCES))


def _constant(tree: Tree) -> float | None:
    """The value of an expression of numbers alone; -1 for a text, None where it depends on something."""
    match tree:
        case Number(text):
            return float(text)
        case Negate(operand):
            value = _constant(operand)
            return None if value is None else -value
        case Binary("+" | "-" | "*" | "div" | "mod" as op, left, right):
            pair = _constant(left), _constant(right)
            return None if pair[0] is None or pair[1] is None else _reckon(op, pair[0], pair[1])
        case Literal():
            return -1.0
    return None


def _reckon(op: str, left: float, right: float) -> float:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "div":
            return left / right
    return left % right
