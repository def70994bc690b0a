"""Answering on pages without scripts: nothing lost, nothing twice, and every refusal said in words."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx

from core.clock import FixedClock
from core.i18n import translator
from core.links import Purpose
from core.people.tables import Participant
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Kind
from surveys.engine.inputs import Answer
from surveys.responses.errors import RoundClosed
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Answer as AnswerRow
from surveys.responses.tables import Response, Round
from tests.responses.desk import Desk
from tests.responses.scene import FORM, Scene
from tests.support.web import CHAT, RunningWeb
from tests.web.reader import Reader
from web.public.faults import why_refused


def reader(scene: Scene, web: RunningWeb, http: httpx.Client) -> Reader:
    return Reader(http, web.answer_path(scene.participant(language="en"), scene.round_id))


def begun(scene: Scene, web: RunningWeb, http: httpx.Client) -> Reader:
    someone = reader(scene, web, http)
    someone.press("begin")
    return someone


def test_looking_begins_nothing(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = reader(scene, web, http)
    for _ in range(3):
        assert someone.open(someone.path).status_code == 200
    assert scene.responses() == []
    someone.press("begin")
    someone.open(someone.path)
    someone.press("begin") if "begin" in someone.buttons() else None
    assert len(scene.responses()) == 1


def test_looking_again_changes_nothing(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    before = scene.responses()[0].session
    for address in ("", "?at=4", "?at=999", "?at=x", "?show=stopped", "?say=changed", "?say=<script>"):
        assert someone.open(someone.path + address).status_code == 200
    assert scene.responses()[0].session == before


def test_a_page_sent_twice_counts_once(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="yes")
    sent = {**someone.fields(), "q3": "7", "do": "save"}
    first = http.post(someone.path, data=sent)
    again = http.post(someone.path, data={**sent, "q3": "8"})
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert scene.answers(1)["/data/years"] == "7"


def test_the_page_before_can_be_sent_again(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    """The browser's back button shows an older page; what it sends is for its own question."""
    someone = begun(scene, web, http)
    older = {**someone.fields(), "do": "save", "key": uuid4().hex}
    someone.press("save", q2="yes")
    someone.press("save", q3="7")
    http.post(someone.path, data={**older, "q2": "no"})
    assert scene.answers(1)["/data/member"] == "no"
    assert "/data/years" not in scene.answers(1)


def test_every_question_has_an_address(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    first = str(someone.at.url)
    someone.press("save", q2="yes")
    assert "For how many years?" in someone.heading
    someone.open(first)
    assert "Are you a member?" in someone.heading
    assert someone.page.xpath("//input[@name='q2' and @value='yes']/@checked")


def test_an_old_page_does_not_undo_what_the_chat_changed(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    left = {**someone.fields(), "do": "save"}  # untouched: no choice was made on it
    Desk(scene, FormShelf()).give(1, Answer("/data/member", "no"), "telegram")
    answer = http.post(someone.path, data=left)
    assert answer.status_code == 303
    assert scene.answers(1)["/data/member"] == "no"


def test_what_was_typed_comes_back_with_its_error(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="yes")
    shown = someone.press("save", q3='<b>"many"</b>')
    assert shown.status_code == 422
    assert someone.errors == ["Please write a number, for example 12 or 3.5."]
    assert someone.fields()["q3"] == '<b>"many"</b>'
    field = someone.page.get_element_by_id("q3")
    assert field.get("aria-invalid") == "true"
    assert "q3-error" in field.get("aria-describedby")
    assert someone.page.xpath("//div[@class='faults']//a/@href") == ["#q3"]
    assert someone.page.findtext(".//title", "").startswith("Error:")
    someone.press("save", q3="3,0")
    assert scene.answers(1).get("/data/years") is None
    someone.press("save", q3="3")
    assert scene.answers(1)["/data/years"] == "3"


def test_a_ranking_needs_places_that_differ(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="no")
    someone.press("skip")
    someone.press("save", **{"q5.green": "1", "q5.health": "1", "q5.schools": "2"})
    assert someone.at.status_code == 422
    assert someone.errors == ["Please give every line a place of its own, or leave all of them without one."]
    assert someone.fields()["q5.schools"] == "2"
    someone.press("save", **{"q5.green": "3", "q5.health": "1", "q5.schools": "2"})
    assert scene.answers(1)["/data/order"] == "health schools green"


def test_a_ranking_that_is_needed_is_not_said_to_be_left_out() -> None:
    said = why_refused(translator("en"), AnswerRefused("order", Fault.RANK_INCOMPLETE), Kind.RANK, required=True)
    assert "leave" not in said


def test_to_the_end_and_back(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="no")
    someone.press("save", q4=["green", "health"])
    someone.press("skip")
    someone.press("save", q6="Più alberi\r\ne panchine")
    assert someone.said("One proposal?") == "Più alberi e panchine"
    someone.press("edit:4")
    someone.press("review")
    someone.press("edit:4")
    someone.press("save", q4=["schools"])
    assert someone.said("Which axes?") == "Schools"
    someone.press("submit")
    assert scene.responses()[0].state == "complete"
    assert "9 August 2023" in someone.at.text
    someone.press("reopen")
    assert scene.responses()[0].state == "complete", "what was sent counts while it is being changed"
    assert "What you sent before counts" in someone.at.text
    assert "submit" in someone.buttons()


def test_sending_what_changed_meanwhile_asks_to_look_again(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="no")
    for _ in range(3):
        someone.press("skip")
    review = {**someone.fields("submit"), "do": "submit"}
    http.post(someone.path, data={"do": "edit:4", "key": uuid4().hex, "version": "1"})
    saved = {"do": "save", "key": uuid4().hex, "version": "1", "on": "4", "q4": "green", "seen4": "x.y"}
    http.post(someone.path, data=saved)
    shown = http.post(someone.path, data=review, follow_redirects=True)
    assert "Your answers changed meanwhile" in shown.text
    assert scene.responses()[0].state == "partial"


def test_what_was_written_before_a_correction_is_kept_under_no_other_question(
    scene: Scene, web: RunningWeb, http: httpx.Client
) -> None:
    """Codes count the questions of one version: in the next one the same code is another question."""
    someone = begun(scene, web, http)
    someone.press("save", q2="no")
    for _ in range(2):
        someone.press("skip")
    older = someone.fields()
    before = scene.responses()[0].session
    gone = ("| years", "select_multiple axes")
    scene.publish("\n".join(line for line in FORM.splitlines() if not any(one in line for one in gone)))
    for do in ("save", "skip", "edit:2", "back:2", "add:2", "remove:2", "through:2", "review", "submit"):
        sent = {**older, "key": uuid4().hex, "q6": "more parks", "q5": "more parks", "q4": "green", "do": do}
        shown = http.post(someone.path, data=sent, follow_redirects=True)
        assert "The questionnaire was corrected meanwhile" in shown.text, do
        assert scene.responses()[0].session == before, do
    assert "/data/idea" not in scene.answers(1) and "/data/order" not in scene.answers(1)


def test_stopping_and_coming_back(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="yes")
    someone.press("pause")
    assert someone.heading == "Saved for later"
    someone.open(someone.path)
    assert "For how many years?" in someone.heading
    someone.press("save", q3="2")
    assert scene.answers(1)["/data/years"] == "2"


def test_the_language_changes_and_the_answers_stay(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    someone.press("save", q2="yes")
    someone.press("language:it")
    assert "Da quanti anni?" in someone.heading
    assert someone.page.get("lang") == "it"
    assert scene.answers(1)["/data/member"] == "yes"
    person = scene.database.read(lambda session: session.get(Participant, 1))
    assert person is not None
    assert person.language == "it", "one language for the pages, the chat and the mails"
    scene.change(Participant, 1, language="en")  # chosen in the chat
    assert "For how many years?" in Reader(http, someone.path).heading


def test_a_form_without_the_readers_language_says_so_before_it_begins(
    scene: Scene, web: RunningWeb, http: httpx.Client
) -> None:
    someone = Reader(http, web.answer_path(scene.participant(language="fr"), scene.round_id))
    assert "italien" in someone.at.text
    someone.press("begin")
    assert someone.page.get("lang") == "it"
    assert "Lei è socio?" in someone.heading


def test_going_on_in_the_chat(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    found = someone.page.xpath("//a[starts-with(@href, $chat)]/@href", chat=CHAT)
    token = str(found[0]).partition("?start=")[2]
    assert len(token) <= 64
    participant_id, round_id, nonce = web.deps.links.read(Purpose.JOIN_CHAT, token, web.deps.clock.now())
    assert (participant_id, round_id) == (1, scene.round_id)
    assert nonce < 2**63


def test_links_that_lead_nowhere(scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock) -> None:
    person = scene.participant(language="en")
    good = web.answer_path(person, scene.round_id)
    stranger = scene.participant(language="en", left_at=scene.now)
    other = f"/q/{web.link(Purpose.PREFERENCES, person, scene.round_id)}"
    assert http.get(good[:-1]).status_code == 404
    assert http.get(other).status_code == 404
    assert http.get(web.answer_path(stranger, scene.round_id)).status_code == 403
    assert http.get(web.answer_path(person, 999)).status_code == 404
    scene.change(Round, scene.round_id, closes_at=scene.now)
    closed = http.get(good)
    assert closed.status_code == RoundClosed.status
    assert "takes no more answers" in closed.text
    clock.advance(timedelta(days=31))
    expired = http.get(good)
    assert expired.status_code == 410
    assert "has expired" in expired.text


def test_answers_after_the_close_are_not_taken(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    scene.change(Round, scene.round_id, closes_at=scene.now)
    assert http.post(someone.path, data={**someone.fields(), "q2": "yes", "do": "save"}).status_code == 410
    assert "/data/member" not in scene.answers(1)


def test_posts_that_no_page_makes(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    before = scene.responses()[0].session
    odd: list[dict[str, str]] = [
        {},
        {"do": "save"},
        {"do": "fly", "key": "a"},
        {"do": "save", "key": "k" * 65},
        {"do": "review", "key": "a\x00b", "version": "1"},
        {"do": "review", "key": "a"},
        {"do": "review", "key": "b", "version": "9" * 30},
    ]
    for data in odd:
        assert http.post(someone.path, data=data).status_code == 400, data
    for number, target in enumerate(("x", "999999", "9" * 5000, "1.1", "²")):  # a code may be gone by now
        for do in ("edit", "add", "remove", "through"):
            data = {"do": f"{do}:{target}", "key": f"{do}{number}", "version": "1"}
            assert http.post(someone.path, data=data).status_code == 303, data
    hidden = {"do": "save", "key": "d", "on": "1,99,x" + ",2" * 50_000, "q1": "staff", "seen1": "x.y"}
    for data in (hidden, {"do": "save", "key": "e"}):
        assert http.post(someone.path, data={**data, "version": "1"}).status_code in (303, 422), data
    assert scene.responses()[0].session["values"] == before["values"]


def test_three_hundred_behind_one_address(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    """No address is locked out: a hall shares one."""
    people = [scene.participant(language="en") for _ in range(300)]
    for person in people:
        path = web.answer_path(person, scene.round_id)
        assert http.post(path, data={"do": "begin", "key": "x"}).status_code == 303
    counted = scene.database.read(lambda session: session.query(Response).count())
    assert counted == 300
    assert scene.database.read(lambda session: session.query(AnswerRow).count()) == 300  # each knows its category
