"""Audiences by what people replied, and packages that say in which modes an event is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.people.audience import audience_clause, check_rule, preview, qualify_rule
from core.people.merging import merge
from core.people.predicates import core_predicates
from core.process.attendance import Given
from core.process.came_rule import asks_who_is_booked, means_absent_only
from core.process.rsvp_rule import means_silent_only
from core.process.tables import Event, Office
from tests.events.scene import add_event, came, say
from tests.responses.scene import Scene, build

PREDICATES = core_predicates()
KNOWN = {"event": {"launch", "listening"}}


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def names(scene: Scene, text: str) -> list[str]:
    """Who is in the audience of a rule as a package writes it."""
    rule = yaml.safe_load(text)
    assert check_rule(rule, PREDICATES, KNOWN) == []
    clause = audience_clause(PREDICATES)(rule, scene.office_id, scene.now)
    found = scene.database.read(lambda session: preview(session, clause, scene.office_id))
    return [name for _, name in found.first]


def test_who_replied_so_and_who_did_not_reply(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    for name, reply in (("Ada", "in-person"), ("Bo", "online"), ("Cleo", "no"), ("Dario", "")):
        person = scene.participant(name=name)
        if reply:
            say(database, Given(event, person, reply, "web"), scene.now)
    assert names(scene, "rsvp: {event: launch, reply: [in-person, online]}") == ["Ada", "Bo"]
    assert names(scene, "rsvp: {event: launch, reply: no}") == ["Cleo"], "YAML reads a bare no as false"
    assert names(scene, "rsvp: {event: launch, reply: [no, none]}") == ["Cleo", "Dario"]
    assert names(scene, "rsvp: {event: launch, reply: none}") == ["Dario"]
    assert names(scene, "not: {rsvp: {event: launch, reply: 'no'}}") == ["Ada", "Bo", "Dario"]
    assert names(scene, "rsvp: {event: listening, reply: none}") == ["Ada", "Bo", "Cleo", "Dario"]


def test_the_events_of_other_offices_and_the_rows_of_merged_people(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    gone, kept = scene.participant(name="Ada R."), scene.participant(name="Ada")
    say(database, Given(event, gone, "online", "web"), scene.now)
    database.write(lambda session: merge(session, gone, kept, scene.now))
    assert names(scene, "rsvp: {event: launch, reply: online}") == ["Ada"]
    other = scene.insert(Office, slug="other", name="Other", kind="authority")
    clause = audience_clause(PREDICATES)({"rsvp": {"event": "launch", "reply": "online"}}, other, scene.now)
    assert database.read(lambda session: preview(session, clause, other)).count == 0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("launch", "Write the event and the replies"),
        ({"event": "launch"}, "Write the event and the replies"),
        ({"event": "launch", "reply": []}, "Write the event and the replies"),
        ({"event": "launch", "reply": "perhaps"}, "Write the event and the replies"),
        ({"event": "launch", "reply": True}, "Write the event and the replies"),
        ({"event": ["launch"], "reply": "no"}, "Write the event and the replies"),
        ({"event": "lunch", "reply": "no"}, "Did you mean {near}"),
    ],
)
def test_what_is_wrong_is_said(value: Any, says: str) -> None:
    (fault,) = check_rule({"rsvp": value}, PREDICATES, KNOWN)
    assert says in fault.text
    assert fault.where == "rsvp"


@pytest.mark.parametrize(
    ("rule", "so"),
    [
        ({"rsvp": {"event": "launch", "reply": "none"}}, True),
        ({"rsvp": {"event": "launch", "reply": ["none"]}}, True),
        ({"all": [{"everyone": True}, {"rsvp": {"event": "launch", "reply": "none"}}]}, True),
        ({"rsvp": {"event": "plan/launch", "reply": ["none"]}}, True),
        ({"rsvp": {"event": "other/launch", "reply": ["none"]}}, False),
        ({"rsvp": {"event": "other", "reply": "none"}}, False),
        ({"rsvp": {"event": "launch", "reply": ["none", "maybe"]}}, False),
        ({"any": [{"everyone": True}, {"rsvp": {"event": "launch", "reply": "none"}}]}, False),
        ({"not": {"rsvp": {"event": "launch", "reply": "none"}}}, False),
        ({"everyone": True}, False),
    ],
)
def test_rules_that_mean_only_the_silent(rule: Any, so: bool) -> None:
    assert means_silent_only(rule, "plan", "launch") is so


def test_events_of_one_short_name_in_two_processes_are_told_apart(scene: Scene, database: Database) -> None:
    """The short name alone is the event that begins last, as on the public page."""
    other = scene.copy_process("next")
    first, second = add_event(scene), add_event(scene, process_id=other, starts_local="2024-07-20T10:00")
    said = {"Ada": (first, "in-person"), "Bo": (second, "in-person"), "Cleo": (first, "no"), "Dario": (second, "no")}
    for name, (event, word) in said.items():
        say(database, Given(event, scene.participant(name=name), word, "web"), scene.now)
    assert names(scene, "rsvp: {event: plan/launch, reply: in-person}") == ["Ada"]
    assert names(scene, "rsvp: {event: next/launch, reply: in-person}") == ["Bo"]
    assert names(scene, "rsvp: {event: launch, reply: in-person}") == ["Bo"]
    assert names(scene, "rsvp: {event: plan/launch, reply: none}") == ["Bo", "Dario"]
    rule = {"all": [{"not": {"rsvp": {"event": "launch", "reply": "no"}}}, {"came": "launch"}, {"everyone": True}]}
    assert qualify_rule(rule, PREDICATES, "plan") == {
        "all": [
            {"not": {"rsvp": {"event": "plan/launch", "reply": "no"}}},
            {"came": "plan/launch"},
            {"everyone": True},
        ]
    }


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"came": ["launch"]}, "Write the event's short name after {name}:"),
        ({"did_not_come": {"event": "launch"}}, "Write the event's short name after {name}:"),
        ({"came": ""}, "Write the event's short name after {name}:"),
        ({"came": "plan/lunch"}, "Did you mean {near}"),
        ({"rsvp": {"event": "plan/lunch", "reply": "no"}}, "Did you mean {near}"),
    ],
)
def test_an_event_that_cannot_be_meant_is_said(rule: Any, says: str) -> None:
    (fault,) = check_rule(rule, PREDICATES, KNOWN | {"process": {"plan"}})
    assert says in fault.text
    assert check_rule({"came": "another/lunch"}, PREDICATES, KNOWN | {"process": {"plan"}}) == []


def test_who_came_and_who_did_not(scene: Scene, database: Database) -> None:
    """Who had a seat and did not come is known of the modes only in which it was noted who came."""
    event = add_event(scene)
    guests = {"Ada": "in-person", "Bo": "in-person", "Cleo": "online", "Dario": "maybe", "Emma": "no", "Fe": "online"}
    people = {name: scene.participant(name=name) for name in guests}
    for name, word in guests.items():
        say(database, Given(event, people[name], word, "web"), scene.now)
    assert names(scene, "came: launch") == []
    assert names(scene, "did_not_come: launch") == [], "nobody was noted: nobody is known to have stayed away"
    came(scene, event, people["Ada"], people["Dario"])
    assert names(scene, "came: launch") == ["Ada", "Dario"]
    assert names(scene, "did_not_come: launch") == ["Bo"], "nothing is known yet of who followed online"
    came(scene, event, people["Cleo"], mode="online")
    assert names(scene, "did_not_come: launch") == ["Bo", "Fe"]
    again = scene.participant(name="Fe R.")  # registered once more under another name, and came so
    say(database, Given(event, again, "in-person", "web"), scene.now + timedelta(hours=1))
    came(scene, event, again)
    database.write(lambda session: merge(session, again, people["Fe"], scene.now))
    assert names(scene, "did_not_come: launch") == ["Bo"]
    assert names(scene, "came: launch") == ["Ada", "Cleo", "Dario", "Fe"]
    scene.change(Event, event, cancelled=True)
    assert names(scene, "any: [{came: launch}, {did_not_come: launch}]") == []


@pytest.mark.parametrize(
    ("rule", "so"),
    [
        ({"did_not_come": "launch"}, True),
        ({"all": [{"everyone": True}, {"did_not_come": "plan/launch"}]}, True),
        ({"did_not_come": "other/launch"}, False),
        ({"not": {"did_not_come": "launch"}}, False),
        ({"any": [{"came": "launch"}, {"did_not_come": "launch"}]}, False),
        ({"came": "launch"}, False),
        (None, False),
    ],
)
def test_rules_that_mean_only_who_did_not_come(rule: Any, so: bool) -> None:
    assert means_absent_only(rule, "plan", "launch") is so


@pytest.mark.parametrize(
    ("rule", "so"),
    [
        ({"appointment": "talks"}, True),
        ({"all": [{"everyone": True}, {"any": [{"appointment_held": "talks"}]}]}, True),
        ({"not": {"appointment": "talks"}}, False),
        ({"everyone": True}, False),
        (None, False),
    ],
)
def test_rules_that_mean_who_has_an_appointment(rule: Any, so: bool) -> None:
    assert asks_who_is_booked(rule) is so


def test_the_clause_is_one_statement(scene: Scene) -> None:
    clause = audience_clause(PREDICATES)({"rsvp": {"event": "launch", "reply": "none"}}, scene.office_id, scene.now)
    assert str(select(clause)).count("every_attendance") >= 1
