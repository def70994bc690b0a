"""Files and their answers: kept together, dropped together, erased together."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.erasing import erase_person
from surveys.engine.form import Kind
from surveys.engine.inputs import Back, Fill, GoTo, Reopen, Review, Skip, Submit
from surveys.responses import attachment_store as store
from surveys.responses import service
from surveys.responses.attachment_store import Arrival
from surveys.responses.attachments import (
    PART,
    Announced,
    AttachmentState,
    ComingAttachment,
    examine,
    expect,
    look_through,
)
from surveys.responses.errors import AttachmentAbsent
from surveys.responses.my_data import erase_answers, export_answers
from surveys.responses.rounds import SubjectKind
from surveys.responses.service import Request, Turn
from surveys.responses.tables import Attachment, AttachmentContent
from tests.responses.desk import Desk
from tests.responses.scene import Scene
from tests.support.attachments import JPEG, PDF, png

PICTURE = "/data/picture"


def give(desk: Desk, response_id: int, content: bytes, name: str = "foto.jpg", ref: str = PICTURE) -> str:
    """What a door does: the file and its answer, in one transaction."""
    kind = next(one.kind for one in desk.current(response_id).form.questions() if one.ref == ref)
    new = examine(look_through(io.BytesIO(content)), kind, name, 20)

    def work(session: Session) -> str:
        named = store.keep(session, Arrival(response_id, desk.scene.now, "web"), new)
        service.answer(session, desk.shelf, Request(response_id, Fill({ref: named}), "web"), desk.scene.now)
        return named

    return desk.scene.database.write(work)


def coming(desk: Desk, response_id: int, file_id: str = "tg-1") -> str:
    expected = expect(Announced(file_id, "unique-1", 100, "", "image/jpeg"), Kind.IMAGE, 501, 20)
    return desk.scene.database.write(lambda s: _expected(s, desk, response_id, expected))


def _expected(session: Session, desk: Desk, response_id: int, expected: ComingAttachment) -> str:
    return store.keep_coming(session, Arrival(response_id, desk.scene.now, "telegram"), expected)


def names(desk: Desk) -> list[str]:
    return list(desk.scene.database.read(lambda s: s.scalars(select(Attachment.name).order_by(Attachment.id)).all()))


def count(database: Database, table: Any) -> int:
    return database.read(lambda s: s.scalar(select(func.count()).select_from(table))) or 0


def test_a_file_and_its_answer_are_kept_byte_for_byte(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    content = PDF + bytes(range(256)) * (3 * PART // 256) + b"end"
    name = give(desk, turn.response_id, content, "Relazione finale.pdf", "/data/paper")
    assert scene.answers(turn.response_id) == {"/data/paper": name}
    kept = scene.database.read(lambda s: store.load_named(s, turn.response_id, name))
    assert (kept.media_type, kept.size, kept.state) == ("application/pdf", len(content), AttachmentState.STORED)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    read = scene.database.read(lambda s: list(store.parts(s, kept.id)))
    assert b"".join(read) == content
    assert max(len(one) for one in read) <= PART


def test_a_failed_answer_leaves_no_file(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    new = examine(look_through(io.BytesIO(JPEG)), Kind.IMAGE, "a.jpg", 1)

    def work(session: Session) -> None:
        store.keep(session, Arrival(turn.response_id, scene.now, "web"), new)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        scene.database.write(work)
    assert (names(desk), count(scene.database, AttachmentContent)) == ([], 0)


def test_the_same_file_twice_is_kept_once_and_another_of_its_name_beside_it(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    first = give(desk, turn.response_id, JPEG)
    assert give(desk, turn.response_id, JPEG) == first
    give(desk, turn.response_id, PDF, "foto.pdf", "/data/paper")
    assert len(names(desk)) == len(set(names(desk))) == 2


def test_a_different_file_never_takes_a_name_that_is_taken(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    arrival = Arrival(turn.response_id, scene.now, "web")
    first, second = (examine(look_through(io.BytesIO(one)), Kind.IMAGE, "a.jpg", 1) for one in (JPEG, JPEG + b"more"))
    clash = type(second)(second.kind, first.name, second.media_type, second.size, second.sha256, second.file)
    scene.database.write(lambda s: store.keep(s, arrival, first))
    other = scene.database.write(lambda s: store.keep(s, arrival, clash))
    assert other != first.name
    assert scene.database.write(lambda s: store.keep(s, arrival, clash)) == other
    kept = scene.database.read(lambda s: store.load_named(s, turn.response_id, other))
    assert kept.sha256 == second.sha256


def test_a_replaced_or_removed_file_goes(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    give(desk, turn.response_id, JPEG)
    second = give(desk, turn.response_id, png(), "b.png")
    assert names(desk) == [second]
    desk.give(turn.response_id, Fill({PICTURE: ""}))
    assert (names(desk), count(scene.database, AttachmentContent)) == ([], 0)


def test_a_skipped_question_lets_its_file_go(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    give(desk, turn.response_id, JPEG)
    for given in (Back(), Skip(PICTURE)):
        desk.give(turn.response_id, given)
    assert names(desk) == []


def test_what_was_sent_stands_until_another_is_sent(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    first = give(desk, turn.response_id, JPEG)
    for given in (Review(), Submit(), Reopen(), GoTo(PICTURE)):
        after = desk.give(turn.response_id, given)
    assert after.changing
    draft = give(desk, turn.response_id, png(), "b.png")
    assert names(desk) == [first, draft]
    last = give(desk, turn.response_id, png(2, 2), "c.png")
    assert names(desk) == [first, last], "a draft's file that was replaced goes"
    sent = _send(desk, turn)
    assert (sent.sent, names(desk)) == (True, [last])
    assert scene.answers(turn.response_id)[PICTURE] == last


def _send(desk: Desk, turn: Turn) -> Turn:
    desk.give(turn.response_id, Review())
    return desk.give(turn.response_id, Submit())


def test_an_erased_person_takes_their_files_along(desk: Desk, scene: Scene) -> None:
    person = scene.participant()
    turn = desk.begin(person)
    name = give(desk, turn.response_id, JPEG)
    other = desk.begin(scene.participant())
    give(desk, other.response_id, JPEG)
    known = scene.database.read(lambda s: export_answers(s, [person]))
    assert [(one["name"], one["bytes"], one["state"]) for one in known[0]["files"]] == [(name, len(JPEG), "stored")]
    scene.database.write(lambda s: erase_person(s, person, [erase_answers], scene.now))
    left = scene.database.read(lambda s: s.scalars(select(Attachment.response_id)).all())
    assert left == [other.response_id]
    assert count(scene.database, AttachmentContent) == 1


def test_an_organisations_file_stays_without_the_chat_it_came_from(desk: Desk, scene: Scene) -> None:
    person = scene.participant()
    scene.organisation("union", person)
    round_id = scene.round("sheet", subject_kind=SubjectKind.ORGANISATION.value)
    turn = desk.begin(person, round_id=round_id)
    coming(desk, turn.response_id)
    scene.database.write(lambda s: erase_person(s, person, [erase_answers], scene.now))
    assert scene.database.read(lambda s: s.scalars(select(Attachment.chat_id)).all()) == [None]


def test_a_file_to_be_fetched_is_claimed_once_and_again_when_the_claim_ran_out(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    name = coming(desk, turn.response_id)
    now, lease = scene.now, timedelta(minutes=10)
    assert scene.database.read(lambda s: store.is_due(s, now))
    claimed = scene.database.write(lambda s: store.claim(s, now, now + lease, 4))
    assert [(one.name, one.file_id, one.chat_id, one.tries) for one in claimed] == [(name, "tg-1", 501, 1)]
    assert scene.database.write(lambda s: store.claim(s, now, now + lease, 4)) == []
    again = scene.database.write(lambda s: store.claim(s, now + lease, now + 2 * lease, 4))
    assert [one.tries for one in again] == [2]


def test_a_file_that_was_fetched_is_filled_once(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    name = coming(desk, turn.response_id)
    waiting = scene.database.read(lambda s: store.load_named(s, turn.response_id, name))
    assert (waiting.state, waiting.media_type) == (AttachmentState.WAITING, "")
    new = examine(look_through(io.BytesIO(JPEG)), Kind.IMAGE, name, 20)
    assert scene.database.write(lambda s: store.fill_content(s, waiting.id, new))
    assert not scene.database.write(lambda s: store.fill_content(s, waiting.id, new))
    assert not scene.database.read(lambda s: store.is_due(s, scene.now))
    kept = scene.database.read(lambda s: s.get_one(Attachment, waiting.id))
    assert (kept.state, kept.telegram_file_id, kept.chat_id) == ("stored", None, None)


def test_a_file_that_failed_is_tried_anew_when_it_is_sent_again(desk: Desk, scene: Scene) -> None:
    turn = desk.begin(scene.participant())
    name = coming(desk, turn.response_id)
    waiting = scene.database.read(lambda s: store.load_named(s, turn.response_id, name))
    scene.database.write(lambda s: store.give_up(s, waiting.id))
    assert not scene.database.read(lambda s: store.is_due(s, scene.now))
    assert coming(desk, turn.response_id, "tg-2") == name
    claimed = scene.database.write(lambda s: store.claim(s, scene.now, scene.now, 4))
    assert [one.file_id for one in claimed] == ["tg-2"]


def test_what_is_not_there_is_said_so(scene: Scene) -> None:
    with pytest.raises(AttachmentAbsent):
        scene.database.read(lambda s: store.load(s, 1))
    new = examine(look_through(io.BytesIO(JPEG)), Kind.IMAGE, "a.jpg", 1)
    assert not scene.database.write(lambda s: store.fill_content(s, 1, new)), "its response was erased meanwhile"
