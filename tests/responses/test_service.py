"""One response a subject, each input once, nothing lost between doors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, event, select

from core.people.tables import Membership, Participant
from surveys.engine.inputs import Answer, Confirm, GoTo, Input, Reopen, Review, Skip, Submit, Tick, Words
from surveys.engine.prompts import QuestionPrompt
from surveys.engine.session import Stage
from surveys.responses import service
from surveys.responses.errors import NotInvited, ResponseUnknown, RoundClosed, RoundNotOpen
from surveys.responses.my_data import export_answers
from surveys.responses.service import Moment, Turn
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Answer as AnswerRow
from surveys.responses.tables import Response, Round
from tests.responses.desk import Desk
from tests.responses.scene import FORM, Scene


@pytest.fixture
def desk(scene: Scene, shelf: FormShelf) -> Desk:
    return Desk(scene, shelf)


def asked(turn: Turn) -> str:
    prompt = turn.prompts[0]
    assert isinstance(prompt, QuestionPrompt)
    return prompt.ref


def test_a_response_is_begun_once_over_all_doors(scene: Scene, desk: Desk) -> None:
    person = scene.participant(category="administrator")
    chat, web = desk.begin(person), desk.begin(person, "web")
    assert chat.response_id == web.response_id
    assert asked(web) == "/data/member"
    assert scene.answers(chat.response_id) == {"/data/attr_category": "administrator"}


def test_an_answer_is_kept_with_the_door_it_came_by(scene: Scene, desk: Desk) -> None:
    turn = desk.begin(scene.participant())
    turn = desk.give(turn.response_id, Words("sì"), "telegram")
    assert asked(turn) == "/data/years"
    turn = desk.give(turn.response_id, Answer("/data/years", "4"), "web")
    rows = scene.database.read(lambda s: s.execute(select(AnswerRow.ref, AnswerRow.door)).all())
    doors = {row.ref: row.door for row in rows}
    assert doors["/data/member"] == "telegram" and doors["/data/years"] == "web"


def test_an_answer_that_no_longer_counts_is_gone_and_comes_back(scene: Scene, desk: Desk) -> None:
    response = desk.begin(scene.participant()).response_id
    desk.give(response, Answer("/data/member", "yes"))
    desk.give(response, Answer("/data/years", "4"))
    assert scene.answers(response)["/data/years"] == "4"
    desk.give(response, GoTo("/data/member"))
    desk.give(response, Answer("/data/member", "no"))
    assert "/data/years" not in scene.answers(response)
    desk.give(response, GoTo("/data/member"))
    desk.give(response, Answer("/data/member", "yes"))
    assert scene.answers(response)["/data/years"] == "4"


def test_a_duplicate_is_stored_once_and_shows_where_things_stand(scene: Scene, desk: Desk) -> None:
    response = desk.begin(scene.participant()).response_id
    first = desk.give(response, Words("no"), "web", key="post-1")
    again = desk.give(response, Words("no"), "web", key="post-1")
    assert not first.duplicate and again.duplicate
    assert asked(first) == asked(again) == "/data/axes"
    assert again.session.revision == first.session.revision
    other_door = desk.give(response, Tick("/data/axes", "green"), "telegram", key="post-1")
    assert not other_door.duplicate


def test_an_old_button_does_nothing(scene: Scene, desk: Desk) -> None:
    begun = desk.begin(scene.participant())
    response, seen = begun.response_id, begun.session.revision
    desk.give(response, Words("no"), revision=seen)
    stale = desk.give(response, Words("yes"), revision=seen)
    assert stale.stale and asked(stale) == "/data/axes"
    assert scene.answers(response)["/data/member"] == "no"


def test_a_response_is_completed_reopened_and_completed(scene: Scene, desk: Desk) -> None:
    turn = desk.complete(scene.participant())
    assert turn.state == "complete" and turn.session.stage is Stage.COMPLETE
    [row] = scene.responses()
    assert (row.state, row.completed_at) == ("complete", scene.now)
    desk.give(turn.response_id, Reopen())
    sent = scene.answers(turn.response_id)
    desk.give(turn.response_id, GoTo("/data/idea"))
    desk.give(turn.response_id, Words("Più piste ciclabili"))
    desk.give(turn.response_id, GoTo("/data/axes"))
    changing = desk.give(turn.response_id, Answer("/data/axes", "schools"))
    [row] = scene.responses()
    assert changing.changing and (row.state, row.completed_at) == ("complete", scene.now)
    assert scene.answers(turn.response_id) == sent  # what was sent counts until it is sent anew
    [known] = scene.database.read(lambda s: export_answers(s, [row.participant_id or 0]))
    assert known["draft"] == {"/data/idea": "Più piste ciclabili", "/data/axes": "schools"}
    desk.give(turn.response_id, Review())
    anew = desk.give(turn.response_id, Submit())
    assert (anew.state, anew.changing) == ("complete", False)
    [known] = scene.database.read(lambda s: export_answers(s, [row.participant_id or 0]))
    assert known["draft"] == {}
    changed = scene.answers(turn.response_id)
    assert (changed["/data/idea"], changed["/data/axes"]) == ("Più piste ciclabili", "schools")


def test_a_refused_answer_writes_nothing(scene: Scene, desk: Desk) -> None:
    response = desk.begin(scene.participant()).response_id
    before = scene.responses()[0].session
    turn = desk.give(response, Words("forse"))
    assert turn.events and scene.responses()[0].session == before


def test_no_text_can_break_the_database(scene: Scene, desk: Desk) -> None:
    response = desk.begin(scene.participant()).response_id
    desk.give(response, Answer("/data/member", "no"))
    desk.give(response, Skip("/data/axes"))
    desk.give(response, Skip("/data/order"))
    desk.give(response, Answer("/data/idea", "a\0b\ud800c 🏔 '); DROP TABLE answer; --"))
    assert scene.answers(response)["/data/idea"] == "abc 🏔 '); DROP TABLE answer; --"


def test_a_round_has_its_time(scene: Scene, desk: Desk) -> None:
    person = scene.participant()
    response = desk.begin(person).response_id
    scene.change(Round, scene.round_id, closes_at=scene.now)
    with pytest.raises(RoundClosed):
        desk.give(response, Words("no"))
    with pytest.raises(RoundClosed):
        desk.begin(person)
    assert asked(desk.current(response)) == "/data/member"
    scene.change(Round, scene.round_id, opens_at=scene.now + timedelta(hours=1), closes_at=None)
    with pytest.raises(RoundNotOpen) as caught:
        desk.begin(person)
    assert "2023-07-10 11:00" in str(caught.value)


def test_strangers_are_not_invited(scene: Scene, desk: Desk) -> None:
    left = scene.participant(left_at=scene.now)
    for stranger in (left, 10_000):
        with pytest.raises(NotInvited):
            desk.begin(stranger)
    with pytest.raises(ResponseUnknown):
        desk.give(10_000, Words("no"))
    assert scene.responses() == []


def test_looking_writes_nothing(scene: Scene, desk: Desk) -> None:
    person = scene.participant()

    def look() -> Turn | None:
        return scene.database.write(lambda s: service.find(s, desk.shelf, person, scene.round_id, scene.now))

    assert look() is None and scene.responses() == []
    begun = desk.begin(person)
    found = look()
    assert found is not None and found.response_id == begun.response_id


def test_merged_people_have_the_earliest_response(scene: Scene, desk: Desk) -> None:
    first, second, third = (scene.participant() for _ in range(3))
    earliest = desk.begin(first)
    scene.now += timedelta(minutes=1)
    later = desk.begin(second)
    scene.change(Participant, first, merged_into=second)
    scene.change(Participant, second, merged_into=third)
    assert desk.begin(third).response_id == desk.begin(second).response_id == earliest.response_id
    assert later.response_id != earliest.response_id


def test_any_contact_person_answers_for_the_organisation(scene: Scene, desk: Desk) -> None:
    one, other, stranger = (scene.participant() for _ in range(3))
    organisation = scene.organisation("chamber", one, other)
    round_id = scene.round("alignment", subject_kind="organisation")
    assert desk.begin(one, round_id=round_id).response_id == desk.begin(other, round_id=round_id).response_id
    with pytest.raises(NotInvited):
        desk.begin(stranger, round_id=round_id)
    assert [row.subject for row in scene.responses()] == [str(organisation)]


def test_a_municipality_and_a_link_answer_once(scene: Scene, desk: Desk) -> None:
    town = scene.municipality("alpette")
    clerks = [scene.participant(municipality_id=town) for _ in range(2)]
    round_id = scene.round("sheet", subject_kind="municipality")
    assert len({desk.begin(clerk, round_id=round_id).response_id for clerk in clerks}) == 1
    open_to_all = scene.round("open", subject_kind="link")

    def follow(token: str) -> Turn:
        moment = Moment(scene.now, "web", "en")
        return scene.database.write(lambda s: service.begin_link(s, desk.shelf, token, open_to_all, moment))

    assert follow("a").response_id == follow("a").response_id != follow("b").response_id
    assert follow("a").session.language == "en"


def test_open_rounds_are_those_the_person_may_answer(scene: Scene, desk: Desk) -> None:
    person = scene.participant()
    scene.round("past", closes_at=scene.now)
    scene.round("future", opens_at=scene.now + timedelta(days=1))
    scene.round("sheet", subject_kind="municipality")
    scene.round("open", subject_kind="link")
    newest = scene.round("newest", opens_at=scene.now)
    found = scene.database.read(lambda s: service.open_rounds(s, person, scene.now))
    assert [one.id for one in found] == [newest, scene.round_id]
    scene.database.write(lambda s: s.execute(delete(Membership)))
    assert scene.database.read(lambda s: service.open_rounds(s, person, scene.now)) == []


def test_an_answer_costs_few_statements(scene: Scene, desk: Desk) -> None:
    response = desk.begin(scene.participant()).response_id
    statements: list[str] = []
    event.listen(scene.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def cost(given: Input, key: str = "") -> int:
        statements.clear()
        desk.give(response, given, key=key)
        return len([one for one in statements if not one.startswith("BEGIN")])

    assert cost(Answer("/data/member", "yes"), key="1") == 4
    assert cost(Answer("/data/years", "3")) == 3
    assert cost(GoTo("/data/member")) == 2
    assert cost(Answer("/data/member", "no")) == 4
    assert cost(Confirm("/data/nothing")) == 1


def test_what_was_sent_stays_on_its_version(scene: Scene, desk: Desk) -> None:
    sent = desk.complete(scene.participant())
    newer = scene.publish(FORM.replace("One proposal?", "One idea?"))
    assert desk.current(sent.response_id).form.version == 1
    reopened = desk.give(sent.response_id, Reopen())
    changed = desk.give(sent.response_id, Words("no"))
    assert (reopened.form.version, changed.form.version) == (1, 1)
    assert newer not in scene.database.read(lambda s: s.scalars(select(Response.form_version_id)).all())


def test_a_response_in_progress_moves_with_the_next_input(scene: Scene, desk: Desk) -> None:
    old = desk.begin(scene.participant())
    old = desk.give(old.response_id, Answer("/data/member", "yes"))
    desk.give(old.response_id, Answer("/data/years", "7"))
    town = "|  | text                 | town          | Città? | Town? | | |\n"
    newer = scene.publish(FORM.replace("|  | integer              | years", f"{town}|  | decimal              | years"))
    shown = desk.current(old.response_id)
    assert (shown.form.version, shown.moved, shown.session.at) == (2, True, "/data/axes")
    kept = scene.database.read(lambda s: s.scalars(select(Response.form_version_id)).all())
    assert kept == [scene.form_version_id]
    stale = desk.give(old.response_id, Answer("/data/axes", "green"), revision=old.session.revision)
    assert stale.stale and stale.form.version == 2
    desk.give(old.response_id, Answer("/data/axes", "green"), revision=shown.session.revision)
    rows = scene.database.read(lambda s: {row.ref: row for row in s.execute(select(AnswerRow.__table__))})
    versions = {ref.rpartition("/")[2]: row.form_version_id for ref, row in rows.items()}
    assert versions["member"] == scene.form_version_id and versions["axes"] == newer
    assert "years" not in versions, "a whole number is not kept as a decimal that nobody gave"
    assert desk.current(old.response_id).moved is False


def test_what_was_shown_of_a_version_in_between_is_stale(scene: Scene, desk: Desk) -> None:
    old = desk.begin(scene.participant())
    shown = []
    for text in ("One idea?", "One thought?"):
        scene.publish(FORM.replace("One proposal?", text))
        shown.append(desk.current(old.response_id).session.revision)
    assert desk.give(old.response_id, Answer("/data/member", "no"), revision=shown[0]).stale
    assert not desk.give(old.response_id, Answer("/data/member", "no"), revision=shown[1]).stale


def test_an_answer_to_a_question_that_is_gone_stays_as_it_was_given(scene: Scene, desk: Desk) -> None:
    old = desk.begin(scene.participant())
    for given in (Answer("/data/member", "no"), Answer("/data/axes", "green")):
        old = desk.give(old.response_id, given)
    scene.publish("\n".join(line for line in FORM.splitlines() if "select_multiple axes" not in line))
    desk.give(old.response_id, Answer("/data/order", "green health schools"))
    assert scene.answers(old.response_id)["/data/axes"] == "green"
    assert "/data/axes" not in desk.current(old.response_id).session.values


def test_a_newer_version_is_asked_from_then_on(scene: Scene, desk: Desk) -> None:
    desk.complete(scene.participant())
    newer = scene.publish(FORM.replace("One proposal?", "One idea?"))
    assert newer != scene.form_version_id
    assert scene.publish(FORM.replace("One proposal?", "One idea?")) == newer
    desk.begin(scene.participant())
    versions = scene.database.read(lambda s: s.scalars(select(Response.form_version_id).order_by(Response.id)).all())
    assert versions == [scene.form_version_id, newer]
