"""Expressions: read, checked, computed as the ODK XForms specification says."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from surveys.engine.expressions import Scope, compile_expression
from surveys.engine.syntax import ExpressionFault
from surveys.engine.values import written

DATA = etree.fromstring(
    "<data><a>3</a><b/><many>x y z</many><day>2026-03-02</day><text>Città</text><n>1</n><n>2</n><n/></data>"
)
SCOPE = Scope("/data/a", frozenset({"/data/day"}))


def value(source: str) -> str:
    compiled = compile_expression(source, SCOPE)
    now = "2026-03-02T10:00:00.000+01:00"
    world: dict[str, Any] = {"now": now, "moment": now, "language": "it", "current": [DATA[0]], "main": [DATA]}
    return written(compiled.run(DATA[0], **{name: world[name] for name in compiled.variables}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 div 2", "3.5"),
        ("-7 mod 3", "-1"),
        ("- - 2", "2"),
        (". > 2 and . < 4", "true"),
        ("not(. = 3) or false()", "false"),
        ("/data/a + 1", "4"),
        ("../a * 2", "6"),
        ("/data/b + 1", ""),
        ("coalesce(/data/b, 'none')", "none"),
        ("if(. > 2, 'big', 'small')", "big"),
        ("if(/data/b = '', /data/text, 'x')", "Città"),
        ("selected(/data/many, 'y')", "true"),
        ("selected(/data/many, ' y ')", "true"),
        ("selected(/data/many, 'xy')", "false"),
        ("selected(/data/b, '')", "true"),
        ("count-selected(/data/many)", "3"),
        ("selected-at(/data/many, 1)", "y"),
        ("selected-at(/data/many, 7)", ""),
        ("string-length(/data/text)", "5"),
        ("concat('a', /data/a, \"b'c\")", "a3b'c"),
        ("join('-', /data/n)", "1-2-"),
        ("substr('abcdef', 1, 3)", "bc"),
        ("contains('abc', 'b')", "true"),
        ("starts-with('abc', 'b')", "false"),
        ("regex('ab12', '[a-z]+[0-9]+')", "true"),
        ("regex('xab12', 'ab')", "false"),
        ("normalize-space('  a   b ')", "a b"),
        ("translate('abc', 'ab', 'AB')", "ABc"),
        ("int(-3.7)", "-3"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("round(12.345, 2)", "12.35"),
        ("pow(2, 10)", "1024"),
        ("sum(/data/n)", "3"),
        ("min(4, 2, 8)", "2"),
        ("max(/data/n)", "2"),
        ("count(/data/n)", "3"),
        ("count-non-empty(/data/n)", "2"),
        ("position(/data/n[2])", "2"),
        ("today()", "2026-03-02"),
        ("now()", "2026-03-02T10:00:00.000+01:00"),
        ("/data/day <= today()", "true"),
        ("today() - /data/day", "0"),
        ("date('2026-03-05') - /data/day", "3"),
        ("date(today() + 30)", "2026-04-01"),
        ("format-date(/data/day, '%e/%n/%Y')", "2/3/2026"),
        ("format-date('', '%Y')", ""),
        ("decimal-date-time('1970-01-02')", "1"),
        ("number('12.50')", "12.5"),
        ("number('abc')", ""),
        ("string(3.0)", "3"),
        ("boolean-from-string('1')", "true"),
        ("once('first')", "3"),
        ("checklist(1, 2, true(), false(), /data/b)", "true"),
        ("weighted-checklist(5, -1, true(), 3, true(), 3)", "true"),
        ("digest('abc', 'SHA-1', 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("current()/../text", "Città"),
        ("count(/data/*)", "8"),
        ("count(//n)", "3"),
        ("/data/n[2]", "2"),
        ("/data/n[position() = 2]", "2"),
    ],
)
def test_value(source: str, expected: str) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (". > ", "incomplete"),
        ("(1 + 2", "unclosed"),
        ("selected(/data/a", "unclosed"),
        ("'open", "open-quote"),
        ("a = = b", "unexpected"),
        ("1 2", "unexpected"),
        ("selectd(., 'a')", "unknown-function"),
        ("selected(.)", "arguments"),
        ("$x", "variable"),
        ("#", "unexpected"),
        ("(" * 100 + "1" + ")" * 100, "too-deep"),
        ("1 + " * 10_000 + "1", "too-long"),
        ("", "incomplete"),
    ],
)
def test_fault(source: str, code: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(source, SCOPE)
    assert caught.value.code == code


def test_a_misspelt_function_gets_a_suggestion() -> None:
    with pytest.raises(ExpressionFault) as caught:
        compile_expression("count-seleted(.)", SCOPE)
    assert caught.value.values["near"] == "count-selected"


def test_references_are_absolute() -> None:
    compiled = compile_expression("../b + sum(/data/n[. > ../a]) + current()/../text", SCOPE)
    assert compiled.references == {"/data/b", "/data/n", "/data/a", "/data/text"}


def test_random_values_repeat_at_the_same_moment() -> None:
    assert value("random()") == value("random()")
    assert value("uuid()") == value("uuid()")
    assert 0 <= float(value("random()")) < 1
