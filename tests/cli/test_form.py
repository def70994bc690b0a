"""`ascolto form`: faults are told with their place, and the status says whether the form can be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.form import app
from tests.responses.scene import FORM


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "follow-up.md"
    path.write_text(FORM, encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.md"
    path.write_text(FORM.replace("${member} = 'yes'", "${members} = 'yes'"), encoding="utf-8")
    return path


def test_a_sound_form_passes(form: Path) -> None:
    done = CliRunner().invoke(app, ["check", "--json", str(form)])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["errors"] == []
    assert CliRunner().invoke(app, ["check", str(form)]).exit_code == 0


def test_a_fault_is_told_with_its_row(broken: Path) -> None:
    done = CliRunner().invoke(app, ["check", "--json", str(broken)])
    assert done.exit_code == 2
    [fault] = json.loads(done.stdout)["errors"]
    assert fault["sheet"] == "survey" and fault["row"] == 4 and fault["text"]
    told = CliRunner().invoke(app, ["check", str(broken)], env={"LC_ALL": "en_GB.UTF-8"})
    assert told.exit_code == 2 and "row 4" in told.stdout


def test_answers_are_played(form: Path, tmp_path: Path) -> None:
    steps = tmp_path / "steps.json"
    script = {
        "now": "2023-07-10T10:00:00+02:00",
        "steps": [["set", "/data/member", "yes"], ["set", "/data/years", "x"]],
    }
    steps.write_text(json.dumps(script), encoding="utf-8")
    done = CliRunner().invoke(app, ["trace", str(form), str(steps)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["outcomes"][0] == "ok" and found["outcomes"][1] != "ok"
    assert found["violations"] == [["/data/years", "required"]] and found["complete"] is False


@pytest.mark.parametrize("content", ["no json", "[]", "{}", '{"now": "yesterday", "steps": []}'])
def test_steps_that_cannot_be_played_are_refused(form: Path, tmp_path: Path, content: str) -> None:
    steps = tmp_path / "steps.json"
    steps.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(app, ["trace", str(form), str(steps)])
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_a_broken_form_cannot_be_traced(broken: Path, tmp_path: Path) -> None:
    steps = tmp_path / "steps.json"
    steps.write_text('{"now": "2023-07-10T10:00:00+02:00", "steps": []}', encoding="utf-8")
    done = CliRunner().invoke(app, ["trace", str(broken), str(steps)])
    assert done.exit_code == 2 and json.loads(done.stdout)["errors"]
