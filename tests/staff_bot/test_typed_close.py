"""A poll's close in one's own words, beside the days that are offered."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from bots.staff.typed_close import TYPED, CloseUnclear, read_close
from core.i18n import translator
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_asking import data_of, polls, press_data

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THERE = datetime.fromisoformat("2023-07-03T12:00")  # a Monday


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("it", "venerdì 18", "2023-07-07T18:00:00"),
        ("it", "12.12. 18:00", "2023-12-12T18:00:00"),
        ("it", "il 12.1. alle ore 18.30", "2024-01-12T18:30:00"),
        ("it", "domani alle 9", "2023-07-04T09:00:00"),
        ("it", "lunedì prossimo", "2023-07-10"),
        ("it", "2 luglio", "2024-07-02"),
        ("it", "2 luglio 2023", "2023-07-02"),
        ("it", "ieri", "2023-07-02"),
        ("en", "Friday 6pm", "2023-07-07T18:00:00"),
        ("en", "1 Jan, 10:00", "2024-01-01T10:00:00"),
        ("fr", "vendredi 18h", "2023-07-07T18:00:00"),
        ("fr", "le 1er août à 18h30", "2023-08-01T18:30:00"),
    ],
)
def test_days_and_hours_are_read_as_they_are_written(language: str, text: str, meant: str) -> None:
    assert read_close(text, language, THERE).isoformat() == meant


@pytest.mark.parametrize("text", ["", "18:00", "presto", "32.12. 18:00", "x" * 500])
def test_what_names_no_day_is_not_guessed(text: str) -> None:
    with pytest.raises(CloseUnclear):
        read_close(text, "it", THERE)


@pytest.mark.parametrize("language", ["it", "en", "fr"])
def test_the_examples_that_are_told_are_understood(language: str) -> None:
    told = re.findall("[“«]\\s?([^”»]+?)\\s?[”»]", translator(language)(TYPED))
    assert len(told) == 2 and all(isinstance(read_close(one, language, THERE), datetime) for one in told)


@IN_SQLITE
async def test_a_close_is_chosen_or_written_and_a_slip_is_told_and_loses_nothing(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/new")
    await stage.press(vera, "Opening hours")
    asked = await stage.press(vera, "⏰ When it closes")
    assert "You can also write a day and an hour" in asked["text"] and len(labels(asked)) == 6
    for said, told in (
        ("soon", "This is not understood."),
        ("yesterday 18:00", "has passed already"),
        ("12.12.2093 18:00", "too far away"),
    ):
        assert told in (await stage.say(vera, said))["text"], said
    shown = await stage.say(vera, "12.12. 18:30")
    assert "Closes: Tue 12 December 2023, 18:30" in shown["text"], "the dialogue went on"
    await stage.press(vera, "⏰ When it closes")
    assert "Closes: Thu 6 July 2023, 18:00" in (await stage.say(vera, "Thursday"))["text"], "at the usual hour"
    await stage.press(vera, "⏰ When it closes")
    shown = await stage.press(vera, "Mon 10 July 2023, 18:00")
    assert "Good day" in (await stage.say(vera, "Friday 18"))["text"], "nothing is awaited any more"
    await press_data(stage, vera, shown, data_of(shown, "When it closes"))
    shown = await stage.say(vera, "Wednesday 20:15")
    await press_data(stage, vera, shown, data_of(shown, "Ask "))
    await stage.press(vera, "✅ Yes: ask")
    assert [one.definition.closes_local for one in polls(stage)] == ["2023-07-05T20:15"]
