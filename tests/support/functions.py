"""Expressions computed by the engine: in a form with answers, and over a tree with repeats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from surveys.engine.dialogue import start
from surveys.engine.expressions import Scope, compile_expression
from surveys.engine.values import written
from tests.support.forms import NOW, form

Case = tuple[str, str]

_FORM = """
| survey | type | name | label::Italiano (it) | label::English (en) | label::Français (fr) | default | calculation |
| | integer | a | A | A | A | 3 | |
| | text | b | B | B | B | | |
| | text | many | M | M | M | x y z | |
| | date | day | D | D | D | 2026-03-02 | |
| | text | title | T | T | T | Città | |
| | begin group | g | G | G | G | | |
| | text | n1 | 1 | 1 | 1 | 1 | |
| | text | n2 | 2 | 2 | 2 | 2 | |
| | text | n3 | 3 | 3 | 3 | | |
| | end group | | | | | | |
| | begin group | low | G | G | G | | |
| | text | l1 | 1 | 1 | 1 | -5 | |
| | text | l2 | 2 | 2 | 2 | -2 | |
| | text | l3 | 3 | 3 | 3 | abc | |
| | end group | | | | | | |
| | begin group | none | G | G | G | | |
| | text | e1 | 1 | 1 | 1 | | |
| | text | e2 | 2 | 2 | 2 | | |
| | end group | | | | | | |
| | begin group | flags | G | G | G | | |
| | text | f1 | 1 | 1 | 1 | true | |
| | text | f2 | 2 | 2 | 2 | | |
| | text | f3 | 3 | 3 | 3 | 0 | |
| | text | f4 | 4 | 4 | 4 | false | |
| | text | f5 | 5 | 5 | 5 | yes | |
| | end group | | | | | | |
"""
_ROW = "| | calculate | c{number} | | | | | {expression} |\n"

TREE = etree.fromstring(
    "<data><a>3</a><b/><e at='5'/>"
    + "".join(f"<r><k>{letter}</k><n>{number}</n></r>" for number, letter in enumerate("abcdef", 1))
    + "".join(f"<x><p><q>{letter}1</q></p><p><q>{letter}2</q></p></x>" for letter in "uvw")
    + "</data>"
)
_MOMENT = "2026-03-02T10:00:00.000+01:00"


def computed(expressions: Iterable[str], language: str = "it") -> dict[str, str]:
    """The values of calculations in one form, by expression; blank where one gives nothing."""
    found = tuple(dict.fromkeys(expressions))
    rows = "".join(_ROW.format(number=number, expression=one) for number, one in enumerate(found))
    session, _ = start(form(_FORM + rows), language, NOW)
    return {one: session.values.get(f"/data/c{number}", "") for number, one in enumerate(found)}


def over_tree(source: str, moment: str = _MOMENT) -> str:
    """The value of an expression at the first node of TREE."""
    compiled = compile_expression(source, Scope("/data/a"))
    world: dict[str, Any] = {"now": moment, "moment": moment, "language": "it", "current": [TREE[0]], "main": [TREE]}
    return written(compiled.run(TREE[0], **{name: world[name] for name in compiled.variables}))
