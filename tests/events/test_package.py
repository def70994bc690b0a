"""Events with their modes, and mailings about them, in a process package."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.database.database import Database
from core.process.events import EventFacts, load_event
from core.process.tables import Event
from notifications.ledger.tables import Mailing
from tests.package.conftest import folder
from tests.package.test_package import bring, change, faults, line_of, told

__all__ = ["folder"]  # the fixture of the package's own tests

EVENT = "starts: start+2d 10:00, ends: start+2d 12:00}"
RSVP = "---\nsubject: Hello\nbuttons:\n  - {kind: rsvp}\n---\nDear {{ name }}, {{ event }} is on {{ starts_on }}.\n"
COME = """
  - slug: come
    kind: mailing
    purpose: events
    audience: those
    anchor: {event: launch, at: starts, days: -1}
"""


@pytest.fixture
def package(folder: Path) -> Path:
    """With an invitation to the launch."""
    change(folder, "process.yaml", "people:\n", f"{COME.lstrip(chr(10))}people:\n")
    for language in ("it", "en"):
        (folder / "messages" / f"come.{language}.md").write_text(RSVP)
    return folder


def event(database: Database) -> EventFacts:
    return database.read(lambda s: load_event(s, s.scalars(select(Event.id)).one()))


def test_a_link_is_kept_changed_and_taken_away_and_must_be_an_address(database: Database, package: Path) -> None:
    change(package, "process.yaml", EVENT, f"link: https://meet.example.org/1, {EVENT}")
    bring(database, package)
    assert event(database).link == "https://meet.example.org/1"
    assert told(bring(database, package)) == {}
    change(package, "process.yaml", "link: https://meet.example.org/1, ", "")
    bring(database, package)
    assert event(database).link == ""
    change(package, "process.yaml", EVENT, f"link: meet.example.org, {EVENT}")
    assert any("https://" in str(one) for one in faults(package))


@pytest.mark.parametrize(
    ("keys", "modes", "online"),
    [
        ("", ["in-person"], False),
        ("online: true, ", ["in-person", "online"], True),
        ("modes: [online, in-person], ", ["in-person", "online"], True),
        ("modes: [online], ", ["online"], True),
        ("modes: [in-person], online: false, ", ["in-person"], False),
    ],
)
def test_modes(database: Database, package: Path, keys: str, modes: list[str], online: bool) -> None:
    change(package, "process.yaml", EVENT, keys + EVENT)
    bring(database, package)
    assert [str(one) for one in event(database).modes] == modes
    assert database.read(lambda s: s.scalars(select(Event.online)).one()) is online
    assert told(bring(database, package)) == {}


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("modes: online, ", "as a list of in-person and online"),
        ("modes: [], ", "as a list of in-person and online"),
        ("modes: [hall], ", "as a list of in-person and online"),
        ("modes: [{}], ", "as a list of in-person and online"),
        ("modes: [online], online: false, ", "does not agree"),
        ("modes: [in-person], online: true, ", "does not agree"),
        ("cancelled: maybe, ", "cancelled"),
    ],
)
def test_modes_that_are_none(package: Path, keys: str, says: str) -> None:
    change(package, "process.yaml", EVENT, keys + EVENT)
    where = f"process.yaml:{line_of(package, 'slug: launch')}:"
    assert any(says in fault and fault.startswith(where) for fault in faults_near(package))


def faults_near(package: Path) -> list[str]:
    """The entry spans two lines: a fault of its second is told as of its first here."""
    second = line_of(package, "starts: start+2d 10:00")
    return [one.replace(f"process.yaml:{second}", f"process.yaml:{second - 1}") for one in faults(package)]


def test_an_event_that_is_called_off_and_one_that_was_loaded_before(database: Database, package: Path) -> None:
    bring(database, package)
    change(package, "process.yaml", EVENT, "cancelled: true, " + EVENT)
    assert {name: str(what) for name, what in told(bring(database, package)).items()} == {"event launch": "changed"}
    assert event(database).cancelled


def test_an_rsvp_button_needs_an_event(database: Database, package: Path) -> None:
    bring(database, package)
    phase = "{phase: listening, time: 10:00}"
    change(package, "process.yaml", "{event: launch, at: starts, days: -1}", phase)
    found = [one for one in faults(package) if "has a button about an event" in one]
    assert len(found) == 2 and "messages/come.en.md" in found[0]
    change(package, "process.yaml", phase, f"{phase}\n    event: launch")
    assert {name: str(what) for name, what in told(bring(database, package)).items()} == {"mailing come": "changed"}
    row = database.read(lambda s: s.scalars(select(Mailing).where(Mailing.slug == "come")).one())
    assert row.event_id is not None
    assert told(bring(database, package)) == {}


def test_an_event_that_the_anchor_says_too_is_kept_once(database: Database, package: Path) -> None:
    bring(database, package)
    change(package, "process.yaml", "days: -1}", "days: -1}\n    event: launch")
    assert told(bring(database, package)) == {}, "the same thing said twice"
    change(package, "process.yaml", "    event: launch", "    event: lunch")
    assert "There is no event lunch. Did you mean launch?" in "\n".join(faults(package))


def test_rules_name_events_of_the_package(database: Database, package: Path) -> None:
    change(package, "process.yaml", "{zone: hills}]", "{zone: hills}, {rsvp: {event: launch, reply: no}}]")
    bring(database, package)
    change(package, "process.yaml", "event: launch, reply", "event: lunch, reply")
    assert any("There is no event lunch" in one for one in faults(package))
