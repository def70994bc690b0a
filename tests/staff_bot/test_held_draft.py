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


@IN_SQLITE
async def test_what_is_written_in_one_language_is_kept_whatever_is_done_before_the_next(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "✍️ options put in order")
    await stage.say(vera, IN_ITALIAN)
    await stage.say(vera, "/today")
    held = await stage.say(vera, "/new")
    assert "has not been sent yet" in held["text"] and "Dove mettiamo" in held["text"]
    draft = await stage.press(vera, "✏️ Go on with it")
    assert "missing in English" in draft["text"] and "✅ Ask 1 person" not in labels(draft)
    asked = await stage.press(vera, "✍️ Go on writing")
    assert "Kept so far: Italiano." in asked["text"] and "in English now" in asked["text"]
    whole = await stage.say(vera, IN_ENGLISH)
    assert "Dove mettiamo" in whole["text"] and "Where does the market go?" in whole["text"]
    await stage.press(vera, "✍️ Change the words")
    await stage.say(vera, "Altro?\nUno\nDue")
    await stage.say(vera, "/polls")
    draft = await stage.press(vera, "✏️ Go on with: Where does the market go?")
    assert "Dove mettiamo" in draft["text"] and "Altro?" not in draft["text"], "half of the new words change nothing"
    asked = await stage.press(vera, "✍️ Go on writing")
    assert "in English now" in asked["text"] and labels(asked) == ["↺ Write all of it anew"]
    anew = await stage.press(vera, "↺ Write all of it anew")
    assert "in Italiano now" in anew["text"] and "Kept so far" not in anew["text"]
    await stage.say(vera, "Altro?\nUno\nDue")
    other = await stage.say(vera, "Other?\nOne\nTwo")
    assert "Altro?" in other["text"] and "Other?" in other["text"] and "✅ Ask 1 person" in labels(other)
