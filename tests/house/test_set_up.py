from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.commands import ROOT
from tools import set_up


def test_wrong_usage_is_explained() -> None:
    done = subprocess.run(
        [sys.executable, "tools/set_up.py", "everything"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "set_up.py run|dev" in done.stderr


def test_an_old_python_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["set_up.py", "run"])
    monkeypatch.setenv("PATH", str(tmp_path))  # no newer one stands beside it
    with pytest.raises(SystemExit):
        set_up.main()
    said = capsys.readouterr().err
    assert "Python 3.11 or newer is needed" in said
    assert "is Python 3.9" in said


def test_an_old_python_can_read_the_program() -> None:
    ast.parse((ROOT / "tools" / "set_up.py").read_text("utf-8"), feature_version=(3, 8))


def test_a_step_is_taken_again_only_when_its_input_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(set_up, "STAMPS", tmp_path / "stamps")
    lock = tmp_path / "run.txt"
    lock.write_text("one")
    assert not set_up.stands("run", set_up.fingerprint(lock))
    set_up.stamp("run", set_up.fingerprint(lock))
    assert set_up.stands("run", set_up.fingerprint(lock))
    lock.write_text("two")
    assert not set_up.stands("run", set_up.fingerprint(lock))
