"""Functions over node-sets with repeats, the order that a seed decides, and the list of the specification."""

from __future__ import annotations

import pytest

from surveys.engine.functions import FUNCTIONS
from surveys.engine.functions.shuffle import seed_of, shuffled
from tests.support.functions import over_tree

CASES = (
    ("count(/data/r)", "6"),
    ("count(/data/nowhere)", "0"),
    ("count-non-empty(/data/*/k | /data/b)", "6"),
    ("count-non-empty(/data/e/@at)", "1"),
    ("count-non-empty('abc')", ""),
    ("position(/data/r[3])", "3"),
    ("position(/data/r[k = 'e'])", "5"),
    ("position(/data/nowhere)", "0"),
    ("position(..)", "1"),
    ("position(/data/e/@at)", "0"),
    ("position('a')", "0"),
    ("/data/r[position() = 2]/k", "b"),
    ("/data/r[last()]/k", "f"),
    ("name(..)", "data"),
    ("local-name(/data/r)", "r"),
    ("namespace-uri(.)", ""),
    ("lang('it')", "false"),
    ("count(id('a'))", "0"),
    ("number()", "3"),
    ("string()", "3"),
    ("string-length()", "1"),
    ("normalize-space()", "3"),
    ("once('first')", "3"),
    ("sum(/data/r/n)", "21"),
    ("max(/data/r/n, /data/a)", "6"),
    ("join(',', /data/r/k)", "a,b,c,d,e,f"),
    ("concat(/data/e/@at)", "5"),
    ("concat(/data/e/namespace::*)", "http://www.w3.org/XML/1998/namespace"),
    ("checklist(6, 6, /data/r/k)", "true"),
    ("weighted-checklist(21, 21, /data/r/k, /data/r/n)", "true"),
    ("indexed-repeat(/data/r/k, /data/r, 2)", "b"),
    ("indexed-repeat(/data/r/k, /data/r, /data/a)", "c"),
    ("indexed-repeat(/data/x/p/q, /data/x, 2, /data/x/p, 2)", "v2"),
    ("indexed-repeat(/data/x/p/q, /data/x/p, 2, /data/x, 3)", "w2"),
    ("indexed-repeat(/data/r/k, /data/r, 9)", ""),
    ("indexed-repeat(/data/r/k, /data/r, 0)", ""),
    ("indexed-repeat(/data/r/k, /data/r, '')", ""),
    ("indexed-repeat('a', 'b', 1)", ""),
    ("count(randomize(/data/r))", "6"),
    ("randomize('abc')", ""),
    ("join('', randomize(/data/r/k, 42))", "afcbde"),
    ("join('', randomize(/data/r/k, 0))", "cbeafd"),
    ("join('', randomize(/data/r/k, ''))", "cbeafd"),
    ("join('', randomize(/data/r/k, /data/b))", "cbeafd"),
    ("join('', randomize(/data/r/k, '42'))", "afcbde"),
    ("join('', randomize(/data/r/k, ' 42.9 '))", "afcbde"),
    ("join('', randomize(/data/r/k, '2026-03-02'))", "ecdafb"),
    ("concat(randomize(/data/r/k, 42), /data/b, 'x')", "afcbdex"),
)

# Orders that JavaRosa 5.1 gives.
ORDERS = {
    42: "afcbde", 0: "cbeafd", 1: "bfeacd", 1.9: "bfeacd", -7: "afcebd", 2147483647: "cbeafd",
    99999999999999: "beacfd", 20514: "ecdafb", float("inf"): "ecfdba", float("nan"): "cbeafd",
}  # fmt: skip

# ODK XForms specification, "XPath Functions", and XPath 1.0 section 4; instance, current, pulldata,
# jr:choice-name and jr:itext read the form itself.
SPECIFIED = """
string concat join substr substring-before substring-after translate string-length normalize-space contains
starts-with ends-with uuid digest if coalesce once true false boolean boolean-from-string not regex checklist
weighted-checklist number random int sum max min round pow log log10 abs sin cos tan asin acos atan atan2 sqrt exp
exp10 pi count count-non-empty position randomize today now format-date format-date-time date decimal-date-time
decimal-time selected selected-at count-selected indexed-repeat area distance
last id local-name namespace-uri name substring lang floor ceiling
"""


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_value(expression: str, expected: str) -> None:
    assert over_tree(expression) == expected


@pytest.mark.parametrize("seed", ORDERS)
def test_a_seed_gives_the_order_of_other_engines(seed: float) -> None:
    assert "".join(shuffled("abcdef", seed)) == ORDERS[seed]


def test_a_text_as_seed_gives_the_number_of_other_engines() -> None:
    assert seed_of("Hello") == 1756278180214341157


def test_without_a_seed_the_moment_decides() -> None:
    source = "join('', randomize(/data/r/k))"
    orders = {over_tree(source, f"2026-03-02T10:00:{second:02}.000+01:00") for second in range(30)}
    assert len(orders) > 10
    assert over_tree(source) == over_tree(source)
    assert all(sorted(order) == sorted("abcdef") for order in orders)


def test_draws_within_an_expression_differ_and_repeat_with_the_moment() -> None:
    source = "concat(uuid(), ' ', uuid(), ' ', random(), ' ', random())"
    assert len(set(over_tree(source).split())) == 4
    assert over_tree(source) == over_tree(source)


def test_every_function_of_the_specification_is_known() -> None:
    assert set(SPECIFIED.split()) <= set(FUNCTIONS)
