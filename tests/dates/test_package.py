"""Interviewers and their times in a package: loaded, loaded again, changed, and what is wrong with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.database.database import Database
from core.process.appointments.interviewers import change_hours
from core.process.appointments.tables import Interviewer, Slot
from tests.package.conftest import folder
from tests.package.test_package import bring, change, faults, told

__all__ = ["folder"]  # the fixture of the package's own tests

EVENTS = "events:\n"
ADA = """\
        - name: Ada Conti
          place: Room 3
          minutes: 45
          after: 15
          available:
            - {day: start+17d, from: "09:00", until: "12:00"}
"""
INTERVIEWS = f"""\
events:
  - slug: interviews
    kind: appointment
    title: {{it: Interviste, en: Interviews}}
    starts: start+17d 09:00
    ends: start+18d 18:00
    slots:
      change_hours: 12
      interviewers:
{ADA}"""


@pytest.fixture
def package(folder: Path) -> Path:
    change(folder, "process.yaml", EVENTS, INTERVIEWS)
    return folder


def times(database: Database) -> list[tuple[str, str]]:
    """Interviewers and their slots, in UTC."""
    found = select(Interviewer.name, Slot.starts_at).join(Slot, Slot.interviewer_id == Interviewer.id)
    rows = database.read(lambda session: session.execute(found.order_by(Slot.starts_at)).all())
    return [(row.name, f"{row.starts_at:%d %H:%M}") for row in rows]


def test_times_are_loaded_once_and_follow_the_package(database: Database, package: Path) -> None:
    bring(database, package)
    assert times(database) == [("Ada Conti", "20 07:00"), ("Ada Conti", "20 08:00"), ("Ada Conti", "20 09:00")]
    event = select(Interviewer.event_id)
    assert database.read(lambda session: change_hours(session, session.scalars(event).one())) == 12
    assert told(bring(database, package)) == {}
    change(package, "process.yaml", 'until: "12:00"', 'until: "10:45"')
    bring(database, package)
    assert times(database) == [("Ada Conti", "20 07:00"), ("Ada Conti", "20 08:00")]
    change(package, "process.yaml", "name: Ada Conti", "name: Bruno Rossi")
    bring(database, package)
    assert {name for name, _ in times(database)} == {"Bruno Rossi"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: appointment", "kind: event", "Only an event of kind appointment"),
        ("minutes: 45", "minutes: 4", "must lie between 5 and 480"),
        ('until: "12:00"', 'until: "08:00"', "ends before it starts"),
        ("place: Room 3", "link: meet.example.org", "beginning with https://"),
        ("place: Room 3", "room: 3", "The key room is unknown here"),
        (ADA, ADA + ADA, "stands there twice"),
        ("          minutes: 45\n", "", "The key minutes is missing"),
    ],
)
def test_what_is_wrong_is_said(package: Path, old: str, new: str, said: str) -> None:
    change(package, "process.yaml", old, new)
    assert any(said in str(one) for one in faults(package)), faults(package)
