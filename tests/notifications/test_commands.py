"""`ascolto plan` and `ascolto mailing` as they are typed."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from cli import mailing, plan
from core.clock import SharedClock
from core.database.database import Database
from core.process.tables import Process
from core.staff.tables import AuditEntry
from notifications.ledger.release import MailingAmbiguous, MailingStateWrong, MailingUnknown, NotInDoubt, set_state
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from tests.notifications.office import DUE, RULES, Person, make_mailing, make_office

PEOPLE = [Person("a", email="a@example.org"), Person("b", telegram="5"), Person("nowhere")]

app = typer.Typer()
app.command("plan")(plan.plan)
app.add_typer(mailing.app, name="mailing")


@pytest.fixture
def installed(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database with a mailing due in a day, and the environment that commands find it by."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", database_url)
    monkeypatch.setenv("ASCOLTO_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setenv("LC_ALL", "en")
    SharedClock(tmp_path / "clock").move_to(DUE - timedelta(days=1))
    database.write(lambda session: make_mailing(session, make_office(session, PEOPLE), state="draft"))
    handlers = logging.getLogger().handlers[:]
    yield database
    logging.getLogger().handlers[:] = handlers  # the commands' own write to a stream that is closed by now
    structlog.reset_defaults()


def typed(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_plan(installed: Database) -> None:
    (due,) = json.loads(typed("plan", "--json"))
    assert (due["slug"], due["due_local"], due["mailing_state"]) == ("invitation", "2023-07-06T09:30", "draft")
    assert "invitation" in typed("plan")


def test_the_plan_speaks_the_operators_language_and_says_what_holds_a_mailing_up(
    installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    monkeypatch.setattr("cli.terminal.out.width", 200)
    shown = typed("plan")
    for word in ("bozza", "comunicazione", "e-mail 1"):
        assert word in shown
    assert "draft" not in shown and "not-released" not in shown
    SharedClock(tmp_path / "clock").move_to(DUE + timedelta(hours=1))
    assert "nessuno l'ha autorizzata. La autorizzi, scelga un altro giorno" in typed("plan")
    (due,) = json.loads(typed("plan", "--json"))
    assert due["obstacles"] == [{"cause": "not-released", "detail": ""}]
    assert "nessuno l'ha autorizzata" in typed("mailing", "missing", "invitation")
    assert "nessun recapito" in typed("mailing", "dry-run", "invitation")


def test_a_dry_run_says_which_variables_are_empty(installed: Database) -> None:
    installed.write(lambda s: s.execute(update(MailingText).values(body="{{ name }}, {{ place }}")))
    shown = typed("mailing", "dry-run", "invitation")
    assert "{{ place }}, Italiano: empty for 2 people" in shown
    found = json.loads(typed("mailing", "dry-run", "invitation", "--json"))
    assert {"language": "it", "variable": "place", "people": 2} in found["blanks"]


def test_the_proof_explains_itself_in_the_operators_language(
    installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    typed("mailing", "proof", "invitation", "--output", str(tmp_path / "proof.zip"))
    with zipfile.ZipFile(tmp_path / "proof.zip") as archive:
        head = archive.read("deliveries.csv").decode("utf-8-sig").splitlines()[0]
        explained = archive.read("README.txt").decode()
    assert head.startswith("consegna,riferimento,nome,recapito,canale,stato,motivo")
    assert "Prova di una comunicazione" in explained
    assert "in-doubt: esito incerto" in explained


def test_a_dry_run(installed: Database) -> None:
    found: dict[str, Any] = json.loads(typed("mailing", "dry-run", "invitation", "--json"))
    assert sum(count["people"] for count in found["counts"]) == len(PEOPLE)
    assert found["refusal"] == ""
    assert "no address" in typed("mailing", "dry-run", "invitation")


def test_release_and_pause(installed: Database) -> None:
    def state() -> str:
        return installed.read(lambda session: session.scalars(select(Mailing.state)).one())

    typed("mailing", "release", "invitation")
    assert state() == "released"
    typed("mailing", "pause", "invitation")
    assert state() == "paused"
    with pytest.raises(MailingStateWrong):
        typed("mailing", "pause", "invitation")
    with pytest.raises(MailingUnknown):
        typed("mailing", "release", "nothing")


def test_who_is_missing(installed: Database) -> None:
    typed("mailing", "release", "invitation")

    def work(session: Session) -> None:
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)

    installed.write(work)
    (missing,) = json.loads(typed("mailing", "missing", "invitation", "--json"))
    assert (missing["name"], missing["state"], missing["reason"]) == ("nowhere", "skipped", "no-address")
    assert "nowhere" in typed("mailing", "missing", "invitation", "--send")
    assert len(installed.read(lambda session: session.scalars(select(Delivery)).all())) == len(PEOPLE)


def test_of_two_mailings_of_one_name_the_process_must_be_said(installed: Database) -> None:
    def second(session: Session) -> None:
        first = session.scalars(select(Mailing)).one()
        process = session.get_one(Process, first.process_id)
        other = Process(
            office_id=process.office_id, slug="other", title={}, summary={}, languages=["it"],
            time_zone="Europe/Rome", send_window={}, retention={},
        )  # fmt: skip
        session.add(other)
        session.flush()
        copied = {column.name: getattr(first, column.name) for column in Mailing.__table__.columns}
        session.add(Mailing(**{**copied, "id": None, "process_id": other.id}))

    installed.write(second)
    with pytest.raises(MailingAmbiguous, match="other/invitation"):
        CliRunner().invoke(app, ["mailing", "pause", "invitation"], catch_exceptions=False)
    typed("mailing", "release", "other/invitation")
    states = installed.read(lambda s: s.scalars(select(Mailing.state).order_by(Mailing.id)).all())
    assert list(states) == ["draft", "released"]


def test_staff_settle_what_is_in_doubt_and_it_is_kept_who_was_decided_on(installed: Database) -> None:
    typed("mailing", "release", "invitation")

    def doubt(session: Session) -> list[int]:
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        session.execute(update(Delivery).where(Delivery.state == "planned").values(state="in-doubt"))
        return list(session.scalars(select(Delivery.id).where(Delivery.state == "in-doubt").order_by(Delivery.id)))

    first, second = installed.write(doubt)
    assert {str(first), str(second)} <= set(typed("mailing", "missing", "invitation").split())
    typed("mailing", "settle", "invitation", "--sent", str(first))
    typed("mailing", "settle", "invitation", "--again", str(second))
    with pytest.raises(NotInDoubt):
        CliRunner().invoke(app, ["mailing", "settle", "invitation", "--again", str(first)], catch_exceptions=False)
    rows = installed.read(lambda s: s.execute(select(Delivery.id, Delivery.state)).all())
    states = {row.id: row.state for row in rows}
    assert (states[first], states[second]) == ("sent", "planned")
    acts = installed.read(lambda s: s.execute(select(AuditEntry.act, AuditEntry.subject)).all())
    assert [tuple(act) for act in acts][1:] == [
        ("delivery.taken", f"delivery:{first}"),
        ("delivery.again", f"delivery:{second}"),
    ]


def test_what_was_cancelled_is_not_sent_to_the_missing(installed: Database) -> None:
    typed("mailing", "release", "invitation")

    def cancel(session: Session) -> None:
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        set_state(session, session.scalars(select(Mailing.id)).one(), MailingState.CANCELLED, DUE)

    installed.write(cancel)
    with pytest.raises(MailingStateWrong):
        CliRunner().invoke(app, ["mailing", "missing", "invitation", "--send"], catch_exceptions=False)
    reasons = installed.read(lambda s: s.scalars(select(Delivery.reason).distinct()).all())
    assert "cancelled" in reasons


def test_a_late_one_that_may_not_leave_says_why(installed: Database) -> None:
    typed("mailing", "release", "invitation")

    def late(session: Session) -> None:
        schedule_occurrences(session, None, DUE)
        session.execute(update(Occurrence).values(state="asked"))
        session.execute(delete(MailingText).where(MailingText.language == "it"))

    installed.write(late)
    result = CliRunner().invoke(app, ["mailing", "release", "invitation", "--missed"])
    assert result.exit_code == 1 and "(it)" in result.output
