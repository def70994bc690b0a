"""What goes wrong at the command line: one clear text in the operator's language, status 2, no traceback."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from core.database.engine import open_engine
from core.database.migrating import upgrade
from tests.house.commands import ROOT
from tests.support.nursery import begin

EXAMPLE = ROOT / "examples" / "psm-torino"
FORM = EXAMPLE / "questionnaires" / "follow-up.md"
SECRET = "a secret of at least thirty-two characters"
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the real command on a migrated database and returns what it said on its way to status 2."""
    engine = open_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    upgrade(engine)
    engine.dispose()

    def command(*words: str, status: int = 2, language: str = "en_GB.UTF-8", **settings: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ASCOLTO_", "LC_", "LANG"))}
        given = {"ASCOLTO_DATABASE_URL": f"sqlite:///{tmp_path / 'migrated.sqlite'}", "LANG": language, **settings}
        told = tmp_path / "told.txt"
        told.unlink(missing_ok=True)
        done = begin("cli.main", words, clean | given | {"COLUMNS": "200"}, said=told, folder=tmp_path)
        ended, said = done.wait(), told.read_text("utf-8")
        assert ended == status, said
        assert "Traceback" not in said
        return " ".join(said.split())

    return command


def changed(source: Path, target: Path, old: str, new: str) -> Path:
    text = source.read_text("utf-8")
    assert old in text
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


@pytest.mark.parametrize("language", ["en_GB.UTF-8", "it_IT.UTF-8"])
def test_a_broken_spreadsheet(run: Run, tmp_path: Path, language: str) -> None:
    form = changed(FORM, tmp_path / "follow-up.md", "${knowledge} >= 2", "${knowlege} >= 2")
    said = run("form", "check", str(form), language=language)
    place = {"en_GB.UTF-8": "survey, row 12", "it_IT.UTF-8": "survey, riga 12"}[language]
    assert place in said and "relevant" in said and "knowlege" in said


def test_a_wrong_people_file(run: Run, tmp_path: Path) -> None:
    run("load", str(EXAMPLE), status=0)
    file = tmp_path / "people.csv"
    file.write_text("name,email\nAda,ada@example.org\nBo,bo.example.org\n", encoding="utf-8")
    for language in ("en_GB.UTF-8", "it_IT.UTF-8"):
        said = run("people", "import", str(file), "--office", "cmto", language=language)
        assert "people.csv:3 [email]" in said and "bo.example.org" in said


def test_a_wrong_package(run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "package")
    changed(EXAMPLE / "process.yaml", folder / "process.yaml", "mailings:", "mailing:")
    line = 1 + (EXAMPLE / "process.yaml").read_text("utf-8").split("mailings:")[0].count("\n")
    for language in ("en_GB.UTF-8", "it_IT.UTF-8"):
        assert f"process.yaml:{line}" in run("load", str(folder), language=language)


@pytest.mark.parametrize(
    ("language", "unknown", "missing"),
    [
        ("it_IT.UTF-8", "è sconosciuta", "Manca l'impostazione"),
        ("C", "is unknown", "is missing"),
    ],
)
def test_settings(run: Run, language: str, unknown: str, missing: str) -> None:
    said = run("serve", language=language, ASCOLTO_SECRETKEY=SECRET)
    assert unknown in said and "ASCOLTO_SECRETKEY" in said and "ASCOLTO_SECRET_KEY" in said
    said = run("serve", "--roles", "bots", language=language, ASCOLTO_SECRET_KEY=SECRET)
    assert missing in said and "ASCOLTO_PARTICIPANT_BOT_TOKEN" in said


def test_a_taken_port(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in run("demo", "--port", port, "--folder", str(tmp_path / "demo"))
        assert port in run("serve", "--roles", "web", ASCOLTO_PORT=port, ASCOLTO_SECRET_KEY=SECRET)


def test_a_database_without_tables(run: Run, tmp_path: Path) -> None:
    said = run("serve", ASCOLTO_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite'}", ASCOLTO_SECRET_KEY=SECRET)
    assert "ascolto db upgrade" in said


def test_an_unknown_role(run: Run) -> None:
    assert "web, bots, sender, planner" in run("serve", "--roles", "webb", ASCOLTO_SECRET_KEY=SECRET)
