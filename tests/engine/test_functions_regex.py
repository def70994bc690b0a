"""Patterns: the same as others find, in time that cannot run away."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.functions.letters import PatternFault
from surveys.engine.functions.matching import matches
from surveys.engine.inputs import Answer
from tests.support.forms import NOW, form

_TAX_CODE = "[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]"
MATCHES = (
    (_TAX_CODE, "RSSMRA80A01H501U", True),
    (_TAX_CODE, "RSSMRA80A01H501", False),
    (r"^\d{5}$", "10121", True),
    (r"^\d{5}$", "1012a", False),
    (r"\d", "٣", False),
    (r"\w+", "Città", False),
    (r"[\w ]+", "a b", True),
    (r"\p{L}+", "Città", True),
    (r"[\p{L}' -]+", "Dell'Orto-Bò", True),
    (r"\p{Lu}\p{Ll}+", "Torino", True),
    (r"\P{L}+", "123", True),
    (r"\p{IsLatin}+", "é", True),
    (r"\p{IsGreek}+", "é", False),
    (r"\p{Alpha}+", "é", False),
    (r"\pL", "è", True),
    (r"[a-z&&[^aeiou]]+", "bcd", True),
    (r"[a-z&&[^aeiou]]+", "bad", False),
    (r"[a[0-9]]+", "a1", True),
    (r"[]a]+", "]a", True),
    (r"[^]a]", "]", False),
    (r"[a-]+", "a-", True),
    (r"[\d.-]+", "1.-", True),
    (r"(a|b)*c", "ababc", True),
    (r"(?:ab){2,3}", "ababab", True),
    (r"(?:ab){2,3}", "ab", False),
    (r"(?<word>a)(?P<other>b)", "ab", True),
    (r"a{2}", "aa", True),
    (r"a{,2}", "a{,2}", True),
    (r"a*?b+?c??", "aab", True),
    (r"a++b", "aab", True),
    (r"(?i)torino", "TORINO", True),
    (r"(?i:t)orino", "TORINO", False),
    (r"a(?i)b(?-i)c", "aBc", True),
    (r"(?s).", "\n", True),
    (r".", "\n", False),
    (r"(?m)a$\n^b", "a\nb", True),
    (r"(?=.*\d)(?=.*[A-Z]).{8,}", "Password1", True),
    (r"(?=.*\d)(?=.*[A-Z]).{8,}", "password1", False),
    (r"(?!.*foo).*", "a bar", True),
    (r"(?!.*foo).*", "a foo", False),
    (r".*(?<!\.)", "ends.", False),
    (r".*(?<=x)y", "xy", True),
    (r"\bab\b", "ab", True),
    (r"a\Bb", "ab", True),
    (r"\A\x41\u0042\x{43}\z", "ABC", True),
    (r"\Qa.b\E+", "a.bb", True),
    (r"\\Q", "\\Q", True),
    (r"\Qab", "ab", True),
    (r"\.\*\\", ".*\\", True),
    (r"a|", "", True),
)
UNUSABLE = (
    "(", ")", "a)", "[", "[a", "*a", "a**", "\\", "(?<name", "[b-a]", r"\1", r"(a)\1", "(?>a)", r"\p{Nope}", r"\y",
    "a{3,2}", "a{99999}", "(?z)a", "^*", "((a{100}){100}){100}", "((){9999}){9999}", "(" * 60 + ")" * 60, "a" * 5_000,
)  # fmt: skip
# Each has Python's own `re` at work for hours, or for longer than anybody lives.
HOSTILE = (
    ("(a+)+b", False),
    ("(a|a)*b", False),
    ("(a|aa)+b", False),
    ("(.*)*(.*)*x", False),
    ("(a*)*", True),
    (".*.*.*.*.*.*.*.*b", False),
    ("((?=.*z)a)*", False),
)


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES)
def test_match(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize("pattern", UNUSABLE)
def test_an_unusable_pattern_is_told(pattern: str) -> None:
    with pytest.raises(PatternFault):
        matches(pattern, "a")


@pytest.mark.parametrize(("pattern", "expected"), HOSTILE)
def test_a_hostile_pattern_takes_no_longer_than_another(pattern: str, expected: bool) -> None:
    assert matches(pattern, "a" * 10_000) is expected


def test_a_pattern_with_too_much_work_gives_up() -> None:
    with pytest.raises(PatternFault):
        matches("(a|b)*a(a|b){2000}", "ab" * 5_000)


def test_a_long_answer_is_held_against_a_careless_constraint() -> None:
    made = form("""
| survey | type | name | label | constraint |
| | text | code | Code | regex(., '(a+)+b') |
""")
    session, _ = start(made, "it", NOW)
    session, events = resume(made, session, Answer("/data/code", "a" * 10_000), NOW)
    assert [event.fault for event in events if isinstance(event, AnswerRefused)] == [Fault.CONSTRAINT]
    session, events = resume(made, session, Answer("/data/code", "aab"), NOW)
    assert session.values["/data/code"] == "aab"


_ATOMS = st.sampled_from([
    "a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab|a)", "(?:a)", r"\w", r"\d", "a?", "b*", "(a|b)+", "(ab){1,3}", "^",
    "$", r"\b", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "[a-c]{2}", "(?i:A)", "|", "(a*)*", "(?:a|b?){2,}", "a+?",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(_ATOMS, min_size=1, max_size=6).map("".join), st.text("abcA1 ", max_size=7))
def test_matches_what_python_finds(pattern: str, text: str) -> None:
    assert matches(pattern, text) is bool(re.fullmatch(pattern, text, re.ASCII))
