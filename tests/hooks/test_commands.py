"""`ascolto webhook` as it is typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import select, update
from typer.testing import CliRunner

from cli import webhook
from core.clock import SharedClock
from core.database.database import Database
from core.staff.errors import OfficeUnknown
from core.staff.tables import AuditEntry
from core.webhooks.emitting import Happening, emit
from core.webhooks.errors import CallUnknown, KindUnknown, UrlPrivate, UrlUnsafe, WebhookUnknown
from core.webhooks.kinds import Kind
from core.webhooks.tables import WebhookCall
from tests.conftest import NOW
from tests.hooks.scene import SECRET, calls, secret
from tests.people import scene

app = typer.Typer()
app.add_typer(webhook.app, name="webhook")
URL = "https://programs.example.org/ascolto"


@pytest.fixture
def installed(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": database_url,
        "CLOCK_FILE": str(tmp_path / "clock"),
        "SECRET_KEY": SECRET,
    }.items():
        monkeypatch.setenv(f"ASCOLTO_{name}", value)
    monkeypatch.setenv("LC_ALL", "en")
    SharedClock(tmp_path / "clock").move_to(NOW)
    database.write(scene.office)
    handlers = logging.getLogger().handlers[:]
    yield database
    logging.getLogger().handlers[:] = handlers  # the commands' own write to a stream that is closed by now


def typed(*words: str) -> str:
    result = CliRunner().invoke(app, ["webhook", *words], catch_exceptions=False, env={"COLUMNS": "250"})
    assert result.exit_code == 0, result.output
    return result.output


def told(*words: str) -> Any:
    return json.loads(typed(*words, "--json"))


def test_a_webhook_from_its_beginning_to_its_end(installed: Database) -> None:
    made = told("add", URL, "--office", "metro", "--kind", "delivery.bounced", "--kind", "response.answered")
    assert made == {
        "webhook": 1, "url": URL, "kinds": ["delivery.bounced", "response.answered"], "secret": secret(installed, 1),
    }  # fmt: skip
    for _ in range(2):
        installed.write(lambda session: emit(session, Happening(Kind.ANSWERED, 1), NOW))
    over = update(WebhookCall).values(state="failed", status=500, attempts=10, settled_at=NOW)
    installed.write(lambda session: session.execute(over))
    (row,) = told("list")
    assert (row["office"], row["state"], row["calls"]) == ("metro", "active", {"failed": 2})
    assert [(one["id"], one["state"], one["status"], one["attempts"]) for one in told("calls", "1")] == [
        (2, "failed", 500, 10),
        (1, "failed", 500, 10),
    ]
    assert told("replay", "1", "--call", "1") == {"calls": 1}
    assert told("replay", "1", "--since", "2023-07-10") == {"calls": 1}
    assert [one.state for one in calls(installed)] == ["waiting", "waiting"]
    assert "paused" in typed("pause", "1")
    assert "active" in typed("resume", "1")
    assert "waiting 2" in typed("list")
    assert "somebody sent" in typed("calls", "1")
    assert "removed" in typed("remove", "1")
    assert "no webhook" in typed("list")
    entries = installed.read(lambda s: s.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all())
    assert list(entries) == [
        f"webhook.{act}" for act in ("added", "replayed", "replayed", "paused", "resumed", "removed")
    ]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("add", URL, "--office", "nowhere"), OfficeUnknown),
        (("add", "http://programs.example.org/", "--office", "metro"), UrlUnsafe),
        (("add", "https://192.168.1.1/", "--office", "metro"), UrlPrivate),
        (("add", URL, "--office", "metro", "--kind", "delivery.lost"), KindUnknown),
        (("pause", "9"), WebhookUnknown),
        (("replay", "9", "--call", "1"), WebhookUnknown),
    ],
)
def test_what_cannot_be_is_told(installed: Database, words: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        typed(*words)
    assert told("list") == []


def test_which_calls_are_to_be_made_again_must_be_said(installed: Database) -> None:
    told("add", URL, "--office", "metro")
    for words in ((), ("--call", "1", "--since", "2023-07-10")):
        assert CliRunner().invoke(app, ["webhook", "replay", "1", *words]).exit_code == 2
    with pytest.raises(CallUnknown):
        typed("replay", "1", "--call", "1")


def test_an_intranet_allows_its_own_machines(installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCOLTO_WEBHOOK_PRIVATE", "true")
    assert told("add", "http://10.0.0.7:8080/", "--office", "metro")["webhook"] == 1
