"""Thematic tables: wishes, seats that stay once they are told, people moved by hand, and what becomes of notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from core.database.database import Database
from core.i18n import translator
from core.people.erasing import erase_person
from core.people.merging import merge
from core.people.my_data import export_person
from core.process.attendance import Given, reply
from core.process.events import load_event
from core.process.room.notes import Written, notes_of, save_note
from core.process.room.seating import (
    NotComing,
    ThemeUnknown,
    WishesClosed,
    announce,
    ask_for_wishes,
    coming,
    deal,
    move,
    table_of,
    tables_for,
    told_table_of,
    wish,
)
from core.process.room.themes import TableInUse, ThemeInUse, WantedTheme, load_themes, save_themes
from core.staff.tables import Account
from core.tables import Notice
from surveys.responses.my_data_page import my_data_page
from surveys.responses.shelf import FormShelf
from tests.events.scene import add_event
from tests.responses.scene import Scene
from tests.room.hall import comes, set_tables
from tests.support.pages import scene

__all__ = ["scene"]  # fixture


def kinds(database: Database) -> list[tuple[str, int, Any]]:
    rows = select(Notice.kind, Notice.participant_id, Notice.values).order_by(Notice.id)
    return [
        (one.kind, one.participant_id, one.values.get("table_id"))
        for one in database.read(lambda s: s.execute(rows).all())
    ]


def test_from_wishes_to_tables_that_are_told_once(scene: Scene, database: Database) -> None:
    number = add_event(scene)
    green, schools = set_tables(scene, number, ("Environment", 1, 2), ("Schools", 1, 2))
    people = [comes(scene, number, category="citizen") for _ in range(3)]
    event = database.read(lambda s: load_event(s, number))
    assert database.write(lambda s: ask_for_wishes(s, event, scene.now)) == 3
    for person in people:
        database.write(lambda s, person=person: wish(s, event, person, (schools.id, green.id), scene.now))  # type: ignore[misc]
    assert database.write(lambda s: deal(s, event)) == 0
    where = {one.participant_id: one.table_id for one in database.read(lambda s: coming(s, event))}
    assert sorted(where.values()) == sorted([schools.tables[0][0]] * 2 + [green.tables[0][0]])  # type: ignore[type-var]
    assert database.read(lambda s: told_table_of(s, number, people[0])) is None
    assert database.write(lambda s: announce(s, event, scene.now)) == 3
    assert database.write(lambda s: announce(s, event, scene.now)) == 0, "nobody is told twice"
    late = comes(scene, number)
    assert database.write(lambda s: deal(s, event)) == 0
    again = {one.participant_id: one.table_id for one in database.read(lambda s: coming(s, event))}
    assert {one: again[one] for one in people} == where, "what was told stays"
    target = green.tables[0][0] if where[people[0]] == schools.tables[0][0] else schools.tables[0][0]
    database.write(lambda s: move(s, event, people[0], target))
    database.write(lambda s: deal(s, event))
    assert database.write(lambda s: announce(s, event, scene.now)) == 2, "who was moved, and who came late"
    last = database.read(lambda s: table_of(s, number, late))
    assert last is not None and last.id == where[people[0]], "who was not told yet makes room"
    told = [one for one in kinds(database) if one[0] == "table-assigned"]
    assert told[3:] == [("table-assigned", people[0], target), ("table-assigned", late, last.id)]
    here = database.read(lambda s: table_of(s, number, people[0]))
    assert here is not None and here.id == target
    with pytest.raises(WishesClosed):
        database.write(lambda s: wish(s, event, late, (green.id, None), scene.now))


def test_who_came_back_and_who_was_merged_are_told_their_table(scene: Scene, database: Database) -> None:
    number = add_event(scene)
    set_tables(scene, number, ("Environment", 1, 4))
    first, second, remains = comes(scene, number), comes(scene, number), scene.participant()
    event = database.read(lambda s: load_event(s, number))

    def told(minutes: int) -> int:
        database.write(lambda s: deal(s, event))
        return database.write(lambda s: announce(s, event, scene.now + timedelta(minutes=minutes)))

    database.write(lambda s: deal(s, event))
    database.write(lambda s: merge(s, second, remains, scene.now))
    assert told(1) == 2
    database.write(lambda s: reply(s, Given(number, first, "no", "web"), scene.now))
    assert told(2) == 0
    database.write(lambda s: reply(s, Given(number, first, "in-person", "web"), scene.now))
    assert told(3) == 1
    assert [one[1] for one in kinds(database) if one[0] == "table-assigned"] in (
        [first, remains, first],
        [remains, first, first],
    )


def test_who_does_not_come_has_no_seat_and_no_wish(scene: Scene, database: Database) -> None:
    number = add_event(scene)
    (green,) = set_tables(scene, number, ("Environment", 1, 1))
    first, second, stranger = comes(scene, number), comes(scene, number), scene.participant()
    event = database.read(lambda s: load_event(s, number))
    with pytest.raises(NotComing):
        database.write(lambda s: wish(s, event, stranger, (green.id, None), scene.now))
    with pytest.raises(ThemeUnknown):
        database.write(lambda s: wish(s, event, first, (green.id + 1, None), scene.now))
    assert database.write(lambda s: deal(s, event)) == 1
    seated = next(one for one in (first, second) if database.read(lambda s, one=one: table_of(s, number, one)))  # type: ignore[misc]
    database.write(lambda s: reply(s, Given(number, seated, "no", "web"), scene.now))
    assert database.write(lambda s: deal(s, event)) == 0
    assert database.read(lambda s: table_of(s, number, seated)) is None
    assert database.read(lambda s: [one.id for one in tables_for(s, first + second - seated, scene.now)]) == [number]


def test_tables_in_use_stay(scene: Scene, database: Database) -> None:
    number = add_event(scene)
    (green,) = set_tables(scene, number, ("Environment", 2, 1))
    for _ in range(2):
        comes(scene, number)
    event = database.read(lambda s: load_event(s, number))
    database.write(lambda s: deal(s, event))
    with pytest.raises(TableInUse):
        database.write(lambda s: save_themes(s, number, [WantedTheme(green.id, {"en": "Green"}, 1, 5)]))
    with pytest.raises(ThemeInUse):
        database.write(lambda s: save_themes(s, number, []))
    wanted = [WantedTheme(0, {"en": "New"}, 1, 3), WantedTheme(green.id, {"en": "Green"}, 3, 5)]
    database.write(lambda s: save_themes(s, number, wanted))
    found = database.read(lambda s: load_themes(s, number))
    assert [(one.title["en"], [number for _, number, _ in one.tables]) for one in found] == [
        ("New", [3]),
        ("Green", [1, 2, 4]),
    ]


def test_a_wish_and_a_table_are_told_and_erased(scene: Scene, database: Database) -> None:
    number = add_event(scene)
    (green,) = set_tables(scene, number, ("Environment", 1, 1))
    person = comes(scene, number)
    event = database.read(lambda s: load_event(s, number))
    database.write(lambda s: wish(s, event, person, (green.id, None), scene.now))
    database.write(lambda s: deal(s, event))
    known = database.read(lambda s: export_person(s, person))["rooms"]
    assert known["table_wishes"][0]["first"] == {"en": "Environment"} and known["tables"][0]["table"] == 1
    page = database.read(lambda s: my_data_page(s, FormShelf(), person, translator("en"), scene.now))
    assert "<dt>Launch event: you would like</dt><dd>Environment</dd>" in page
    assert "<dt>Launch event: table 1</dt><dd>Environment</dd>" in page
    database.write(lambda s: erase_person(s, person, [], scene.now))
    assert database.write(lambda s: deal(s, event)) == 0 and database.read(lambda s: coming(s, event)) == []


def test_no_note_is_lost(scene: Scene, database: Database) -> None:
    number = add_event(scene)
    (green,) = set_tables(scene, number, ("Environment", 1, 8))
    table = green.tables[0][0]
    values = {"email": "f@example.org", "name": "F", "language": "it", "password": "", "created_at": scene.now}
    account = database.write(lambda s: s.execute(insert(Account).values(values).returning(Account.id)).scalar_one())

    def save(text: str, revision: int) -> tuple[str, int]:
        return database.write(lambda s: save_note(s, Written(table, "green", account, text, revision), scene.now))

    assert save("  ", 0) == ("  ", 0)
    assert save("More trees", 0) == ("More trees", 1)
    assert save("More trees", 0) == ("More trees", 1), "the same again, its answer having been lost"
    assert save("More trees, fewer cars", 1) == ("More trees, fewer cars", 2)
    assert save("From another phone", 1) == ("More trees, fewer cars\n\nFrom another phone", 3)
    assert save("More trees", 0)[0] == "More trees, fewer cars\n\nFrom another phone", "an old one that is in it"
    assert database.read(lambda s: notes_of(s, table, account))["green"][0].startswith("More trees, fewer cars")
