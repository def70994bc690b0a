"""`ascolto poll` as it is typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from cli import polls
from cli.mailing import app as mailings
from core.clock import SharedClock
from core.database.database import Database
from core.process.tables import Office, Process
from core.staff.tables import AuditEntry
from notifications.content.poll_texts import INVITATION, RESULT, texts_for
from notifications.ledger.release import PollNeverBegun
from notifications.ledger.tables import Mailing
from notifications.planning.asking import Question, make_question
from surveys.polls.errors import FiguresWithheld, PollAmbiguous, PollNamedUnknown, PollNeverOpened, PollNotDraft
from surveys.polls.making import add_poll
from surveys.polls.store import Place
from tests.conftest import NOW
from tests.polls.scene import BOOTH, SECRET, add, chosen, define, piles, vote
from tests.responses.scene import Scene, build

app = typer.Typer()
app.add_typer(polls.app, name="poll")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


@pytest.fixture
def installed(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    monkeypatch.chdir(tmp_path)
    named = {"DATABASE_URL": database_url, "CLOCK_FILE": str(tmp_path / "clock"), "SECRET_KEY": SECRET}
    for name, value in named.items():
        monkeypatch.setenv(f"ASCOLTO_{name}", value)
    monkeypatch.setenv("LC_ALL", "en")
    SharedClock(tmp_path / "clock").move_to(NOW)
    handlers = logging.getLogger().handlers[:]
    yield build(database, NOW)
    logging.getLogger().handlers[:] = handlers  # the command's own write to a stream that is closed by now


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["poll", *words])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_polls_are_listed_opened_and_closed(installed: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no poll." in run("list")
    poll, person = add(installed, define(), opened=False), installed.participant()
    with pytest.raises(PollNeverOpened):
        run("close", "bench")
    assert "The poll metro/bench is open." in run("open", "metro/bench")
    vote(installed, poll, person, chosen("A"))
    (told,) = json.loads(run("list", "--json"))
    assert (told["poll"], told["state"], told["secrecy"], told["code"]) == ("bench", "open", "anonymous", poll.code)
    assert (told["voted"], told["may_vote"], told["walk_ins"]) == (1, 1, 0)
    assert "metro/bench" in run("list")
    add(installed, define(), "what-shall-we-do-with-the-old-station-yard", opened=False)
    assert "metro/what-shall-we-do-with-the-old-station-yard" in run("list"), "the key is copied, in one line"
    with pytest.raises(PollNotDraft):
        run("open", "bench")
    assert "The poll bench is closed." in run("close", "bench")
    assert json.loads(run("list", "--json"))[-1]["state"] == "closed"
    assert piles(installed.database, poll) == {"A": 1}
    sheet = Path("bench.csv")
    with pytest.raises(FiguresWithheld, match="Fewer than 5 votes"):
        run("sheet", "bench", "--file", str(sheet))
    assert not sheet.exists()
    monkeypatch.setenv("ASCOLTO_SMALL_NUMBERS", "1")
    assert run("sheet", "metro/bench", "--file", str(sheet)) == ""
    assert run("sheet", "bench") == sheet.read_text("utf-8") and "count,ranking\n1,A\n" in sheet.read_text("utf-8")
    assert "The sheet states the same result." in run("tally", str(sheet))
    with pytest.raises(PollNamedUnknown):
        run("open", "nothing")
    other = installed.insert(Office, slug="other", name="Other", kind="municipality")
    place = Place(other, None, "UTC")
    installed.database.write(lambda s: add_poll(s, BOOTH.ids, place, ("bench", define()), NOW))
    with pytest.raises(PollAmbiguous):
        run("close", "bench")


def test_an_invitation_released_by_command_opens_its_poll_and_takes_the_result_along(installed: Scene) -> None:
    def ask(session: Session) -> None:
        invitation, result = (texts_for(part, ("it", "en", "fr")) for part in (INVITATION, RESULT))
        new = Question("square", define(closes_local="2023-07-14T18:00"), invitation, result)
        make_question(session, BOOTH.ids, session.get_one(Process, installed.process_id), new, (1, installed.now))

    installed.database.write(ask)
    found = select(Mailing).where(Mailing.poll_id.is_not(None)).order_by(Mailing.id)
    invitation, result = [one.slug for one in installed.database.read(lambda s: s.scalars(found).all())]
    with pytest.raises(PollNeverBegun):
        mailing("release", result)
    mailing("release", invitation)
    assert {one.state for one in installed.database.read(lambda s: s.scalars(found).all())} == {"released"}
    log = select(AuditEntry.act).order_by(AuditEntry.id)
    acts = installed.database.read(lambda session: session.scalars(log).all())
    assert acts == ["mailing.released", "poll.opened", "mailing.released"]


def mailing(*words: str) -> None:
    done = CliRunner().invoke(mailings, list(words))
    if done.exception is not None:
        raise done.exception
