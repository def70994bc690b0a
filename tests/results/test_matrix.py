"""Bodies by questions: the alignment of municipalities with the plan's actions."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from surveys.responses.shelf import FormShelf
from surveys.responses.store import load_round
from surveys.results.matrix import Cell, Column, Matrix, columns_of, matrix
from surveys.results.store import results_form
from tests.results.sheet import sheet
from tests.support.forms import form


def test_who_said_what_and_why(database: Database, clock: FixedClock) -> None:
    scene, shelf = sheet(database, clock), FormShelf()

    def work(session: Session) -> Matrix | None:
        round_ = load_round(session, scene.round_id)
        return matrix(session, round_, results_form(session, shelf, round_), "en")

    found = database.read(work)
    assert found is not None
    assert found.columns == (
        Column("/data/green/water", "Water", "Environment"),
        Column("/data/green/soil", "Soil", "Environment"),
        Column("/data/rail", "Rail", ""),
    )
    assert [(row.name, row.cells) for row in found.rows] == [
        (
            "Prova Alta",
            (Cell("misaligned", "Misaligned", "<b>Il rio</b>", 2), Cell("silent", "Silent", "", 3), Cell()),
        ),
        (
            "Prova Bassa",
            (Cell("aligned", "Aligned", "", 1), Cell("silent", "Silent", "", 3), Cell("aligned", "Aligned", "", 1)),
        ),
    ]
    assert found.choices == (("aligned", "Aligned"), ("misaligned", "Misaligned"), ("silent", "Silent"))
    assert found.totals == ((1, 1, 0), (0, 0, 2), (1, 0, 0))


def test_a_round_of_people_has_none(database: Database, clock: FixedClock) -> None:
    scene, shelf = sheet(database, clock), FormShelf()
    of_people = scene.round("people")

    def work(session: Session) -> Matrix | None:
        round_ = load_round(session, of_people)
        return matrix(session, round_, results_form(session, shelf, round_), "en")

    assert database.read(work) is None


def test_two_questions_are_no_matrix() -> None:
    made = form(
        "| survey | type | name | label |\n| | select_one l | a | A |\n| | select_one l | b | B |\n"
        "| choices | list_name | name | label |\n| | l | x | X |\n"
    )
    assert columns_of(made, "it") == ()
