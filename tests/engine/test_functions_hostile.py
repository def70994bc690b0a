"""Functions and odd arguments: each call has a result, or fails in the one way the state knows."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import pytest
from lxml import etree

from surveys.engine.dialogue import start
from surveys.engine.functions import FUNCTIONS
from surveys.engine.functions.kinds import LONGEST
from surveys.engine.syntax import ExpressionFault
from tests.support.forms import NOW, form
from tests.support.functions import over_tree

ODD = (
    "''", "'a'", "'%'", "'2026-03-02'", "0 div 0", "1 div 0", "-1 div 0", "pow(10, 308)", "-0.5", "true()", "/data/r",
    "/data/nowhere", "/data/e/@at", "/data/a/text()",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_odd_arguments(name: str) -> None:
    function = FUNCTIONS[name]
    for number in range(function.least, min(function.most, function.least + 2, 5) + 1):
        for first, second in product(ODD, ODD) if number else [("", "")]:
            given = [first, second, *ODD][:number]
            with suppress(etree.XPathError, ExpressionFault):  # libxml2 needed a node-set, or a pair is not whole
                over_tree(f"{name}({', '.join(given)})")


@pytest.mark.parametrize("name", sorted(name for name, function in FUNCTIONS.items() if function.call))
def test_our_functions_never_fail(name: str) -> None:
    function = FUNCTIONS[name]
    for odd in ODD:
        over_tree(f"{name}({', '.join([odd] * max(function.least, min(function.most, 1)))})")


def test_texts_do_not_grow_without_end() -> None:
    rows = "".join(
        f"| | calculate | c{number} | | concat(${{c{number - 1}}}, ${{c{number - 1}}}) |\n" for number in range(1, 60)
    )
    made = form(f"""
| survey | type | name | label | calculation |
| | text | a | A | |
| | calculate | c0 | | 'xxxxxxxxxx' |
{rows}""")
    session, _ = start(made, "it", NOW)
    lengths = [len(session.values.get(f"/data/c{number}", "")) for number in range(60)]
    assert lengths[:14] == [10 * 2**number for number in range(14)]
    assert max(lengths) <= LONGEST


def test_a_great_many_nodes_are_joined() -> None:
    many = " | ".join(["/data/r/k"] * 200)
    assert over_tree(f"join('', {many})") == "abcdef"
    assert over_tree(f"string-length(join(uuid(10000), {', '.join(['/data/r/k'] * 900)}))") == "0"


def test_names_of_any_length_are_cut() -> None:
    assert over_tree("string-length(uuid(1000000000))") == "10000"


def test_a_digest_takes_any_letters() -> None:
    assert over_tree("string-length(digest('😀 à', 'SHA-256', 'hex'))") == "64"
