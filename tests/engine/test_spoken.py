"""Numbers, dates and times as people say them in three languages."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.spoken_dates import Precision, read_date
from surveys.engine.spoken_numbers import NAMES, read_number
from surveys.engine.spoken_times import read_datetime, read_time
from surveys.engine.understand import understand
from surveys.engine.values import Refused, check

TODAY = "2026-03-02"  # a Monday
HOSTILE = (
    "a" * 10_000, "1," * 5_000, "e\u0301\u0327\u0308\u031b" * 2_500, "\u202e\u200f12\u202c", "😀" * 5_000,
    "\ufdfa" * 3_000, "a " * 5_000, "-" * 10_000, "9." * 5_000, "('" * 5_000, "1 000" * 2_000, "\x00", "",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tre", "3"), ("venti", "20"), ("Nineteen", "19"), ("dix-sept", "17"), ("vingt et un", "21"),
        ("quarantotto", "48"),
        ("12 km", "12"), ("circa 30", "30"), ("about 30", "30"), ("environ 30", "30"), ("~30", "30"), ("30%", "30"),
        ("30 per cento", "30"), ("€ 1.200,50", "1200.50"), ("1,200.50 euros", "1200.50"), ("120 m²", "120"),
        ("due persone", "2"), ("3 e mezzo", "3.5"), ("three and a half", "3.5"), ("2 milioni di euro", "2000000"),
        ("5k", "5000"), ("3 mila", "3000"), ("meno tre", "-3"), ("−3", "-3"), ("+4", "4"), ("12.", "12"), (".5", ".5"),
        ("\u200f12\u200e", "12"), ("１２", "12"), ("3,125", "3.125"), ("(7)", "7"), ("12!", "12"),
    ],
)  # fmt: skip
def test_a_number_among_words(text: str, value: str) -> None:
    assert read_number(text) == value


def test_one_group_of_thousands_is_taken_for_one_where_a_whole_number_is_asked_for() -> None:
    assert read_number("1.250", whole=True) == "1250" == read_number("1,250", whole=True)
    assert read_number("1.250") == "1.250" and read_number("0,125", whole=True) == "0.125"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("10-20", ["10", "20"]), ("tra 10 e 20", ["10", "20"]), ("due o tre", ["2", "3"]), ("più di 10", ["10"]),
        ("30 marzo", ["30"]), ("3 figli e 2 nipoti", ["3", "2"]), ("between 5 and 7 or 9 or 11", ["5", "7", "9"]),
        ("un po'", []), ("tanti", []), ("7/10", ["7", "10"]), ("--1", ["-1"]),
    ],
)  # fmt: skip
def test_what_may_mean_several_numbers_is_asked_back(text: str, near: list[str]) -> None:
    found = read_number(text, whole=True)
    assert isinstance(found, Refused) and found.fault is Fault.NOT_A_NUMBER
    assert dict(found.values).get("near", "").split("\n") == (near or [""])


@pytest.mark.parametrize("text", ["7/10", "7 su 10", "7 out of 10", "7 sur 10"])
def test_a_mark_out_of_the_top_of_its_scale(text: str) -> None:
    assert read_number(text, end="10") == "7"
    assert isinstance(read_number(text, end="5"), Refused)


@given(st.sampled_from(sorted(NAMES)))
def test_each_name_of_a_number_means_it(name: str) -> None:
    assert read_number(name) == str(NAMES[name]) and 0 <= NAMES[name] < 60


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_number_written_in_any_of_our_ways_is_the_same(value: object) -> None:
    whole, _, part = f"{value:,.3f}".partition(".")
    for grouped, comma in (
        (whole.replace(",", "."), ","),
        (whole.replace(",", " "), ","),
        (whole.replace(",", "'"), "."),
    ):
        assert read_number(f"{grouped}{comma}{part}") == f"{value:.3f}"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("lunedì", "2026-03-02"), ("lunedì prossimo", "2026-03-09"), ("next monday", "2026-03-09"),
        ("prossimo venerdì", "2026-03-06"), ("lundi dernier", "2026-02-23"), ("giovedì scorso", "2026-02-26"),
        ("this friday", "2026-03-06"), ("venerdì 3 aprile", "2026-04-03"), ("fri 5 june", "2026-06-05"),
        ("tra 3 giorni", "2026-03-05"), ("in two months", "2026-05-02"), ("dans une semaine", "2026-03-09"),
        ("una settimana fa", "2026-02-23"), ("3 days ago", "2026-02-27"), ("il y a deux ans", "2024-03-02"),
        ("il 3 maggio", "2026-05-03"), ("03/05", "2026-05-03"), ("ieri", "2026-03-01"), ("dopodomani", "2026-03-04"),
        ("le 14 juillet 1989", "1989-07-14"), ("il primo maggio", "2026-05-01"), ("tre maggio", "2026-05-03"),
        ("3 maggio '68", "1968-05-03"), ("2024/5/3", "2024-05-03"), ("avant-hier", "2026-02-28"),
    ],
)  # fmt: skip
def test_days(text: str, day: str) -> None:
    assert read_date(text, "it", TODAY) == day


@pytest.mark.parametrize(
    "text", ["fra 99999 giorni", "9999 anni fa", "5 lunedì", "monday tuesday", "3", "2024", "marzo"]
)
def test_no_days(text: str) -> None:
    assert read_date(text, "it", TODAY) == ""


@pytest.mark.parametrize(
    ("text", "precision", "day"),
    [
        ("marzo 2024", "month", "2024-03-01"), ("03/2024", "month", "2024-03-01"), ("2024-03", "month", "2024-03-01"),
        ("mars", "month", "2026-03-01"), ("15/3/2024", "month", "2024-03-01"), ("2024", "year", "2024-01-01"),
        ("nel 1968", "year", "1968-01-01"), ("15 marzo 2024", "year", "2024-01-01"), ("2024", "month", ""),
    ],
)  # fmt: skip
def test_months_and_years_mean_their_first_day(text: str, precision: Precision, day: str) -> None:
    assert read_date(text, "it", TODAY, precision) == day


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:30", "09:30"), ("9.30", "09:30"), ("930", "09:30"), ("9", "09:00"), ("alle 9 e mezza", "09:30"),
        ("half past nine", "09:30"), ("neuf heures et demie", "09:30"), ("9h30", "09:30"), ("9 h", "09:00"),
        ("le 3 del pomeriggio", "15:00"), ("3pm", "15:00"), ("12 am", "00:00"), ("mezzogiorno e mezzo", "12:30"),
        ("minuit", "00:00"), ("quarter to nine", "08:45"), ("neuf heures moins le quart", "08:45"),
        ("nove meno un quarto", "08:45"), ("a quarter past ten", "10:15"), ("nine thirty", "09:30"),
        ("alle nove e venticinque", "09:25"), ("vingt et une heures", "21:00"), ("at nine o'clock", "09:00"),
        ("à 8 heures du soir", "20:00"), ("all'una", "01:00"), ("18,30", "18:30"), ("0:05", "00:05"),
    ],
)  # fmt: skip
def test_times(text: str, clock: str) -> None:
    assert read_time(text) == clock


@pytest.mark.parametrize("text", ["25:00", "9:75", "dalle 9 alle 10", "mai", "", "h", "quarter to", "9:30:99"])
def test_no_times(text: str) -> None:
    assert read_time(text) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("domani alle 9 e mezza", "2026-03-03T09:30"), ("alle 9 di domani", "2026-03-03T09:00"),
        ("tomorrow at half past nine", "2026-03-03T09:30"), ("lunedì prossimo 9:30", "2026-03-09T09:30"),
        ("demain à neuf heures et demie", "2026-03-03T09:30"), ("9:30 3/5/2024", "2024-05-03T09:30"),
        ("3 maggio 2024, 14:30", "2024-05-03T14:30"), ("2026-04-01T18:30", "2026-04-01T18:30"),
        ("3 maggio 2024", ""), ("oggi", ""), ("9:30", ""),
    ],
)  # fmt: skip
def test_a_day_with_its_time(text: str, value: str) -> None:
    assert read_datetime(text, "it", TODAY) == value


@given(st.sampled_from(Kind), st.text() | st.sampled_from(HOSTILE), st.lists(st.text(max_size=30), max_size=6))
@example(Kind.RANK, "\ufdfa" * 3_000, ["a"])
@example(Kind.DATE, "0" * 10_000, [])
def test_whatever_is_typed_is_understood_or_refused(kind: Kind, text: str, labels: list[str]) -> None:
    options = tuple((f"c{number}", label) for number, label in enumerate(labels))
    question = Question("/data/q", "q", kind, {})
    found = understand(question, text, options, ("fr", TODAY))
    if isinstance(found, str) and found:
        check(question, found, tuple(value for value, _ in options))
    if kind is Kind.DATE and isinstance(found, str):
        date.fromisoformat(found)
    if kind is Kind.TIME and isinstance(found, str):
        time.fromisoformat(found)
