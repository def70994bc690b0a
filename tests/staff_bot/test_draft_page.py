"""A draft says what is written and what not, calls options by their words, and a question who releases it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from core.process.tables import Process
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_asking import IN_ENGLISH, IN_ITALIAN, data_of, press_data

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORKING = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "until": "19:00", "holidays": False}


async def test_what_is_not_written_yet_is_not_shown_in_another_language(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "✍️ several options")
    await stage.say(vera, IN_ITALIAN)
    await stage.say(vera, "/new")
    page = await stage.press(vera, "Go on with it")
    assert page["text"].count("Dove mettiamo") == 1 and "English – not written yet" in page["text"]
    assert "The question is missing in English" in page["text"]
    assert "“A”" not in page["text"], "an option has no other name than its words"
    assert "What can be chosen: As many of them as one likes" in page["text"]
    await stage.press(vera, "✍️ Go on writing")
    page = await stage.say(vera, IN_ENGLISH)
    assert "not written yet" not in page["text"] and "What can be chosen: As many" in page["text"]


async def test_the_days_that_are_offered_for_the_close_are_those_on_which_messages_leave(stage: StaffStage) -> None:
    stage.clock.set(datetime(2023, 12, 1, 10, 0, tzinfo=UTC))  # a Friday
    stage.database.write(lambda session: session.execute(update(Process).values(send_window=WORKING)))
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    page = await stage.press(vera, "Opening hours")
    days = await press_data(stage, vera, page, data_of(page, "When it closes"))
    offered = [one.split(" December")[0] for one in labels(days)[:-1]]
    assert offered == ["Mon 4", "Tue 5", "Mon 11", "Fri 15", "Fri 29"], "8 December is a holiday"
    assert "Closes: Fri 29 December 2023" in (await stage.press(vera, "Fri 29"))["text"]


async def test_after_it_was_asked_it_is_said_who_has_to_release_it(stage: StaffStage) -> None:
    vera = await stage.linked("Vera")
    await stage.linked("Otto", "reviewer", 902)
    await stage.linked("Rita", "reader", 903)
    await stage.say(vera, "/new")
    await stage.press(vera, "Opening hours")
    await stage.press(vera, "✅ Ask 1 person")
    page = await stage.press(vera, "✅ Yes: ask")
    assert "waits for somebody else to release it: Otto" in page["text"] and "Rita" not in page["text"]
    tina = await stage.linked("Tina", "administrator", 904)
    await stage.say(tina, "/polls")
    page = await stage.press(tina, "1. ")
    assert "waits for you to read and release it" in page["text"]
