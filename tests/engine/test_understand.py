"""What people type, and what is understood."""

from __future__ import annotations

import pytest

from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.understand import understand
from surveys.engine.values import Refused

OPTIONS = (("si", "Sì, sempre"), ("no", "No"), ("bus", "Autobus"), ("auto", "Automobile"), ("d", "D'accordo"))
TODAY = "2026-03-02"


def read(kind: Kind, text: str, language: str = "it") -> str | Refused:
    return understand(Question("/data/q", "q", kind, {}), text, OPTIONS, (language, TODAY))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sì, sempre", "si"), ("si sempre", None), ("SÌ, SEMPRE!", "si"), ("1", "si"), ("5.", "d"), ("bus", "bus"),
        ("autob", "bus"), ("auto", "auto"), ("aut", None), ("6", None), ("0", None), ("yes", None), ("non", "no"),
        ("n", "no"), ("d’accordo", "d"), ("", None), ("Automobbile", None),
    ],
)  # fmt: skip
def test_one_choice(text: str, value: str | None) -> None:
    found = read(Kind.SELECT_ONE, text)
    if value is None:
        assert isinstance(found, Refused)
        assert found.fault is Fault.NOT_UNDERSTOOD
    else:
        assert found == value


def test_yes_in_another_language_means_the_only_yes() -> None:
    options = (("1", "Sì"), ("2", "No"))
    question = Question("/data/q", "q", Kind.SELECT_ONE, {})
    assert understand(question, "yes", options, ("it", TODAY)) == "1"
    assert understand(question, "Oui", options, ("it", TODAY)) == "1"


def test_a_near_typo_is_offered_not_taken() -> None:
    found = read(Kind.SELECT_ONE, "Automobbile")
    assert isinstance(found, Refused)
    assert dict(found.values)["near"].split("\n")[0] == "auto"


@pytest.mark.parametrize(
    ("text", "value"),
    [("2, 3", "no bus"), ("autobus; no", "no bus"), ("Sì, sempre", "si"), ("bus,bus", "bus"), ("1\n4", "si auto")],
)
def test_several_choices(text: str, value: str) -> None:
    assert read(Kind.SELECT_MULTIPLE, text) == value


def test_one_bad_part_spoils_several_choices() -> None:
    assert isinstance(read(Kind.SELECT_MULTIPLE, "1, 9"), Refused)


@pytest.mark.parametrize("text", ["3,1,2,5", "3 1 2 5", "3, 1, 2, 5, 4", "Autobus > 1 > no > D'accordo"])
def test_ranking(text: str) -> None:
    assert read(Kind.RANK, text) == "bus si no d auto"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", "42"), ("-3", "-3"), ("3,5", "3.5"), ("3.5", "3.5"), ("1.250,75", "1250.75"), ("1 000 000", "1000000"),
        ("1.000.000", "1000000"), ("12'500", "12500"),
    ],
)  # fmt: skip
def test_numbers(text: str, value: str) -> None:
    assert read(Kind.DECIMAL, text) == value


@pytest.mark.parametrize("text", ["", "tanti", "1,2,3", "1e400", "--1", "0x10", "1_000", "١٢"])
def test_no_numbers(text: str) -> None:
    found = read(Kind.INTEGER, text)
    assert isinstance(found, Refused) or not found.isascii()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3/5/2024", "2024-05-03"), ("03.05.2024", "2024-05-03"), ("3-5-24", "2024-05-03"), ("2024-5-3", "2024-05-03"),
        ("3 maggio 2024", "2024-05-03"), ("il 1º maggio", "2026-05-01"), ("3 May 2024", "2024-05-03"),
        ("May 3rd, 2024", "2024-05-03"), ("1er août 2024", "2024-08-01"), ("domani", "2026-03-03"),
        ("OGGI", "2026-03-02"), ("hier", "2026-03-01"), ("25 dic", "2025-12-25"), ("12/5/68", "1968-05-12"),
    ],
)  # fmt: skip
def test_dates(text: str, value: str) -> None:
    assert read(Kind.DATE, text) == value


@pytest.mark.parametrize("text", ["31/2/2024", "99/99/9999", "maggio", "3 xyz 2024", "0/0/0000", "", "29/2/2023"])
def test_no_dates(text: str) -> None:
    assert read(Kind.DATE, text) == Refused(Fault.NOT_A_DATE)


@pytest.mark.parametrize(
    ("text", "value"),
    [("14:30", "14:30"), ("9.30", "09:30"), ("alle 8", "08:00"), ("3 pm", "15:00"), ("12:00:05", "12:00:05")],
)
def test_times(text: str, value: str) -> None:
    assert read(Kind.TIME, text) == value


def test_a_date_with_its_time() -> None:
    assert read(Kind.DATETIME, "3 maggio 2024 alle 14:30") == "2024-05-03T14:30"
    assert read(Kind.DATETIME, "3 maggio 2024") == Refused(Fault.NOT_A_DATE)


@pytest.mark.parametrize("text", ["ok", "Sì", "va bene", "yes", "D'accordo"])
def test_acknowledging(text: str) -> None:
    assert read(Kind.ACKNOWLEDGE, text) == "OK"
    assert read(Kind.ACKNOWLEDGE, "boh") == Refused(Fault.NOT_UNDERSTOOD)
