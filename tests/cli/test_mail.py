"""`ascolto mail classify` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.intake.mails import report


def test_a_bounce_for_machines_and_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it")
    mail = tmp_path / "bounce.eml"
    mail.write_bytes(report("550 5.1.1 User unknown", "5.1.1"))
    done = CliRunner().invoke(app, ["mail", "classify", "--json", str(mail)])
    recipient = {"address": "anna@example.com", "status": "5.1.1", "hard": True, "reason": "no-mailbox"}
    assert (done.exit_code, json.loads(done.output)) == (0, {"kind": "bounce", "recipients": [recipient]})
    done = CliRunner().invoke(app, ["mail", "classify", str(mail)])
    assert done.exit_code == 0
    assert "anna@example.com" in done.output


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["mail", "classify", str(tmp_path / "nothing.eml")])
    assert done.exit_code == 2
    assert "nothing.eml" in done.output
