"""A number of what was taken away is given to nothing else: an old press never means another thing."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from core.database.migrating import downgrade, upgrade
from core.process.removing import remove_event
from core.process.tables import Event
from core.staff.audit import Act, record
from core.staff.tables import AuditEntry
from notifications.intake.tables import IncomingMail
from notifications.planning.dropping import drop_question
from surveys.polls.kinds import State
from surveys.polls.making import add_poll
from surveys.polls.poll import Definition
from surveys.polls.store import Place, load_poll, polls_of
from tests.polls.scene import BOOTH, define
from tests.staff_bot.stage import StaffStage

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the one that gave numbers again


def make(stage: StaffStage, slug: str) -> int:
    new: Definition = define(title={"it": slug, "en": slug})
    place = Place(stage.rows.office, stage.rows.process, "Europe/Rome")
    return stage.database.write(lambda s: add_poll(s, BOOTH.ids, place, (slug, new), stage.clock.now()))


def drop(stage: StaffStage, poll_id: int) -> None:
    stage.database.write(partial(drop_question, poll_id=poll_id, account_id=1, now=stage.clock.now()))


async def test_an_old_yes_does_not_open_the_poll_that_came_after_the_one_it_was_shown_for(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    old = make(stage, "old")
    await stage.say(vera, "/polls")
    await stage.press(vera, "1. old")
    await stage.press(vera, "▶️ Open")
    drop(stage, old)
    new = make(stage, "new")
    refused = await stage.press(vera, "✅ Yes: Open")
    assert "not there any more" in refused["text"]
    assert new != old and stage.database.read(lambda session: load_poll(session, new)).state is State.DRAFT
    assert not [act for act, _ in stage.audit() if act == "poll.opened"]


@IN_SQLITE
def test_events_and_mails_keep_their_numbers_for_themselves_too(stage: StaffStage) -> None:
    def event(session: Session) -> int:
        known = session.scalars(select(Event)).first()
        assert known is not None
        row = {one.name: getattr(known, one.name) for one in Event.__table__.columns if one.name not in {"id", "slug"}}
        return int(session.execute(insert(Event).values(**row, slug="other").returning(Event.id)).scalar_one())

    def mail(session: Session) -> int:
        row = {"received_at": stage.clock.now(), "kind": "none", "state": "for-staff"}
        return int(session.execute(insert(IncomingMail).values(**row).returning(IncomingMail.id)).scalar_one())

    first = stage.database.write(event)
    stage.database.write(lambda session: remove_event(session, first))
    assert stage.database.write(event) > first
    first = stage.database.write(mail)
    stage.database.write(lambda session: session.execute(delete(IncomingMail)))
    assert stage.database.write(mail) > first, "an answer never goes to somebody else"


@IN_SQLITE
def test_what_the_log_knows_counts_as_given_when_an_older_database_is_brought_up(stage: StaffStage) -> None:
    database = stage.database
    downgrade(database.engine, "0031")
    kept = make(stage, "kept")
    gone = make(stage, "gone")
    drop(stage, gone)
    note = Act("poll.dropped", f"poll:{gone}", None, stage.rows.office)
    database.write(lambda session: record(session, note, stage.clock.now()))
    upgrade(database.engine)
    assert [one.id for one in database.read(polls_of)] == [kept]
    assert make(stage, "next") == gone + 1
    told = database.read(lambda session: session.scalars(select(AuditEntry.subject)).all())
    assert f"poll:{gone + 1}" not in told
    assert database.read(lambda s: s.execute(text("PRAGMA foreign_key_check")).all()) == []
