"""`ascolto load` and `ascolto people`, as a person at the terminal runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner

from cli import account, load, people
from core.database.database import Database
from core.errors import Problem
from core.staff.roles import Role
from core.staff.tables import AuditEntry

EXAMPLE = Path(__file__).parents[2] / "examples" / "psm-torino"

app = typer.Typer()
app.command("load")(load.load)
app.add_typer(people.app, name="people")
app.add_typer(account.app, name="account")


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", database_url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_a_package_is_tried_loaded_and_corrected(run: CliRunner, tmp_path: Path) -> None:
    dry = run.invoke(app, ["load", str(EXAMPLE), "--dry-run"])
    assert (dry.exit_code, "dry run" in dry.output) == (0, True)
    first = json.loads(run.invoke(app, ["load", str(EXAMPLE), "--json"]).stdout)
    assert {one["what"] for one in first["changes"]} == {"added"}
    again = json.loads(run.invoke(app, ["load", str(EXAMPLE), "--json"]).stdout)
    assert {one["what"] for one in again["changes"]} == {"unchanged"}
    moved = run.invoke(app, ["load", str(EXAMPLE), "--start", "2024-01-08"])
    assert (moved.exit_code, "phase analysis: changed" in moved.output) == (0, True)

    folder = shutil.copytree(EXAMPLE, tmp_path / "wrong")
    broken = (folder / "process.yaml").read_text(encoding="utf-8").replace("mailings:", "mailing:")
    (folder / "process.yaml").write_text(broken, encoding="utf-8")
    wrong = run.invoke(app, ["load", str(folder)])
    assert wrong.exit_code == 2
    assert "Did you mean mailings?" in wrong.output
    as_json = run.invoke(app, ["load", str(folder), "--json"])
    assert as_json.exit_code == 2
    assert json.loads(as_json.stdout)["errors"][0]["file"] == "process.yaml"


def test_a_wrong_start_is_wrong_usage(run: CliRunner) -> None:
    assert run.invoke(app, ["load", str(EXAMPLE), "--start", "soon"]).exit_code == 2


def test_people_go_in_and_out(run: CliRunner, database: Database, tmp_path: Path) -> None:
    run.invoke(app, ["load", str(EXAMPLE)])
    out = tmp_path / "out.csv"
    assert run.invoke(app, ["people", "export", "--office", "cmto", "--out", str(out)]).exit_code == 0
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 401
    shown = run.invoke(app, ["people", "export", "--office", "cmto"])
    assert shown.stdout == out.read_text(encoding="utf-8-sig")
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"], "no draft is left"
    acts = database.read(
        lambda s: s.scalars(select(AuditEntry.details).where(AuditEntry.act == "people.exported")).all()
    )
    assert list(acts) == [{"people": 400}] * 2
    file = tmp_path / "more.csv"
    file.write_text("Chi,Posta\nAda,ada@example.org\n", encoding="utf-8")
    command = ["people", "import", str(file), "--office", "cmto", "--map", "Chi=name", "--map", "Posta=email", "--json"]
    tried = json.loads(run.invoke(app, [*command, "--dry-run"]).stdout)
    assert tried["counts"]["added"] == 1
    assert json.loads(run.invoke(app, command).stdout)["counts"]["added"] == 1
    assert json.loads(run.invoke(app, command).stdout)["counts"]["unchanged"] == 1
    file.write_text("name,email\nBo,bo.example.org\n", encoding="utf-8")
    wrong = run.invoke(app, ["people", "import", str(file), "--office", "cmto"])
    assert wrong.exit_code == 2
    assert "more.csv:2 [email]" in wrong.output
    assert run.invoke(app, ["people", "import", str(file), "--office", "cmto", "--map", "nonsense"]).exit_code == 2


def test_brackets_in_a_column_are_text(run: CliRunner, folder: Path, tmp_path: Path) -> None:
    run.invoke(app, ["load", str(folder)])
    file = tmp_path / "odd.csv"
    file.write_text("name,[/red] interest\nAda,green\n", encoding="utf-8")
    done = run.invoke(app, ["people", "import", str(file), "--office", "metro", "--map", "[/red] interest=interest"])
    assert done.exit_code == 0, done.output
    assert "[/red] interest" in done.output


@pytest.mark.parametrize(("role", "office"), [("king", "metro"), ("reader", "nowhere"), ("clerk", "metro")])
def test_a_role_that_cannot_be_given_is_told_before_the_password(
    run: CliRunner, folder: Path, role: str, office: str
) -> None:
    run.invoke(app, ["load", str(folder)])
    words = ["account", "add", "new@example.org", "--name", "New", "--office", office, "--role", role]
    done = run.invoke(app, words, input="")
    assert isinstance(done.exception, Problem) and "Password" not in done.output


def test_the_help_of_an_account_names_every_role(run: CliRunner) -> None:
    told = run.invoke(app, ["account", "add", "--help"], env={"COLUMNS": "200"}).output
    assert [one for one in Role if one not in told] == []


def test_an_account_asks_for_its_password(run: CliRunner, folder: Path) -> None:
    run.invoke(app, ["load", str(folder)])
    words = ["account", "add", "new@example.org", "--name", "New", "--office", "metro", "--role", "reader"]
    done = run.invoke(app, words, input="a long enough password\na long enough password\n")
    assert done.exit_code == 0, done.output
    assert run.invoke(app, words, env={"ASCOLTO_NEW_PASSWORD": "a long enough password"}).exception is not None
