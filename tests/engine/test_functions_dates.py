"""Functions over dates and times, computed in a form at 09:00 UTC on Monday, 2 March 2026."""

from __future__ import annotations

import pytest

from tests.support.functions import Case, computed

_CODES = "'%Y %y %m %n %b %d %e %H %h %M %S %3 %a %%'"
CASES: tuple[Case, ...] = (
    ("today()", "2026-03-02"),
    ("now()", "2026-03-02T09:00:00.000+00:00"),
    ("number(today())", "20514"),
    ("today() - ${day}", "0"),
    ("${day} <= today()", "true"),
    ("today() > '2020-01-01'", "true"),
    ("date('2026-03-05') - ${day}", "3"),
    ("date(today() + 30)", "2026-04-01"),
    ("date('2026-3-2')", "2026-03-02"),
    ("date('2026-03-02T23:05:07.004+05:00')", "2026-03-02"),
    ("date('2026-02-30')", ""),
    ("date('2026-W10-1')", ""),
    ("date('20260302')", ""),
    ("date('12:00')", ""),
    ("date('abc')", ""),
    ("date('')", ""),
    ("date(3.9)", "1970-01-04"),
    ("date(-3.9)", "1969-12-29"),
    ("date('3')", "1970-01-04"),
    ("date(true())", ""),
    ("date(0 div 0)", ""),
    ("date(1 div 0)", ""),
    ("date(3000000)", ""),
    ("date-time('2026-03-02')", "2026-03-02T00:00:00.000"),
    ("date-time('2026-03-02T10:20:30.4+02:00')", "2026-03-02T10:20:30.400+02:00"),
    ("date-time('2026-03-02T10:20Z')", "2026-03-02T10:20:00.000+00:00"),
    ("date-time(3.5)", "1970-01-04T12:00:00.000+00:00"),
    ("date-time('25:00')", ""),
    ("decimal-date-time('1970-01-02')", "1"),
    ("decimal-date-time('2026-03-02T12:00:00.000Z')", "20514.5"),
    ("decimal-date-time('2026-03-02T12:00:00.000+12:00')", "20514"),
    ("decimal-date-time(3.25)", "3.25"),
    ("decimal-date-time('')", ""),
    ("decimal-date-time('abc')", ""),
    ("decimal-time('18:00')", "0.75"),
    ("decimal-time('06:00:00.000+01:00')", "0.25"),
    ("decimal-time('2026-03-02T18:00:00.000')", "0.75"),
    ("decimal-time(3.25)", "0.25"),
    ("decimal-time('24:00')", ""),
    ("decimal-time('')", ""),
    ("format-date(${day}, '%e/%n/%Y')", "2/3/2026"),
    (f"format-date-time('2026-03-02T09:05:07.004', {_CODES})", "2026 26 03 3 mar 02 2 09 9 05 07 004 lun %"),
    ("format-date-time('2026-03-02T09:05:07.004+05:00', '%H:%M')", "09:05"),
    ("format-date('0999-01-02', '%Y %y')", "0999 99"),
    ("format-date('2026-12-31', '%W')", "53"),
    ("format-date('2026-01-01', '%W')", "1"),
    ("format-date('2026-03-02', '%H:%M')", "00:00"),
    ("format-date('09:05', '%H.%M')", "09.05"),
    ("format-date(20514.5, '%Y-%m-%d %H:%M')", "2026-03-02 12:00"),
    ("format-date('2026-03-02', '%B %d% %')", "%B 02% %"),
    ("format-date('2026-03-02', '')", ""),
    ("format-date('', '%Y')", ""),
    ("format-date('x', '%Y')", ""),
    ("format-date(true(), '%Y')", ""),
)
NAMES = "format-date('2026-08-05', '%a %e %b')"


@pytest.fixture(scope="module")
def values() -> dict[str, str]:
    return computed(expression for expression, _ in CASES)


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_value(values: dict[str, str], expression: str, expected: str) -> None:
    assert values[expression] == expected


@pytest.mark.parametrize(("language", "expected"), [("it", "mer 5 ago"), ("en", "Wed 5 Aug"), ("fr", "mer. 5 août")])
def test_names_are_those_of_the_language(language: str, expected: str) -> None:
    assert computed([NAMES], language)[NAMES] == expected
