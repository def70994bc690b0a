"""Rounds are for their audience, and audiences know who has answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.people.audience import check_rule
from core.people.merging import merge
from core.people.tables import Participant
from surveys.engine.inputs import Answer, Words
from surveys.responses import service
from surveys.responses.audience import round_audience, survey_predicates
from surveys.responses.errors import NotInvited
from surveys.responses.my_data import erase_answers, export_answers
from surveys.responses.shelf import FormShelf
from surveys.responses.standing import has_answers
from tests.responses.desk import Desk
from tests.responses.scene import Scene


def meant(scene: Scene, rule: dict[str, Any]) -> set[int]:
    clause = round_audience()(rule, scene.office_id, scene.now)
    return set(scene.database.read(lambda s: s.scalars(select(Participant.id).where(clause)).all()))


def test_a_round_is_for_its_audience(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    clerk, citizen = scene.participant(category="clerk"), scene.participant()
    audience = scene.audience("clerks", {"category": "clerk"})
    round_id = scene.round("clerks-only", audience_id=audience)
    assert desk.begin(clerk, round_id=round_id).state == "partial"
    with pytest.raises(NotInvited):
        desk.begin(citizen, round_id=round_id)
    for person, expected in ((clerk, {round_id, scene.round_id}), (citizen, {scene.round_id})):
        found = scene.database.read(lambda s, p=person: service.open_rounds(s, p, scene.now))  # type: ignore[misc]
        assert {one.id for one in found} == expected


def test_who_has_begun_may_go_on_though_the_rule_no_longer_means_them(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    person = scene.participant()
    rule = {"not": {"started": "pulse"}}
    round_id = scene.round("pulse", audience_id=scene.audience("fresh", rule))
    begun = desk.begin(person, round_id=round_id)
    assert meant(scene, rule) == set()
    assert desk.begin(person, round_id=round_id).response_id == begun.response_id
    found = scene.database.read(lambda s: service.open_rounds(s, person, scene.now))
    assert round_id in {one.id for one in found}


def test_answered_and_started(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    done, begun, silent = (scene.participant() for _ in range(3))
    desk.complete(done)
    desk.begin(begun)
    assert meant(scene, {"answered": "follow-up-2023"}) == {done}
    assert meant(scene, {"started": ["follow-up-2023"]}) == {done, begun}
    rule = {"all": [{"not": {"answered": "follow-up-2023"}}, {"started": "follow-up-2023"}]}
    assert meant(scene, rule) == {begun}
    assert meant(scene, {"not": {"started": "follow-up-2023"}}) == {silent}


def test_the_one_who_remains_has_answered(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    first, second, third = (scene.participant() for _ in range(3))
    desk.complete(first)
    scene.database.write(lambda s: merge(s, first, second, scene.now))
    scene.database.write(lambda s: merge(s, second, third, scene.now))
    assert third in meant(scene, {"answered": "follow-up-2023"})


def test_a_contact_person_has_answered_when_the_other_has(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    one, other, stranger = (scene.participant() for _ in range(3))
    scene.organisation("chamber", one, other)
    desk.begin(one, round_id=scene.round("alignment", subject_kind="organisation"))
    assert meant(scene, {"started": "alignment"}) == {one, other}
    assert stranger not in meant(scene, {"started": "alignment"})


def test_a_rule_names_rounds_that_exist() -> None:
    known = {"round": {"follow-up-2023"}}
    [fault] = check_rule({"answered": "follow-up-2032"}, survey_predicates(), known)
    assert "follow-up-2023" in str(fault.values)
    assert check_rule({"answered": "follow-up-2023"}, survey_predicates(), known) == []


def test_a_person_takes_their_answers_along_or_has_them_erased(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    person, other = scene.participant(), scene.participant()
    scene.organisation("chamber", person)
    for_chamber = desk.begin(person, round_id=scene.round("alignment", subject_kind="organisation"))
    scene.now += timedelta(minutes=1)
    own, others = desk.begin(person), desk.begin(other)
    desk.give(own.response_id, Words("no"))
    exported = scene.database.read(lambda s: export_answers(s, [person]))
    assert [one["round"] for one in exported] == ["alignment", "follow-up-2023"]
    assert {"question": "/data/member", "value": "no", "door": "telegram", "answered_at": scene.now.isoformat()} in (
        exported[1]["answers"]
    )
    scene.database.write(lambda s: erase_answers(s, [person]))
    left = {row.id: row.participant_id for row in scene.responses()}
    assert left == {for_chamber.response_id: None, others.response_id: other}
    assert scene.answers(own.response_id) == {}


def test_who_belongs_to_a_municipality_that_has_answered(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    town, other = scene.municipality("borgo"), scene.municipality("valle")
    clerk, mayor, stranger = (scene.participant(municipality_id=one) for one in (town, town, other))
    round_id = scene.round("census", subject_kind="municipality")
    desk.begin(clerk, round_id=round_id)
    assert meant(scene, {"started": "census"}) == {clerk, mayor}
    assert stranger not in meant(scene, {"started": "census"})


def test_answers_of_a_body_are_behind_the_code_for_all_who_speak_for_it(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    one, other, stranger = (scene.participant() for _ in range(3))
    scene.organisation("rete", one, other)
    round_id = scene.round("bodies", subject_kind="organisation")
    assert not scene.database.read(lambda s: has_answers(s, other))
    begun = desk.begin(one, round_id=round_id)
    desk.give(begun.response_id, Answer("/data/member", "yes"))
    assert scene.database.read(lambda s: has_answers(s, other))
    assert not scene.database.read(lambda s: has_answers(s, stranger))
