"""A round that anybody may answer: a link for each response, once, and nothing for programs."""

from __future__ import annotations

import httpx

from core.clock import FixedClock
from surveys.responses.tables import Round
from tests.responses.scene import Scene
from tests.support.web import RunningWeb
from tests.web.reader import Reader


def opened(scene: Scene, http: httpx.Client, query: str = "") -> Reader:
    scene.change(Round, scene.round_id, subject_kind="link")
    return Reader(http, f"/r/metro/follow-up-2023{query}")


def begin(reader: Reader) -> Reader:
    """Posts the opening page's form, as a browser without scripts does, and goes on at the new link."""
    reader.press("begin")
    reader.path = reader.at.url.path
    assert reader.path.startswith("/o/"), reader.path
    return reader


def test_each_opening_is_a_response_of_its_own(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    for _ in range(3):
        with httpx.Client(
            base_url=web.url, timeout=60, headers={"Accept-Language": "en", "Accept": "text/html"}
        ) as somebody:
            begin(opened(scene, somebody))
    assert len(scene.responses()) == 3
    assert {one.participant_id for one in scene.responses()} == {None}
    opened(scene, http)
    assert len(scene.responses()) == 3, "looking begins nothing"


def test_who_begins_twice_from_one_page_begins_once(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    page = opened(scene, http)
    sent, action = {**page.fields("begin"), "do": "begin"}, page.form("begin").get("action")
    locations = {http.post(action, data=sent).headers["location"] for _ in range(2)}
    assert len(locations) == 1 and len(scene.responses()) == 1


def test_the_browser_comes_back_to_what_it_began(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    mine = begin(opened(scene, http))
    again = Reader(http, "/r/metro/follow-up-2023")
    assert again.heading == "On this device somebody has answered already"
    assert mine.path in again.page.xpath("//main//a/@href")
    http.cookies.clear()
    http.cookies.set(f"ascolto-round-{scene.round_id}", "forged")
    assert http.get("/r/metro/follow-up-2023").status_code == 200


def test_a_device_is_given_to_the_next_person(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    """Each has answers of their own, and the first one's cannot be read at the round's address."""
    first = begin(opened(scene, http))
    first.press("save", q2="no")
    first.press("pause")
    assert "address of this page" in first.at.text
    handed = http.post(first.path + "/leave?d[member]=yes", follow_redirects=True)
    assert handed.url.path == "/r/metro/follow-up-2023" and first.path not in handed.text
    second = begin(Reader(http, "/r/metro/follow-up-2023?d[member]=yes"))
    assert second.path != first.path and len(scene.responses()) == 2
    assert (scene.answers(1), scene.answers(2)) == ({"/data/member": "no"}, {"/data/member": "yes"})
    first.open(first.path)
    assert first.buttons(), "whoever kept the address goes on there"


def test_it_is_answered_and_sent_like_any_other(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begin(opened(scene, http))
    assert "Telegram" not in someone.at.text, "nobody is known who could go on in a chat"
    someone.press("save", q2="no")
    for _ in range(3):
        someone.press("skip")
    someone.press("submit")
    assert "your answers have arrived" in someone.at.text
    assert scene.answers(1) == {"/data/member": "no"}


def test_programs_that_fill_in_everything_are_turned_away(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    page = opened(scene, http)
    page.press("begin", website="https://example.org")
    assert page.at.status_code == 400 and "hidden field" in page.at.text
    assert scene.responses() == []


def test_values_in_the_address_are_filled_in(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    query = "?d[member]=yes&d[years]=7&d[idea]=%3Cb%3Eparks%3C/b%3E"
    query += "&d[attr_category]=boss&d[nobody]=1&d[axes]=green+gold&d[order]=x"  # none of which can be filled in
    someone = begin(opened(scene, http, query))
    assert scene.answers(1) == {"/data/member": "yes", "/data/years": "7", "/data/idea": "<b>parks</b>"}
    someone.press("save", q2="yes")
    assert someone.fields()["q3"] == "7"


def test_a_round_for_invited_people_is_not_open_to_all(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    assert http.get("/r/metro/follow-up-2023").status_code == 403
    assert http.get("/r/metro/nothing").status_code == 404
    assert http.get("/r/nowhere/follow-up-2023").status_code == 404
    assert http.get("/o/forged").status_code == 404


def test_a_full_round_says_so_before_anybody_begins(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    page = opened(scene, http)
    scene.change(Round, scene.round_id, quotas=[{"slug": "", "most": 1, "when": "", "title": {}}])
    someone = begin(page)
    someone.press("save", q2="no")
    for _ in range(3):
        someone.press("skip")
    someone.press("submit")
    http.cookies.clear()
    late = http.get("/r/metro/follow-up-2023")
    assert late.status_code == 410 and "all the answers it can take" in late.text


def test_a_full_group_is_told_and_can_go_back(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    members = {"slug": "m", "most": 1, "when": "${member} = 'yes'", "title": {"it": "Soci", "en": "<b>Members</b>"}}
    scene.change(Round, scene.round_id, quotas=[members])
    first, second = (Reader(http, web.answer_path(scene.participant(language="en"), scene.round_id)) for _ in range(2))
    for reader in (first, second):
        reader.press("begin")
        reader.press("save", q2="yes")
        if reader is first:
            reader.press("save", q3="2")
            for _ in range(3):
                reader.press("skip")
            reader.press("submit")
    assert "enough answers of this group" in second.at.text and "&lt;b&gt;Members" in second.at.text
    second.press("back:2")
    assert second.buttons()
    second.press("save", q2="no")
    assert "enough answers" not in second.at.text
