"""Functions over places, against results of JavaRosa 5.1."""

from __future__ import annotations

import pytest

from tests.support.functions import Case, computed

_SHAPE = "38.253094 21.756382 0 0;38.253090 21.756382 0 0;38.253060 21.756362 0 0;38.253094 21.756382 0 0"
_POINTS = "7.9377 -11.5845 0 0; 7.9324 -11.5902 0 0; 7.926 -11.5858 0 0"
_SQUARE = "0 0; 0 1; 1 1; 1 0; 0 0"

MEASURES = (
    (f"distance('{_SHAPE}')", 8.38523917208802),
    (f"distance('{_POINTS}')", 1723.9144608714814),
    ("distance('1 1 0 0; 2 2 0 0')", 157400.64794881135),
    ("distance('1 1', '2 2')", 157400.64794881135),
    ("distance('1 1;', '', ' 2 2 ; ')", 157400.64794881135),
    ("distance('1 1', '2 2', '1 1')", 314801.2958976227),
    (f"area('{_SHAPE}')", 0.38924590203981296),
    (f"area('{_POINTS}')", 366971.4462328529),
    (f"enclosed-area('{_POINTS}')", 366971.4462328529),
    ("area('7.9377 -11.5845', '7.9324 -11.5902', '7.926 -11.5858')", 366971.4462328529),
)
CASES: tuple[Case, ...] = (
    ("distance('1 1')", "0"),
    ("distance('1 1; 1 1')", "0"),
    ("distance('45.0703 7.6869; 45.0703 7.6869')", "0"),
    ("area('1 1; 2 2')", "0"),
    ("distance('')", "0"),
    ("area(${b})", "0"),
    ("distance('foo')", ""),
    ("distance('1 1; 2')", ""),
    ("distance('1 1; 200 2')", ""),
    ("distance('1 1; 2 nan')", ""),
    ("distance('1 1 1 1 1; 2 2')", ""),
    ("area('1 1; x y; 2 2')", ""),
    ("distance('0.00001 0; 1e-5 0')", "0"),
    ("distance('90 0; -90 0') > 20000000", "true"),
    (f"geofence('0.5 0.5', '{_SQUARE}')", "true"),
    (f"geofence('2 2', '{_SQUARE}')", "false"),
    (f"geofence('-0.5 0.5 0 0', '{_SQUARE}')", "false"),
    (f"geofence('', '{_SQUARE}')", "false"),
    ("geofence('0.5 0.5', 'x')", "false"),
)


@pytest.fixture(scope="module")
def values() -> dict[str, str]:
    return computed([expression for expression, _ in CASES] + [expression for expression, _ in MEASURES])


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_value(values: dict[str, str], expression: str, expected: str) -> None:
    assert values[expression] == expected


@pytest.mark.parametrize(("expression", "expected"), MEASURES)
def test_measure(values: dict[str, str], expression: str, expected: float) -> None:
    assert float(values[expression]) == pytest.approx(expected, rel=1e-9)
