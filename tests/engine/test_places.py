"""Points, lines and areas: what is kept, what is refused, what people may write."""

from __future__ import annotations

import pytest

from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.places import is_place, read_point, read_points
from surveys.engine.understand import understand
from surveys.engine.values import Refused, check

MOMENT = ("it", "2026-03-02")


def _question(kind: Kind, *appearance: str) -> Question:
    return Question("/data/x", "x", kind, {}, appearance=frozenset(appearance))


@pytest.mark.parametrize(
    "value", ["45.07 7.68", "45.07 7.68 240", "45.07 7.68 0 12", "-90 180", "90 -180", "0 0", "1e1 2"]
)
def test_points(value: str) -> None:
    assert check(_question(Kind.GEOPOINT), value, ()) == value


@pytest.mark.parametrize(
    "value", ["45.07", "90.1 7", "45 180.1", "45 -181", "a b", "45 7 0 0 0", "45,07 7", "nan 0", "inf 0", "٤ 5"]
)  # fmt: skip
def test_what_is_no_point(value: str) -> None:
    found = check(_question(Kind.GEOPOINT), value, ())
    assert isinstance(found, Refused) and found.fault is Fault.NOT_A_PLACE


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (Kind.GEOTRACE, "45 7;46 8", "45 7;46 8"),
        (Kind.GEOTRACE, "45 7 0 0; 46  8 0 0;", "45 7 0 0;46 8 0 0"),
        (Kind.GEOTRACE, "45 7", Fault.NOT_A_LINE),
        (Kind.GEOTRACE, "45 7;", Fault.NOT_A_LINE),
        (Kind.GEOTRACE, "45 7;;46 8", Fault.NOT_A_PLACE),
        (Kind.GEOTRACE, "45 7;46", Fault.NOT_A_PLACE),
        (Kind.GEOSHAPE, "45 7;46 8;47 7;45 7", "45 7;46 8;47 7;45 7"),
        (Kind.GEOSHAPE, "45 7;46 8;47 7", Fault.NOT_AN_AREA),
        (Kind.GEOSHAPE, "45 7;46 8;45 7", Fault.NOT_AN_AREA),
        (Kind.GEOSHAPE, "45 7;45 7;45 7;45 7", Fault.NOT_AN_AREA),
    ],
)
def test_lines_and_areas(kind: Kind, value: str, kept: str | Fault) -> None:
    found = check(_question(kind), value, ())
    assert (found.fault if isinstance(found, Refused) else found) == kept


@pytest.mark.parametrize(
    "text", ["45.07 7.68", "45,07 7,68", "45.07, 7.68", "45.07,7.68", "45,07; 7,68", "45.07° 7.68°", " 45,07 , 7,68 "]
)
def test_points_as_people_write_them(text: str) -> None:
    assert read_point(text) == "45.07 7.68"


def test_points_one_a_line() -> None:
    assert read_points("45 7\n\n46, 8\n", closed=False) == "45 7;46 8"
    assert read_points("45 7\n46 8\n47 7", closed=True) == "45 7;46 8;47 7;45 7"
    assert read_points("45 7;46 8;47 7;45 7", closed=True) == "45 7;46 8;47 7;45 7"
    assert not is_place(read_points("qui", closed=False))


@pytest.mark.parametrize(
    ("appearance", "text", "value"),
    [
        ("month-year", "2024-05", "2024-05-01"),
        ("month-year", "05/2024", "2024-05-01"),
        ("month-year", "maggio 2024", "2024-05-01"),
        ("month-year", "17/5/2024", "2024-05-01"),
        ("year", "2024", "2024-01-01"),
        ("year", "24", None),
        ("month-year", "13/2024", None),
        ("", "05/2024", None),
    ],
)
def test_months_and_years(appearance: str, text: str, value: str | None) -> None:
    found = understand(_question(Kind.DATE, appearance), text, (), MOMENT)
    assert (None if isinstance(found, Refused) else found) == value
