from __future__ import annotations

import json
import re
import tomllib

import pytest
import yaml

from sandbox.people.routes import DOINGS
from tests.house.commands import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def names(requirements: list[str]) -> set[str]:
    return {found.group().lower() for line in requirements if (found := NAME.match(line))}


def direct_dependencies() -> set[str]:
    front_end = json.loads((ROOT / "package.json").read_text("utf-8"))
    of_bench = json.loads((ROOT / "bench" / "odk" / "package.json").read_text("utf-8"))
    inputs = [path.read_text("utf-8").strip() for path in (ROOT / "requirements").glob("*.in")]
    return (
        names(PROJECT["dependencies"])
        | names(PROJECT["optional-dependencies"]["dev"])
        | names(inputs)
        | {*front_end["dependencies"], *front_end["devDependencies"], *of_bench["dependencies"]}
    )


def test_every_dependency_has_its_reason_on_record_and_no_other_has() -> None:
    record = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8")
    recorded = set(re.findall(r"^\| ([a-z@][a-z0-9@/._-]+) \|", record, re.MULTILINE))
    assert recorded == direct_dependencies()


@pytest.mark.parametrize("lock", ["run", "dev", "build", "node"])
def test_a_lock_pins_everything_by_hash(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        assert re.match(r"[a-z0-9._-]+(\[[a-z,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_the_locks_hold_what_the_project_asks_for() -> None:
    run, dev = ((ROOT / "requirements" / f"{lock}.txt").read_text("utf-8") for lock in ("run", "dev"))
    pinned = {
        lock: set(re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==", text, re.MULTILINE))
        for lock, text in (("run", run), ("dev", dev))
    }
    assert names(PROJECT["dependencies"]) <= pinned["run"] <= pinned["dev"]
    assert names(PROJECT["optional-dependencies"]["dev"]) <= pinned["dev"]
    assert set(re.findall(r"^(\S+==\S+)", run, re.MULTILINE)) <= set(re.findall(r"^(\S+==\S+)", dev, re.MULTILINE))


def test_publiccode_agrees_with_the_project() -> None:
    public = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    assert public["softwareVersion"] == PROJECT["version"]
    assert public["legal"]["license"] == PROJECT["license"]
    for description in public["description"].values():
        assert len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000
        assert description["features"]


def test_the_licence_is_whole() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert [int(number) for number in re.findall(r"^(\d+)\.\s?[A-Z]", licence, re.MULTILINE)] == list(range(1, 16))
    assert "Appendix" in licence


def test_ci_runs_what_people_run() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make lint", "make test"]


def test_the_readme_leads_to_every_page_of_the_documentation() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [path.name for path in sorted((ROOT / "docs").glob("*.md")) if f"(docs/{path.name}" not in readme] == []


def test_what_a_person_of_the_demo_can_do_by_http_is_told() -> None:
    told = (ROOT / "docs" / "running.md").read_text("utf-8").partition("## The demo by HTTP")[2]
    assert [one for one in DOINGS if f"/{one}`" not in told] == []
