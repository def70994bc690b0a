"""`ascolto poll tally` as it is typed, and what it says to files that nobody should trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from surveys.polls.tally.sheet_reading import LONGEST_COMMENT, LONGEST_LINE

HEADING = "count,ranking\n"
SPEECH = {"LC_ALL": "en_GB.UTF-8", "COLUMNS": "200"}
ABC = ("--option", "A", "--option", "B", "--option", "C")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ballots.csv"


def run(file: Path, *words: str, language: str = "en_GB.UTF-8") -> Result:
    done = CliRunner().invoke(app, ["poll", "tally", str(file), *words], env={**SPEECH, "LC_ALL": language})
    assert "Traceback" not in done.output
    return done


def told(file: Path, *words: str) -> dict[str, Any]:
    done = run(file, *words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_ballots_are_counted_for_a_machine_and_told_to_people(file: Path) -> None:
    file.write_text(HEADING + "3,A>B=C\n2,C>B\n1,\n", encoding="utf-8")
    found = told(file, "--method", "schulze", *ABC)
    assert (found["winners"], found["ranking"]) == (["A"], [["A"], ["C"], ["B"]])
    assert found["ballots"] == {"cast": 6, "naming": 5, "none": 0, "blank": 1, "invited": None}
    done = run(file, "--method", "schulze", *ABC, language="it_IT.UTF-8")
    assert done.exit_code == 0
    assert "Vince “A”." in done.output and "Percorsi più forti (Schulze)" in done.output


@pytest.mark.parametrize(
    "content",
    [
        b"count,ranking\n3,A>B=C\n2,C>B\n",
        b"\xef\xbb\xbfcount;ranking\r\n3;A>B=C\r\n2;C>B\r\n",
        "count\tranking\r3\tA>B=C\r2\tC>B\r".encode("utf-16"),
        b'"count","ranking"\n"3"," A > B = C "\n\n"2","C>B",\n',
        b"Ranking, Count\nC=B<x\n".replace(b"C=B<x\n", b"A > C=B,3\n C > B , 2\n"),
        b"# a remark\n3,A>B=C\n2,C>B",
        b"count,ranking,,\n1,A>C=B,,\n2,A>B=C,,\n2,C>B,,\n# a remark\n0,B\n",
    ],
)
def test_other_ways_of_writing_are_read_well(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    found = told(file, "--method", "irv", *ABC)
    assert (found["winners"], found["ballots"]["cast"]) == (["A"], 5)


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        (b"", "ballots.csv:", "is empty"),
        (b"\n \n# only a remark\n", "ballots.csv:", "is empty"),
        (b"votes,ballot\n3,A\n", "ballots.csv:1", "heading"),
        (b"count,ranking\n3,A>X\n", "ballots.csv:2", '"X" is not among the options'),
        (b"count,ranking\n1,B\n3,A>B>A\n", "ballots.csv:3", "stands twice"),
        (b"count,ranking\n-3,A\n", "ballots.csv:2", '"-3" is not a number of ballots'),
        (b"count,ranking\n1e9,A\n", "ballots.csv:2", "is not a number of ballots"),
        (b"count,ranking\n9999999999,A\n", "ballots.csv:2", "from 0 to 1000000000"),
        (b"count,ranking\n" + b"9" * 5000 + b",A\n", "ballots.csv:2", "is not a number of ballots"),
        ("count,ranking\n\u0663,A\n".encode(), "ballots.csv:2", "is not a number of ballots"),
        (b"count,ranking\n3,A\0\n", "ballots.csv:2", "NUL"),
        (b"\0" * 100, "ballots.csv:1", "NUL"),
        (b"count,ranking\n3,Citt\xe0\n", "ballots.csv:2", "not in UTF-8"),
        (b"count,ranking\n3,=HYPERLINK(1)\n", "ballots.csv:2", "formula"),
        (b"count,ranking\n=1+2,A\n", "ballots.csv:2", "is not a number of ballots"),
        (b"count,ranking\n3,A,B\n", "ballots.csv:2", "two cells"),
        (b"count,ranking\n3\n", "ballots.csv:2", "two cells"),
        (b'count,ranking\n3,"A\n', "ballots.csv:2", "quotation mark"),
        (b"count,ranking\n3,A>>B\n", "ballots.csv:2", "is empty: between"),
        (b"count,ranking\n3," + b"A>" * 4000 + b"A\n", "ballots.csv:2", "stands twice"),
        (b"count,ranking\n3," + b"A" * (LONGEST_LINE + 1) + b"\n", "ballots.csv:2", "longer than"),
        (b"A" * (LONGEST_COMMENT * 3), "ballots.csv:1", "longer than"),
        (b"PK\x03\x04" + bytes(range(256)), "ballots.csv:1", "NUL"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_hostile_file_is_refused_with_its_line_and_what_to_do(
    file: Path, content: bytes, place: str, said: str
) -> None:
    file.write_bytes(content)
    done = run(file, "--method", "schulze", *ABC, "--json")
    assert done.exit_code == 2, done.output
    assert place in done.output
    assert said in done.output, done.output
    assert len(done.output) < 1000


def test_faults_are_told_in_the_language_of_who_sits_there(file: Path) -> None:
    file.write_text(HEADING + "3,A>X\n", encoding="utf-8")
    assert '"X" non è tra le opzioni' in run(file, "--method", "irv", *ABC, language="it_IT.UTF-8").output
    assert "ne figure pas parmi les options" in run(file, "--method", "irv", *ABC, language="fr_FR.UTF-8").output


def test_all_that_is_wrong_is_told_at_once_and_a_million_faults_stay_short(file: Path) -> None:
    file.write_text(HEADING + "1,A>Z\n-1,B\n" + "x,y\n" * 3000, encoding="utf-8")
    done = run(file, "--method", "borda", *ABC)
    assert done.exit_code == 2
    assert "ballots.csv:2" in done.output and "ballots.csv:3" in done.output and "ballots.csv:4" in done.output
    assert "more." in done.output
    assert len(done.output.splitlines()) == 51


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "x", *ABC), "There is no method"),
        ((), "does not say how it is counted"),
        (("--method", "borda"), "nothing to choose from"),
        (("--method", "borda", *ABC, "--option", "A"), "given twice"),
        (("--method", "borda", *ABC, "--option", "=D"), "cannot be counted"),
        (("--method", "borda", *ABC, "--ties", "lot"), "needs the phrase"),
        (("--method", "borda", *ABC, "--ties", "dice"), "cannot be broken"),
        (("--method", "borda", *ABC, "--ties", "dots"), "cannot be broken"),
        (("--method", "borda", *ABC, "--quorum", "half"), "The quorum"),
        (("--method", "borda", *ABC, "--quorum", "40%"), "how many were invited"),
        (("--method", "borda", *ABC, "--threshold", "120%"), "cannot be read"),
        (("--method", "mean", "--scale", "5..1"), "The scale"),
        (("--method", "mean", "--threshold", "50%"), "no options that could reach"),
        (("--method", "mean"), '"A" is not a whole number'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_told(file: Path, words: tuple[str, ...], said: str) -> None:
    file.write_text(HEADING + "3,A\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["poll", "tally", str(file), *words], env=SPEECH)
    text = f"{done.output}{done.exception}"
    assert done.exit_code != 0
    assert said in text


def test_a_tidy_sheet_is_written_and_counted_again_by_its_own_rule(file: Path, tmp_path: Path) -> None:
    file.write_text("ranking;count\nB = A > C;2\nC;1\nA=B>C;1\nnone;2\n;1\n", encoding="utf-8")
    sheet = tmp_path / "sheet.csv"
    rule = (
        "--method",
        "ranked-pairs",
        "--ties",
        "borda",
        "--ties",
        "lot",
        "--phrase",
        "the Lotto of Turin",
        "--drawn",
        "1 2 3",
    )
    found = told(file, *rule, *ABC, "--quorum", "5%", "--invited", "90", "--threshold", ">1/4", "--sheet", str(sheet))
    assert told(sheet) == found
    assert told(sheet, *rule, *ABC, "--quorum", "5%", "--invited", "90", "--threshold", ">25%") == found
    assert sheet.read_text("utf-8").endswith("count,ranking\n3,A=B>C\n1,C\n1,blank\n2,none\n")
    assert "The sheet states the same result." in run(sheet).output
    changed = sheet.read_text("utf-8").replace("\n1,C\n", "\n5,C\n")
    sheet.write_text(changed, encoding="utf-8")
    done = run(sheet)
    assert done.exit_code == 1
    assert "states another result" in done.output


def test_a_spreadsheet_may_save_a_sheet_in_its_own_way(file: Path, tmp_path: Path) -> None:
    file.write_text(HEADING + "2,A>B\n1,C\n", encoding="utf-8")
    sheet = tmp_path / "sheet.csv"
    found = told(file, "--method", "copeland", *ABC, "--sheet", str(sheet))
    lines = sheet.read_text("utf-8").splitlines()
    saved = [f"{line};" if line.startswith('"') else line.replace(",", ";") for line in lines]
    sheet.write_bytes(codecs_bom() + "\r\n".join(saved).encode())
    assert told(sheet) == found


def codecs_bom() -> bytes:
    return "\ufeff".encode()


@pytest.mark.parametrize(
    "rule",
    [
        "{", '{"method": "magic"}', '{"method": "borda", "options": "ABC"}', '{"method": "borda", "options": [1]}',
        '{"method": "borda", "options": ["A"], "invited": -1}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_rule_in_a_sheet_is_not_trusted(file: Path, rule: str) -> None:
    quoted = rule.replace('"', '""')
    file.write_text(f'"# rule: {quoted}"\n{HEADING}1,A\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["poll", "tally", str(file)], env=SPEECH)
    assert done.exit_code != 0
    assert "The rule in the sheet cannot be read" in f"{done.output}{done.exception}"


def test_a_sheet_that_cannot_be_written_leaves_nothing_half_done(file: Path, tmp_path: Path) -> None:
    file.write_text(HEADING + "1,A\n", encoding="utf-8")
    done = run(file, "--method", "borda", *ABC, "--sheet", str(tmp_path / "nowhere" / "sheet.csv"))
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_many_lines_are_counted(file: Path) -> None:
    line = "1,A>B>C\n1,B>C\n1,C>A>B\n1,A\n"
    file.write_text(HEADING + line * 25_000, encoding="utf-8")
    assert told(file, "--method", "irv", *ABC)["ballots"]["cast"] == 100_000
