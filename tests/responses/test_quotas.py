"""Quotas: the last place is given once, what was sent keeps its place, and nobody is sent away from their answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from surveys.engine.conditions import compile_condition, holds
from surveys.engine.dialogue import resume, start
from surveys.engine.inputs import Add, Answer, GoTo, Input, Reopen, Review, Submit
from surveys.engine.session import Stage
from surveys.engine.syntax import ExpressionFault
from surveys.responses import service
from surveys.responses.errors import RoundFull
from surveys.responses.quotas import count_anew, taken
from surveys.responses.service import Turn
from surveys.responses.shelf import FormShelf
from surveys.responses.store import COMPLETE, load_round
from surveys.responses.tables import Answer as AnswerRow
from surveys.responses.tables import Response, Round
from tests.responses.desk import Desk
from tests.responses.scene import FORM, Scene
from tests.support.forms import NOW, form

MEMBERS = {"slug": "members", "most": 1, "when": "${member} = 'yes'", "title": {"it": "Soci", "en": "Members"}}
TWO_IN_ALL = {"slug": "", "most": 2, "when": "", "title": {}}


@pytest.fixture
def desk(scene: Scene, shelf: FormShelf) -> Desk:
    return Desk(scene, shelf)


def with_quotas(scene: Scene, *quotas: dict[str, Any]) -> None:
    scene.change(Round, scene.round_id, quotas=list(quotas))


def send(desk: Desk, person: int, member: str) -> Turn:
    turn = desk.begin(person)
    answers = [Answer("/data/member", member)] + ([Answer("/data/years", "3")] if member == "yes" else [])
    inputs: list[Input] = [*answers, Review(), Submit()]
    for one in inputs:
        turn = desk.give(turn.response_id, one)
    return turn


def places(scene: Scene) -> dict[str, int]:
    return scene.database.read(lambda s: taken(s, scene.round_id))


def test_a_full_quota_stops_whoever_it_counts(scene: Scene, desk: Desk) -> None:
    with_quotas(scene, MEMBERS)
    assert send(desk, scene.participant(), "yes").session.stage is Stage.COMPLETE
    turn = send(desk, scene.participant(), "yes")
    assert turn.full is not None and turn.full.slug == "members"
    assert turn.session.stage is not Stage.COMPLETE and places(scene) == {"members": 1}
    assert desk.current(turn.response_id).full is not None, "also whoever comes back"
    turn = desk.give(turn.response_id, GoTo("/data/member"))
    turn = desk.give(turn.response_id, Answer("/data/member", "no"))
    assert turn.full is None
    for one in (Review(), Submit()):
        turn = desk.give(turn.response_id, one)
    assert turn.session.stage is Stage.COMPLETE
    assert send(desk, scene.participant(), "no").session.stage is Stage.COMPLETE, "others are not concerned"


def test_what_was_sent_keeps_its_place_while_it_is_changed(scene: Scene, desk: Desk) -> None:
    with_quotas(scene, MEMBERS)
    turn = send(desk, scene.participant(), "yes")
    changes: list[Input] = [Reopen(), GoTo("/data/years"), Answer("/data/years", "9"), Submit()]
    for one in changes:
        turn = desk.give(turn.response_id, one)
        assert turn.full is None
    assert turn.session.stage is Stage.COMPLETE and places(scene) == {"members": 1}
    for one in (Reopen(), GoTo("/data/member"), Answer("/data/member", "no"), Review(), Submit()):
        turn = desk.give(turn.response_id, one)
    assert places(scene) == {}, "the place is free again"
    assert send(desk, scene.participant(), "yes").session.stage is Stage.COMPLETE


def test_a_round_that_has_all_it_takes_lets_nobody_begin(scene: Scene, desk: Desk) -> None:
    with_quotas(scene, TWO_IN_ALL)
    waiting, late = scene.participant(), scene.participant()
    begun = desk.begin(waiting)
    send(desk, scene.participant(), "yes")
    send(desk, scene.participant(), "no")
    with pytest.raises(RoundFull):
        desk.begin(late)
    assert scene.database.read(lambda s: service.open_rounds(s, late, scene.now)) == []
    assert len(scene.database.read(lambda s: service.open_rounds(s, waiting, scene.now))) == 1
    assert desk.begin(waiting).full is not None and desk.begin(waiting).response_id == begun.response_id
    scene.database.write(lambda s: s.execute(delete(AnswerRow)))
    scene.database.write(lambda s: s.execute(delete(Response).where(Response.state == COMPLETE)))
    assert places(scene) == {} and desk.begin(late).full is None


def test_the_last_place_is_given_once(scene: Scene, desk: Desk) -> None:
    """Eight people press Send at the same moment; three places are left."""
    with_quotas(scene, {**TWO_IN_ALL, "most": 3})
    ready = []
    for _ in range(8):
        turn = desk.begin(scene.participant())
        desk.give(turn.response_id, Answer("/data/member", "no"))
        ready.append(desk.give(turn.response_id, Review()).response_id)
    together = Barrier(len(ready))

    def press(response_id: int) -> Turn:
        together.wait()
        return desk.give(response_id, Submit())

    with ThreadPoolExecutor(len(ready)) as people:
        turns = list(people.map(press, ready))
    sent = [turn for turn in turns if turn.session.stage is Stage.COMPLETE]
    assert len(sent) == 3 and all(turn.full is not None for turn in turns if turn not in sent)
    assert places(scene) == {"": 3}


def test_changed_quotas_count_what_was_sent_before(scene: Scene, desk: Desk) -> None:
    send(desk, scene.participant(), "yes")
    send(desk, scene.participant(), "no")
    begun = desk.begin(scene.participant())
    desk.give(begun.response_id, Answer("/data/member", "yes"))
    assert places(scene) == {}
    with_quotas(scene, MEMBERS, TWO_IN_ALL)
    scene.database.write(lambda s: count_anew(s, desk.shelf, load_round(s, scene.round_id)))
    assert places(scene) == {"members": 1, "": 2}
    assert desk.current(begun.response_id).full is not None


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("${nobody} = 1", "unknown-reference"),
        ("/data/nobody = 1", "unknown-reference"),
        ("${member} = ", "incomplete"),
        ("nonsense(${member})", "unknown-function"),
        ("(" * 200 + "1" + ")" * 200, "too-deep"),
    ],
)
def test_a_condition_that_cannot_be_used_says_why(when: str, code: str) -> None:
    with pytest.raises(ExpressionFault) as fault:
        compile_condition(form(FORM), when)
    assert fault.value.code == code


ASKED = form(FORM)
REPEATED = """
| survey | type         | name   | label   |
|        | begin_repeat | person | Person  |
|        | integer      | age    | Age     |
|        | end_repeat   |        |         |
|        | text         | note   | Note    |
"""


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=st.text(max_size=40))
def test_whatever_stands_in_a_condition_it_never_breaks_an_answer(text: str) -> None:
    opened, _ = start(ASKED, "", NOW)
    assert holds(ASKED, opened, text, NOW) in (True, False)


def test_a_condition_reads_all_instances_of_a_repeat() -> None:
    repeated = form(REPEATED)
    session, _ = start(repeated, "", NOW)
    for given_ in (Answer("/data/person[1]/age", "7"), Add("/data/person"), Answer("/data/person[2]/age", "8")):
        session, _ = resume(repeated, session, given_, NOW)
    assert holds(repeated, session, "sum(${age}) = 15 and count(${age}) = 2", NOW)
    assert not holds(repeated, session, "sum(${age}) = 7", NOW)
