"""A poll's close in one's own words, beside the days that are offered."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.staff.typed_close import TYPED, CloseUnclear, read_close
from core.i18n import translator
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_asking import data_of, polls, press_data

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THERE = datetime.fromisoformat("2023-07-03T12:00")  # a Monday
MORNING = datetime(2023, 7, 10, 9, tzinfo=ZoneInfo("Europe/Rome"))  # the next one
HOSTILE = (
    "martedì Tuesday mardi lunedì mar oggi apres-demain il le the 18 18th 1er 00 99 ٢٠ ² 1830 20:00 18h h ore alle"
    " à . , - 18.7. luglio mezzogiorno dix-huit e mezza pm 2023 9999 scorso prossimo fra"
)


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("it", "venerdì alle 18:00", "2023-07-07T18:00:00"),
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


@pytest.mark.parametrize(
    ("language", "texts", "meant"),
    [
        (
            "it",
            ("martedì 18", "il martedì 18", "martedì, il 18", "18 martedì", "martedì diciotto", "il 18, martedì"),
            "2023-07-18",
        ),
        ("en", ("Tuesday 18", "Tuesday the 18th", "on Tuesday 18th", "next Tuesday 18"), "2023-07-18"),
        (
            "fr",
            ("mardi 18", "le mardi 18", "mardi le 18", "mardi dix-huit", "mardi prochain 18", "le 18 mardi"),
            "2023-07-18",
        ),
        ("it", ("giovedì 20",), "2023-07-20"),
        ("en", ("Thursday 20",), "2023-07-20"),
        ("fr", ("jeudi 20",), "2023-07-20"),
        ("it", ("domenica 23",), "2023-07-23"),
        ("en", ("Sunday 23",), "2023-07-23"),
        ("fr", ("dimanche 23",), "2023-07-23"),
        ("it", ("sabato 22",), "2023-07-22"),
        ("en", ("Saturday 22",), "2023-07-22"),
        ("fr", ("samedi 22",), "2023-07-22"),
        ("it", ("mercoledì 12",), "2023-07-12"),
        ("en", ("Wednesday 12",), "2023-07-12"),
        ("fr", ("mercredi 12",), "2023-07-12"),
        ("it", ("venerdì 18",), "2023-08-18"),
        ("en", ("Friday 18",), "2023-08-18"),
        ("fr", ("vendredi 18",), "2023-08-18"),
        ("it", ("domani 11",), "2023-07-11"),
    ],
)
def test_a_bare_number_behind_a_weekday_is_the_day_of_the_month(
    language: str, texts: tuple[str, ...], meant: str
) -> None:
    for text in texts:
        assert read_close(text, language, MORNING).isoformat() == meant, text


@pytest.mark.parametrize(
    ("language", "texts", "meant"),
    [
        ("it", ("martedì 18 ore 20", "martedì 18, 20:00", "martedì 18 alle ore 20", "martedì 18,20:00",
                "martedì diciotto ore venti", "martedì 18 luglio alle 20"), "2023-07-18T20:00:00"),
        ("en", ("Tuesday 18, 20:00", "Tuesday 18 20:00", "Tuesday 18 at 8pm", "Tuesday the 18th, 8 pm"),
         "2023-07-18T20:00:00"),
        ("fr", ("mardi 18 à 20 h", "mardi 18, 20h", "le mardi 18 à vingt heures", "mardi le 18 h 20"),
         "2023-07-18T20:00:00"),
        ("it", ("venerdì 21 ore 18", "venerdì prossimo 21 ore 18"), "2023-07-21T18:00:00"),
        ("en", ("Friday 21, 18:00",), "2023-07-21T18:00:00"),
        ("fr", ("vendredi 21 à 18 h",), "2023-07-21T18:00:00"),
        ("it", ("lunedì 17 ore 12", "lunedì 17 a mezzogiorno"), "2023-07-17T12:00:00"),
        ("en", ("Monday 17 at noon",), "2023-07-17T12:00:00"),
        ("fr", ("lundi 17 à midi",), "2023-07-17T12:00:00"),
        ("it", ("venerdì 14 9.30",), "2023-07-14T09:30:00"),
        ("it", ("lunedì 10 ore 8", "lunedì 10 luglio 8:00", "8:00 lunedì 10 luglio"), "2023-07-10T08:00:00"),
    ],
)  # fmt: skip
def test_a_weekday_a_number_and_a_clock_are_a_date_with_its_hour(
    language: str, texts: tuple[str, ...], meant: str
) -> None:
    for text in texts:
        assert read_close(text, language, MORNING).isoformat() == meant, text


@pytest.mark.parametrize(
    ("language", "texts", "meant"),
    [
        ("it", ("martedì 18:00", "martedì alle 18", "martedì ore 18", "martedì 18 ore"), "11T18:00"),
        ("it", ("martedì 6 di sera", "martedì h 18", "alle 18 di martedì"), "11T18:00"),
        ("en", ("Tuesday 18:00", "Tuesday at 18", "Tuesday 6pm", "Tuesday 6 p.m.", "6pm Tuesday"), "11T18:00"),
        ("fr", ("mardi à 18\u00a0h", "mardi 18h", "mardi 18 h", "mardi 18 h 00", "mardi 6 h du soir"), "11T18:00"),
        ("it", ("mercoledì 18 e 30", "mercoledì 18.30"), "12T18:30"),
        ("fr", ("mercredi 18 h 30", "mercredi 18h30", "mercredi 18 heures 30"), "12T18:30"),
        ("fr", ("mercredi 17 h 20",), "12T17:20"),
        ("it", ("lunedì alle 8", "lunedì 8:00", "alle 8 di lunedì"), "17T08:00"),
        ("en", ("Monday 8:00", "Monday 8am", "Monday 9:00"), "17T0"),
        ("fr", ("lundi à 8 h", "lundi 8h"), "17T08:00"),
        ("it", ("lunedì alle 10",), "10T10:00"),
        ("it", ("oggi alle 8",), "10T08:00"),
        ("it", ("lunedì scorso alle 20",), "03T20:00"),
    ],
)  # fmt: skip
def test_an_hour_behind_a_weekday_is_that_of_the_coming_one(language: str, texts: tuple[str, ...], meant: str) -> None:
    for text in texts:
        assert read_close(text, language, MORNING).isoformat().startswith(f"2023-07-{meant}"), text


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("it", ("lunedì 8", "mercoledì 17 ore 20", "martedì 19 luglio", "mar 19.7. 20:00", "8:00 martedì 10 luglio")),
        ("en", ("Monday 8", "Wednesday 17, 20:00", "Tuesday 19 July", "Fri 20 July 2023, 18:00")),
        ("fr", ("lundi 8", "mercredi 17 à 20 h", "mardi 19 juillet", "mardi 1er septembre")),
        ("it", ("venerdì 0", "venerdì 32", "venerdì 99", "domani 18", "domani 18 ore 20", "martedì scorso 18")),
        ("it", ("martedì 18 20", "martedì 18 h 20", "martedì 18 7", "martedì 18-20", "martedì 18 – 20:00")),
        ("it", ("martedì 18 ore 25", "martedì 18 25:00", "martedì 18, 25", "martedì 18. 7. 20:00")),
        ("it", ("martedì 29 febbraio", "martedì dalle 18 alle 20", "martedì 18 o mercoledì 19", "venerdì 18 " * 9)),
        ("it", ("martedì 18 09", "martedì 18 9", "martedì 17 18", "mercoledì 18 10")),
        ("fr", ("mardi 18 h 20", "mardi 18 h à 20 h", "le 17 mardi")),
    ],
)  # fmt: skip
def test_what_does_not_fit_or_can_mean_two_things_is_asked_again(language: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        with pytest.raises(CloseUnclear):
            pytest.fail(f"{text}: {read_close(text, language, MORNING)}")


@given(
    st.text(max_size=120)
    | st.lists(st.sampled_from(HOSTILE.split()), max_size=6).map(" ".join)
    | st.lists(st.sampled_from(HOSTILE.split()), max_size=6).map("".join),
    st.sampled_from(["it", "en", "fr"]),
)
def test_whatever_is_written_is_a_close_or_unclear(text: str, language: str) -> None:
    with suppress(CloseUnclear):
        assert isinstance(read_close(text, language, MORNING), date)


@pytest.mark.parametrize("text", ["", "18:00", "presto", "32.12. 18:00", "x" * 500])
def test_what_names_no_day_is_not_guessed(text: str) -> None:
    with pytest.raises(CloseUnclear):
        read_close(text, "it", THERE)


@pytest.mark.parametrize("language", ["it", "en", "fr"])
def test_the_examples_that_are_told_are_understood(language: str) -> None:
    told = re.findall("[“«]\\s?([^”»]+?)\\s?[”»]", translator(language)(TYPED))
    assert told[0] in ("venerdì alle 18:00", "Friday 18:00", "vendredi à 18\u00a0h")
    assert CloseUnclear().say(translator(language)).count(told[0]) == 1
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
        ("Wednesday 18, 20:00", "This is not understood."),
    ):
        assert told in (await stage.say(vera, said))["text"], said
    shown = await stage.say(vera, "12.12. 18:30")
    assert "Closes: Tue 12 December 2023, 18:30" in shown["text"], "the dialogue went on"
    await stage.press(vera, "⏰ When it closes")
    assert "Closes: Thu 6 July 2023, 18:00" in (await stage.say(vera, "Thursday"))["text"], "at the usual hour"
    await stage.press(vera, "⏰ When it closes")
    assert "Closes: Tue 18 July 2023, 20:00" in (await stage.say(vera, "Tuesday 18, 20:00"))["text"]
    await stage.press(vera, "⏰ When it closes")
    shown = await stage.press(vera, "Mon 10 July 2023, 18:00")
    assert "Good day" in (await stage.say(vera, "Friday 18"))["text"], "nothing is awaited any more"
    await press_data(stage, vera, shown, data_of(shown, "When it closes"))
    shown = await stage.say(vera, "Wednesday 20:15")
    await press_data(stage, vera, shown, data_of(shown, "Ask "))
    await stage.press(vera, "✅ Yes: ask")
    assert [one.definition.closes_local for one in polls(stage)] == ["2023-07-05T20:15"]
