"""The question that a chat holds is not lost: another one begins once it is sent or thrown away."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.staff.tables import StaffChat
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_asking import IN_ENGLISH, IN_ITALIAN, data_of, polls, press_data

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@IN_SQLITE
async def test_a_typed_question_stands_until_it_is_sent_or_thrown_away(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    offered = await stage.say(vera, "/new")
    template = data_of(offered, "Where to put the bench")
    await stage.press(vera, "✍️ options put in order")
    await stage.say(vera, IN_ITALIAN)
    draft = await stage.say(vera, IN_ENGLISH)
    listed = await stage.say(vera, "/polls")
    assert "Where does the market go?" in listed["text"] and "not sent yet" in listed["text"]
    assert "There is none yet" not in listed["text"]
    went_on = await stage.press(vera, "✏️ Go on with: Where does the market go?")
    assert "Italiano – Dove mettiamo" in went_on["text"] and "✅ Ask 1 person" in labels(went_on)
    for data in ("new", f"new:{stage.rows.office}", template):
        held = await press_data(stage, vera, await stage.say(vera, "/new"), data)
        assert "has not been sent yet" in held["text"] and "– In the park" in held["text"], data
        assert labels(held) == ["✏️ Go on with it", "🗑 Throw it away and begin another"]
    assert (await stage.press(vera, "✏️ Go on with it"))["text"] == draft["text"]
    await stage.say(vera, "/new")
    begun = await stage.press(vera, "🗑 Throw it away and begin another")
    assert "What would you like to ask?" in begun["text"]
    stale = await press_data(stage, vera, draft, data_of(draft, "✅ Ask 1 person"))
    assert "/new shows it as it stands now" in stale["text"] and "/polls" not in stale["text"]
    assert "not sent yet" not in (await stage.say(vera, "/polls"))["text"] and polls(stage) == []


@IN_SQLITE
async def test_a_question_for_a_hall_that_is_gone_can_be_thrown_away(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "✍️ options put in order")
    await stage.say(vera, IN_ITALIAN)
    await stage.say(vera, IN_ENGLISH)

    def move_to_hall(session: Session) -> None:
        row = session.scalars(select(StaffChat)).one()
        row.draft = {**row.draft, "event_id": 99_999}

    stage.database.write(move_to_hall)
    await stage.say(vera, "/new")
    begun = await stage.press(vera, "🗑 Throw it away and begin another")
    assert "What would you like to ask?" in begun["text"]


@IN_SQLITE
async def test_a_kind_without_a_word_is_nothing_to_lose(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "✍️ options put in order")
    assert "What would you like to ask?" in (await stage.say(vera, "/new"))["text"]
