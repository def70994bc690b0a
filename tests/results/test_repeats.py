"""What was said in repeats: counted together, and a table of its own for each."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from core.clock import FixedClock
from core.database.database import Database
from surveys.engine.inputs import Add, Answer, Confirm, Input, Remove, Submit
from surveys.responses.shelf import FormShelf
from surveys.responses.store import load_round
from surveys.results.errors import PartUnknown
from surveys.results.export import export_csv, export_xlsx
from surveys.results.store import results
from surveys.results.table import Wish
from tests.responses.desk import Desk
from tests.responses.scene import Scene, build

FORM = """
| survey | type | name | label |
| | text | body | Body? |
| | begin_repeat | project | Project |
| | text | title | Title? |
| | select_one yn | local | Local? |
| | begin_repeat | partner | Partner |
| | text | who | Who? |
| | end_repeat | | |
| | end_repeat | | |
| choices | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
"""
ONE = (
    Answer("/data/body", "B1"), Answer("/data/project[1]/title", "P1"), Answer("/data/project[1]/local", "yes"),
    Answer("/data/project[1]/partner[1]/who", "W1"), Add("/data/project[1]/partner"),
    Answer("/data/project[1]/partner[2]/who", "=W2"), Confirm("/data/project[1]/partner"),
    Add("/data/project"), Answer("/data/project[2]/title", "P2"), Answer("/data/project[2]/local", "yes"),
    Answer("/data/project[2]/partner[1]/who", ""), Confirm("/data/project[2]/partner"),
    Add("/data/project"), Answer("/data/project[3]/title", "P3"), Answer("/data/project[3]/local", "no"),
    Answer("/data/project[3]/partner[1]/who", "W3"), Confirm("/data/project[3]/partner"),
    Remove("/data/project[2]"), Confirm("/data/project"), Submit(),
)  # fmt: skip


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    scene = build(database, clock.now(), FORM)
    desk = Desk(scene, FormShelf())
    response = desk.begin(scene.participant()).response_id
    given: tuple[Input, ...] = ONE
    for one in given:
        desk.give(response, one)
    desk.begin(scene.participant())
    return scene


def as_csv(scene: Scene, wish: Wish) -> list[list[str]]:
    file = io.BytesIO()
    scene.database.read(lambda s: export_csv(s, FormShelf(), load_round(s, scene.round_id), file, wish))
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))


def test_a_row_an_instance(scene: Scene) -> None:
    heads, one, blank = as_csv(scene, Wish())
    assert heads[-3:-1] == ["body", "project"]
    assert (one[-3:-1], blank[-3:-1]) == (["B1", "2"], ["", ""])
    response = one[0]
    assert as_csv(scene, Wish(part="project")) == [
        ["_response", "_instance", "title", "local", "partner"],
        [response, "1", "P1", "yes", "2"],
        [response, "2", "P3", "no", "1"],
    ]
    assert as_csv(scene, Wish(part="partner")) == [
        ["_response", "_instance", "who"],
        [response, "1.1", "W1"],
        [response, "1.2", "'=W2"],
        [response, "2.1", "W3"],
    ]


def test_a_sheet_a_repeat(scene: Scene) -> None:
    file = io.BytesIO()
    scene.database.read(lambda s: export_xlsx(s, FormShelf(), load_round(s, scene.round_id), file, Wish("en")))
    book = load_workbook(file)
    assert book.sheetnames == ["responses", "project", "partner", "codebook"]
    assert [row[1].value for row in book["partner"].iter_rows()] == ["_instance", "1.1", "1.2", "2.1"]
    assert ("project", "repeat") in {(row[0].value, row[1].value) for row in book["codebook"].iter_rows()}


def test_what_was_said_in_all_instances_is_counted_together(scene: Scene) -> None:
    found = scene.database.read(lambda s: results(s, FormShelf(), load_round(s, scene.round_id), "en"))
    local = next(one for one in found if one.name == "local")
    assert [(bar.value, bar.count) for bar in local.bars] == [("yes", 1), ("no", 1)]
    assert set(next(one for one in found if one.name == "who").texts) == {"W1", "=W2", "W3"}


def test_a_part_that_is_not_there_is_named(scene: Scene) -> None:
    with pytest.raises(PartUnknown) as fault:
        as_csv(scene, Wish(part="nothing"))
    assert fault.value.values == {"name": "nothing", "known": "project, partner"}
