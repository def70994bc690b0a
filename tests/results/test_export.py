"""Files of answers: whole, harmless, and read as a stream."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from cli.results import app
from core.process.tables import Office
from core.staff.tables import AuditEntry
from surveys.engine.inputs import Answer, Submit
from surveys.responses.errors import RoundAmbiguous, RoundUnknown
from surveys.responses.shelf import FormShelf
from surveys.responses.store import load_round, round_named
from surveys.responses.tables import Answer as AnswerRow
from surveys.responses.tables import Response
from surveys.results.export import export_csv, export_xlsx, harmless
from surveys.results.table import Wish, response_rows
from tests.responses.desk import Desk
from tests.responses.scene import Scene


def as_csv(scene: Scene, shelf: FormShelf, wish: Wish) -> list[list[str]]:
    file = io.BytesIO()
    scene.database.read(lambda s: export_csv(s, shelf, load_round(s, scene.round_id), file, wish))
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))


def answer_all(scene: Scene, shelf: FormShelf, idea: str) -> None:
    desk = Desk(scene, shelf)
    zone = scene.zone("north")
    response = desk.begin(scene.participant(zone_id=zone, category="clerk")).response_id
    for given in (
        Answer("/data/member", "yes"),
        Answer("/data/years", "12"),
        Answer("/data/axes", "green schools"),
        Answer("/data/order", "health green schools"),
        Answer("/data/idea", idea),
        Submit(),
    ):
        desk.give(response, given)


def test_a_row_a_response_and_a_column_a_question(scene: Scene, shelf: FormShelf) -> None:
    answer_all(scene, shelf, 'Più alberi, "subito"\ne ovunque')
    Desk(scene, shelf).begin(scene.participant())
    heads, labels, row, begun = as_csv(scene, shelf, Wish("en", labels=True))
    told = dict(zip(heads, row, strict=True))
    assert dict(zip(heads, labels, strict=True))["member"] == "Are you a member?"
    assert told["member"] == "yes" and told["years"] == "12" and told["order"] == "health green schools"
    assert told["idea"] == 'Più alberi, "subito"\ne ovunque'
    assert (told["_state"], told["_zone"], told["_category"]) == ("complete", "North", "clerk")
    assert told["_started_at"] == "2023-07-10T10:00:00+02:00"
    assert dict(zip(heads, begun, strict=True))["_state"] == "partial"
    assert len(as_csv(scene, shelf, Wish(partial=False))) == 2
    assert len(set(heads)) == len(heads)


def test_choices_may_have_a_column_each(scene: Scene, shelf: FormShelf) -> None:
    answer_all(scene, shelf, "idea")
    heads, row = as_csv(scene, shelf, Wish("en", split=True))
    told = dict(zip(heads, row, strict=True))
    assert [told[f"axes/{one}"] for one in ("green", "health", "schools")] == ["1", "0", "1"]
    assert [told[f"order/{one}"] for one in ("green", "health", "schools")] == ["2", "1", "3"]
    assert "axes" not in told


@pytest.mark.parametrize("evil", ["=1+1", "+39 011", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_nothing_runs_in_a_spreadsheet(evil: str) -> None:
    assert str(harmless(evil)).startswith("'")
    assert harmless(-2) == -2 and harmless("fine = yes") == "fine = yes"


def test_xlsx_holds_numbers_as_numbers_and_text_as_text(scene: Scene, shelf: FormShelf) -> None:
    answer_all(scene, shelf, '=HYPERLINK("http://example.org")')
    file = io.BytesIO()
    scene.database.read(lambda s: export_xlsx(s, shelf, load_round(s, scene.round_id), file, Wish("en")))
    book = load_workbook(file)
    heads, row = book["responses"].iter_rows()
    told = {head.value: cell for head, cell in zip(heads, row, strict=True)}
    assert told["years"].value == 12 and told["years"].data_type == "n"
    assert told["idea"].data_type == "s" and str(told["idea"].value).startswith("'=")
    meaning = [[cell.value for cell in line] for line in book["codebook"].iter_rows()]
    assert ["axes", "select_multiple", None, "health", "Health"] in meaning


def test_memory_does_not_grow_with_the_responses(scene: Scene, shelf: FormShelf) -> None:
    many = 6000
    common = {"subject_kind": "participant", "participant_id": None, "form_version_id": scene.form_version_id}
    times = {"started_at": scene.now, "changed_at": scene.now, "completed_at": scene.now}
    rows: list[dict[str, Any]] = [
        {"round_id": scene.round_id, "subject": f"x{n}", "state": "complete", "session": {}, **common, **times}
        for n in range(many)
    ]
    answers = [
        {
            "response_id": n,
            "form_version_id": scene.form_version_id,
            "ref": "/data/idea",
            "value": "long " * 500,
            "language": "it",
            "door": "web",
            "answered_at": scene.now,
        }
        for n in range(1, many + 1)
    ]
    scene.database.write(lambda s: s.execute(insert(Response), rows))
    scene.database.write(lambda s: s.execute(insert(AnswerRow), answers))

    def peak(session: Session) -> tuple[int, int]:
        tracemalloc.start()
        round_ = load_round(session, scene.round_id)
        found = sum(1 for _ in response_rows(session, round_, Wish()))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found, used

    found, used = scene.database.read(peak)
    assert found == many
    assert used < 6_000_000, "the texts alone are 15 MB"


def test_a_round_is_found_by_its_name(scene: Scene) -> None:
    found = scene.database.read(lambda s: round_named(s, "plan/follow-up-2023"))
    assert found.id == scene.round_id
    with pytest.raises(RoundUnknown):
        scene.database.read(lambda s: round_named(s, "other/follow-up-2023"))
    first = scene.process_id
    scene.office_id = scene.insert(Office, slug="second", name="Second", kind="authority")
    scene.process_id = scene.copy_process("plan-2")
    scene.round("follow-up-2023")
    with pytest.raises(RoundAmbiguous):
        scene.database.read(lambda s: round_named(s, "follow-up-2023"))
    assert scene.database.read(lambda s: round_named(s, "plan/follow-up-2023")).process_id == first


def test_the_command_writes_a_file(
    scene: Scene, shelf: FormShelf, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_all(scene, shelf, "idea")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", database_url)
    for kind in ("csv", "xlsx"):
        target = tmp_path / f"answers.{kind}"
        done = CliRunner().invoke(
            app, ["export", "follow-up-2023", "--format", kind, "--output", str(target), "--labels"]
        )
        assert done.exit_code == 0, done.output
        assert target.stat().st_size > 100
    assert {one.name for one in tmp_path.iterdir()} >= {"answers.csv", "answers.xlsx"}
    assert not list(tmp_path.glob(".*")), "no draft is left"
    acts = scene.database.read(
        lambda s: s.execute(select(AuditEntry.act, AuditEntry.subject, AuditEntry.details)).all()
    )
    assert [tuple(act) for act in acts] == [
        ("results.exported", f"round:{scene.round_id}", {"format": kind}) for kind in ("csv", "xlsx")
    ]
