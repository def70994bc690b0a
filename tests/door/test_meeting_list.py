"""Attendance lists as the well-known meeting programs export them; nothing a file holds breaks the reader."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.process.door.matching import plain_name
from core.process.door.meeting_list import Attendee, NoList, minutes_in, moment_in, read_list

JOINED = datetime.fromisoformat("2023-07-20T10:01:02")
ZOOM = (
    "\ufeffName (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    '"Rossa, Ada",ada@example.org,07/20/2023 10:01:02 AM,07/20/2023 10:31:02 AM,30,Yes\n'
    '"Rossa, Ada",ADA@example.org,07/20/2023 11:00:00 AM,07/20/2023 11:10:00 AM,10,Yes\n'
    "Bruno,,07/20/2023 10:05:00 AM,07/20/2023 10:15:00 AM,10,Yes\n"
)
TEAMS = (
    "1. Riepilogo\nTitolo riunione\tLancio\nPartecipanti\t2\n\n"
    "2. Partecipanti\nNome\tPrimo accesso\tUltima uscita\tDurata nella riunione\tIndirizzo e-mail\tRuolo\n"
    "Ada Rossa\t20/07/2023, 10:01:02\t20/07/2023, 11:31:10\t1 h 30 min 8 s\tada@example.org\tPartecipante\n"
    "Bruno\t20/07/2023, 10:05:00\t20/07/2023, 10:15:00\t10 min\t\tPartecipante\n\n"
    "3. Attività\nNome\tOra di accesso\tOra di uscita\tDurata\nAda Rossa\t20/07/2023, 10:01:02\t\t1 h\n"
)
MEET = (
    "First name,Last name,Email,Duration,Time joined,Time exited\n"
    "Ada,Rossa,ada@example.org,1 hr 5 min,2023-07-20T10:01:02,2023-07-20T11:06:00\nBruno,,,10 min,,\n"
)
WEBEX = (
    '"Attendee";"Attendee Email";"Join Time";"Leave Time";"Attendance Duration"\n'
    '"Ada Rossa";"ada@example.org";"2023-07-20 10:01:02";"2023-07-20 10:41:02";"00:40:00"\n'
    '"Bruno";"";"2023-07-20 10:00:00";"2023-07-20 10:10:00";""\n'
)


@pytest.mark.parametrize(
    ("content", "name", "minutes"),
    [
        (ZOOM.encode(), "Rossa, Ada", 40), (TEAMS.encode("utf-16"), "Ada Rossa", 90 + 8 / 60),
        (MEET.encode(), "Ada Rossa", 65), (WEBEX.encode("cp1252"), "Ada Rossa", 40),
    ],
    ids=["zoom", "teams", "meet", "webex"],
)  # fmt: skip
def test_lists_of_known_programs_are_read(content: bytes, name: str, minutes: float) -> None:
    ada, bruno = read_list(content)
    assert (ada.name, ada.email, ada.joined) == (name, "ada@example.org", JOINED)
    assert ada.minutes == pytest.approx(minutes) and bruno.minutes == pytest.approx(10)
    assert (bruno.name, bruno.email) == ("Bruno", "")


def test_durations_and_times_in_other_hands() -> None:
    told = ["90", "1h 2m 3s", "1 h 2 min 3 s", "01:02:03", "62:03", "1.5", "", "none", "-3", "1e9"]
    assert [None if one is None else round(one, 2) for one in map(minutes_in, told)] == [
        90, 62.05, 62.05, 62.05, 62.05, 1.5, None, None, None, None,
    ]  # fmt: skip
    for text in ("20/07/2023 10:01:02", "20.07.2023 10:01:02", "7/20/2023, 10:01:02 AM", "2023-07-20T10:01:02Z"):
        assert moment_in(text) == JOINED, text
    assert moment_in("yesterday") is None and moment_in("") is None


def test_without_a_line_that_names_the_columns_there_is_no_list() -> None:
    for content in (b"", b"one,two\n1,2\n", b"\xff\xfe", ("x\n" * 100 + ZOOM).encode()):
        with pytest.raises(NoList):
            read_list(content)
    assert read_list(b"Name\n") == [] and read_list(b"email\nada@example.org\n") == [Attendee("", "ada@example.org")]


def test_names_are_compared_without_accents_case_and_order() -> None:
    assert plain_name("Verdi, BRÙNO") == plain_name("bruno verdi") != plain_name("Bruno Verdi Neri")
    assert plain_name("Ольга Иванова") == plain_name("иванова ольга")


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: f"Name,Email\n{text}".encode()))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    try:
        found = read_list(content)
    except NoList:
        return
    assert all(one.name or one.email for one in found)
