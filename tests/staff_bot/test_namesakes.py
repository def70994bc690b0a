"""Polls of the same name are told apart in lists by as little as it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import pick_text, translator
from core.process.tables import Event
from surveys.polls.making import add_poll
from surveys.polls.namesakes import told_apart
from surveys.polls.series import add_series, add_turn
from surveys.polls.store import Place, polls_of
from surveys.recurring.rhythm import Rhythm
from tests.polls.scene import BOOTH, define
from tests.staff_bot.stage import StaffStage, labels

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONG = {"en": "How satisfied were you with the evening on the whole, all in all?"}


def add(stage: StaffStage, slug: str, **more: object) -> int:
    place = Place(stage.rows.office, stage.rows.process, "Europe/Rome")
    new = replace(define(), title=LONG, **more)
    return stage.database.write(lambda s: add_poll(s, BOOTH.ids, place, (slug, new), stage.clock.now()))


@IN_SQLITE
async def test_the_list_of_polls_says_what_tells_namesakes_apart(stage: StaffStage) -> None:
    add(stage, "one", closes_local="2023-07-07T18:00")
    add(stage, "two", closes_local="2023-07-14T18:00")
    vera = await stage.linked("Vera", "organiser")
    shown = await stage.say(vera, "/polls")
    assert "all in all? (until 14 July 2023)\n" in shown["text"] and "(until 7 July 2023)" in shown["text"]
    assert [one[-21:] for one in labels(shown)[1:]] == ["… (until 14 July 2023)"[-21:], "… (until 7 July 2023)"[-21:]]


def test_marks_are_the_closing_day_then_the_event_then_the_series_then_the_code(stage: StaffStage) -> None:
    def event(session: Session) -> tuple[int, str]:
        found = session.scalars(select(Event)).one()
        return found.id, pick_text(found.title, "en")

    event_id, title = stage.database.read(event)
    first = add(stage, "one", closes_local="2023-07-07T18:00")
    t = translator("en")

    def apart() -> dict[int, str]:
        return stage.database.read(lambda session: told_apart(session, polls_of(session), t))

    assert apart() == {}, "alone it needs nothing"
    second = add(stage, "two", closes_local="2023-07-07T20:00", event_id=event_id)
    assert apart() == {first: "", second: title}, "they close on the same day"
    third = add(stage, "three", closes_local="2023-07-14T20:00", event_id=event_id)
    days = {first: "until 7 July 2023", second: f"until 7 July 2023, {title}", third: f"until 14 July 2023, {title}"}
    assert apart() == days

    def turns(session: Session) -> None:
        place = Place(stage.rows.office, stage.rows.process, "Europe/Rome")
        series = add_series(
            session, place, ("pulse", define(), Rhythm(1, "2023-07-03T10:00")), (None, stage.clock.now())
        )
        for one in (fifth, sixth):
            add_turn(session, series, one)

    fifth, sixth = (add(stage, name, closes_local="2023-08-01T18:00") for name in ("five", "six"))
    stage.database.write(turns)
    assert apart()[sixth] == "until 1 August 2023, no. 2 of its series"
    fourth = add(stage, "four", closes_local="2023-07-07T18:00")
    codes = stage.database.read(lambda session: {one.id: one.code.upper() for one in polls_of(session)})
    assert apart()[fourth] == f"until 7 July 2023, {codes[fourth]}"
