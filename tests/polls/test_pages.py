"""A poll's pages without scripts, and one in a real browser: a look changes nothing, a press counts once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser

from core.clock import FixedClock
from core.file_contents import keep_content
from core.links import Purpose
from core.people.erasing import erase_person
from surveys.polls.ballot import Choice
from surveys.polls.kinds import Kind, Secrecy, Shown
from surveys.polls.making import close_poll
from surveys.polls.order import order_for
from surveys.polls.poll import Picture, Poll
from surveys.polls.voters import Voter
from tests.polls.scene import BOOTH, LINKS, add, chosen, define, named, piles, register, vote
from tests.polls.test_package import picture
from tests.polls.test_secret import dump
from tests.responses.scene import Scene
from tests.support.browser import chromium, overflow, page_of, violations
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb
from tests.web.reader import Reader

__all__ = ["http", "scene", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


@pytest.fixture
def person(scene: Scene) -> int:
    return scene.participant(language="en")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def at(web: RunningWeb, person: int, poll: Poll) -> str:
    return f"/p/{web.link(Purpose.VOTE, person, poll.id)}"


def test_a_link_preselects_and_one_press_counts(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    poll = add(scene, named(shown=Shown.AFTER_VOTE, closes_local="2023-07-14T18:00"))
    path = at(web, person, poll)
    for end in ("", "?choice=B", "?choice=B&kept=1", "?do=vote&choice=B"):
        assert http.get(path + end).status_code == http.head(path + end).status_code == 200
    assert piles(scene.database, poll) == {}, "programs that look at links vote for nobody"
    page = Reader(http, f"{path}?choice=B")
    assert page.heading == "Where shall the bench stand?" and "14 July 2023, 18:00" in page.at.text
    assert "This vote is named" in page.at.text and "How it stands" not in page.at.text
    assert "Options that come out alike share their place." in page.at.text, "the rule is stated before the vote"
    assert page.page.xpath("//input[@checked]/@value") == ["B"]
    assert "“Square” is chosen below and does not count yet" in page.at.text
    page.press("vote")
    assert "Your vote has been counted" in page.at.text and "How it stands" in page.at.text
    assert page.page.xpath("//tr[th='Square']/td[starts-with(normalize-space(), '1')]")
    assert page.page.xpath("//input[@checked]/@value") == ["B"]
    key = page.fields("vote")["key"]
    page.press("vote", choice="C")
    old = http.post(path, data={"choice": "A", "key": key}, follow_redirects=True)  # as an old page
    assert piles(scene.database, poll) == {"C": 1}
    assert "has been counted, and what came later has not" in old.text and "Thank you" not in old.text
    assert "you can change it and send it again" in old.text
    assert html.fromstring(old.text).xpath("//input[@checked]/@value") == ["C"]
    twice = http.post(path, data={"choice": "C", "key": key}, follow_redirects=True)
    assert "Your vote has been counted. Thank you." in twice.text, "a double click is no other choice"
    pressed = page.open(f"{path}?choice=A")  # another button of the mail, after the vote
    assert "Your vote that counts is still “School”. To change it to “Park”, press “Change my vote”" in pressed.text
    assert page.page.xpath("//input[@checked]/@value") == ["A"] and "You have voted." not in pressed.text
    same = page.open(f"{path}?choice=C").text
    assert "You have voted." in same and "still" not in same and "does not count yet" not in same
    assert piles(scene.database, poll) == {"C": 1}
    assert http.post(path, data={"choice": "Z", "key": "k1"}).status_code == 422
    refused = http.post(path, data={"choice": ["A", "B"], "key": "k2"})
    assert refused.status_code == 422 and "At most 1 can be chosen" in refused.text
    clock.advance(timedelta(days=5))
    late = http.post(path, data={"choice": "A", "key": "k3"})
    assert late.status_code == 410 and "closed" in late.text
    assert "What you just sent was not counted. The vote you gave before stands." in late.text
    first = http.post(at(web, scene.participant(language="en"), poll), data={"choice": "A", "key": "k3"})
    assert first.status_code == 410 and "What you just sent was not counted." in first.text
    assert "gave before" not in first.text and "just sent" not in http.get(path).text
    assert piles(scene.database, poll) == {"C": 1}


def test_every_kind_is_voted_on_a_page(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    cases: list[tuple[Kind, dict[str, str | list[str]], str, dict[str, str | list[str]]]] = [
        (Kind.MULTIPLE, {"choice": ["C", "A"]}, "A C", {"choice": ["A", "B", "C"]}),
        (Kind.SCALE, {"number": "4"}, "4", {"number": ""}),
        (Kind.RANKING, {"place.C": "1", "place.A": "2"}, "C>A", {"place.C": "1", "place.A": "1"}),
        (Kind.DOTS, {"points.A": "3", "points.B": "2"}, "A:3 B:2", {"points.A": "3", "points.B": "x"}),
        (Kind.TEXT, {"words": "More trees"}, "More trees", {"words": " "}),
    ]
    for kind, typed, ballot, wrong in cases:
        poll = add(scene, named(kind), kind.value)
        page = Reader(http, at(web, person, poll))
        before = page.press("vote", **wrong)
        assert before.status_code == 422 and page.page.xpath("//*[@role='alert']"), kind
        kept = [str(one) for one in page.page.xpath("//input/@value | //option[@selected]/@value")]
        assert all(one in kept for value in wrong.values() for one in value if one.strip()), "nothing typed is lost"
        page.press("vote", **dict.fromkeys(wrong, "")) if kind is Kind.DOTS else None
        page.open(page.path)
        page.press("vote", **typed)
        assert "Your vote has been counted" in page.at.text, kind
        assert piles(scene.database, poll) == {ballot: 1}
        again = page.press("vote")
        assert again.status_code == 200 and piles(scene.database, poll) == {ballot: 1}, (
            "the form stands as it was given"
        )


def test_a_secret_vote_leaves_no_trace_and_is_final(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    poll = add(scene, define(Kind.TEXT))
    page = Reader(http, at(web, person, poll))
    assert "This vote is anonymous" in page.at.text
    key = page.fields("vote")["key"]
    page.press("vote", words="quite unmistakable")
    assert "Your vote has been counted" in page.at.text and "unmistakable" not in page.at.text
    assert page.buttons() == {} and "words" not in str(page.at.url)
    assert [name for name, told in dump(scene.database).items() if "unmistakable" in told] == ["secret_ballot"]
    for words in ("another", "quite unmistakable"):
        again = http.post(page.path, data={"words": words, "key": key}, follow_redirects=True)
        assert "what was sent first has been counted" in again.text and "Thank you" not in again.text
    again = http.post(page.path, data={"words": "again", "key": "other"})
    assert again.status_code == 409 and "a vote is final" in again.text
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now))
    assert piles(scene.database, poll) == {"quite unmistakable": 1}
    assert "1 vote counted" in page.open(page.path).text


@pytest.mark.parametrize("shown", list(Shown))
def test_whoever_has_voted_reads_when_the_result_appears(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, shown: Shown
) -> None:
    poll = add(scene, define(shown=shown, walk_ins=True))
    later = "the result here after the close" if shown is Shown.AFTER_CLOSE else "here how it stands as soon as a few"
    page = Reader(http, at(web, person, poll))
    assert "You will read" not in page.at.text
    page.press("vote", choice="A")
    for text in (page.at.text, page.open(page.path).text):
        assert f"You will read {later}" in text, "also when they come back"
    for number in range(9):
        vote(scene, poll, Voter(account=number), chosen("B"))
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now))
    after = page.open(page.path).text
    assert "You will read" not in after and "10 votes counted." in after
    by_name = Reader(http, at(web, person, add(scene, named(shown=shown), "by-name")))
    by_name.press("vote", choice="A")
    assert ("You will read" in by_name.at.text) is (shown is Shown.AFTER_CLOSE), "else it stands there"


def test_the_room_votes_by_its_code_once_a_browser(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    poll = add(scene, define(walk_ins=True, shown=Shown.LIVE))
    path = f"/v/{poll.code}"
    with httpx.Client(base_url=web.url) as forgetful:
        first = forgetful.get(path)
        assert "ascolto-vote" in first.headers["set-cookie"] and "HttpOnly" in first.headers["set-cookie"]
        forgetful.cookies.clear()
        told = forgetful.post(path, data={"choice": "A", "key": "k"})
    assert told.status_code == 409 and register(scene.database) == []
    for number in range(12):
        with httpx.Client(base_url=web.url, headers={"Accept-Language": "en"}) as phone:
            page = Reader(phone, f"{path.upper().replace('/V/', '/v/')}?lang=en")
            page.press("vote", choice="A" if number % 3 else "B")
            assert "Your vote has been counted" in page.at.text
            assert phone.post(path, data={"choice": "C", "key": f"n{number}"}).status_code == 409
    assert len(register(scene.database)) == 12
    shown = http.get(path)
    assert "5 votes counted" in shown.text and "told a few at a time" in shown.text
    trapped = http.post(path, data={"choice": "A", "website": "x"})
    assert trapped.status_code == 400
    kept = http.get(f"/v/{add(scene, named(walk_ins=True), 'kept').code}?lang=en").text
    assert "you vote here without a name" in kept and "sees who chose what" not in kept
    closed = add(scene, define(), "members")
    assert http.get(f"/v/{closed.code}").status_code == 403
    for wrong in ("zzzzzz", "x%00", "é"):
        assert http.get(f"/v/{wrong}").status_code == 404


def test_forged_expired_and_foreign_links_vote_for_nobody(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    clerks = scene.audience("clerks", {"category": "clerk"})
    poll, other = add(scene, define()), add(scene, define(audience_id=clerks), "other")
    path = at(web, person, poll)
    forged = path[:-2] + ("AA" if not path.endswith("AA") else "BB")
    wrong_purpose = f"/p/{web.link(Purpose.DATES, person, poll.id)}"
    for bad in (forged, wrong_purpose, "/p/x", f"/p/{web.link(Purpose.VOTE, person)}"):
        assert http.post(bad, data={"choice": "A"}).status_code == http.get(bad).status_code == 404
    assert http.post(at(web, person, other), data={"choice": "A"}).status_code == 403
    assert http.get(f"/p/{web.link(Purpose.VOTE, person, 999)}").status_code == 404
    gone = scene.participant()
    scene.database.write(lambda session: erase_person(session, gone, [], scene.now))
    assert http.get(at(web, gone, poll)).status_code == 410
    clock.advance(timedelta(days=40))
    assert http.post(path, data={"choice": "A"}).status_code == 410
    assert register(scene.database) == []


def test_a_page_sent_twice_with_a_form_that_is_no_vote_says_that_the_first_one_counts(
    scene: Scene, web: RunningWeb, http: httpx.Client
) -> None:
    poll = add(scene, named(Kind.MULTIPLE, walk_ins=True))
    typed: Any = html.fromstring(http.get(f"/v/{poll.code}").text).xpath("//input[@name='key']/@value")
    for choice in (["A"], ["A", "B", "C"]):
        told = http.post(f"/v/{poll.code}", data={"key": typed[0], "choice": choice})
        assert told.status_code == 303, told.text
    assert "kept=before" in told.headers["location"] and piles(scene.database, poll) == {"A": 1}


def test_two_tabs_and_the_chat_are_one_voter(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    poll = add(scene, named(names="ABCD", rules={"shuffled": True}))
    one, two = Reader(http, at(web, person, poll)), Reader(http, at(web, person, poll))
    shown = [page.page.xpath("//input[@name='choice']/@value") for page in (one, two)]
    assert shown == [list(order_for(poll, f"p:{person}", LINKS))] * 2, "in an order of their own, the chat's too"
    one.press("vote", choice="A")
    vote(scene, poll, Voter(person, 77), chosen("B"), door="chat")
    two.press("vote", choice="C")
    assert piles(scene.database, poll) == {"C": 1}
    draft = add(scene, define(), "draft", opened=False)
    waits = Reader(http, at(web, person, draft))
    assert "not open yet" in waits.at.text and waits.buttons() == {}
    assert http.post(waits.path, data={"choice": "A", "key": "x"}).status_code == 409


def test_pages_are_for_everybody_in_a_browser(scene: Scene, web: RunningWeb, browser: Browser, person: int) -> None:
    ranking = add(scene, named(Kind.RANKING, "ABCD", rules={"most": 4}), "ranking")
    scale = add(scene, define(Kind.SCALE, secrecy=Secrecy.NAMED, shown=Shown.LIVE), "scale")
    vote(scene, scale, scene.participant(), Choice(number="5"))
    with page_of(browser, narrow=True) as page:
        for poll in (ranking, scale):
            page.goto(web.url + at(web, person, poll) + "?lang=it")
            assert violations(page) == [] and overflow(page) <= 0
        page.goto(web.url + at(web, person, ranking) + "?lang=en")
        assert "You can leave options out." in page.inner_text("legend")
        for name, way, told in (
            ("River", "up", "Place 1 of 4"), ("River", "up", "Place 1 of 4"), ("Park", "up", "Place 2 of 4"),
            ("Square", "up", "Place 3 of 4"), ("Park", "up", "Place 1 of 4"), ("River", "down", "Place 3 of 4"),
            ("River", "down", "Without a place"), ("River", "down", "Without a place"), ("River", "up", "Place 3 of 4"),
            ("Square", "down", "Place 3 of 4"),
        ):  # fmt: skip
            page.get_by_role("button", name=f"Move {way}: {name}").click()
            assert page.locator("[role=status]").text_content() == told, (name, way)
        page.locator("#place-B").select_option("")
        assert violations(page) == []
        page.get_by_role("button", name="Cast my vote").click()
        page.wait_for_selector("text=Your vote has been counted")
        assert violations(page) == []
        assert page.__dict__["told_errors"] == []
    (ballot,) = piles(scene.database, ranking)
    assert ballot == "A>D", "a press places that option alone"


def test_options_show_pictures_with_words_for_who_cannot_see_them(
    scene: Scene, web: RunningWeb, http: httpx.Client
) -> None:
    known = scene.database.write(lambda session: keep_content(session, picture()))
    shown = Picture(known, "image/png", {"it": "Un parco", "en": "A park"})
    new = define(walk_ins=True)
    poll = add(scene, replace(new, options=(replace(new.options[0], picture=shown), *new.options[1:])))
    page = Reader(http, f"/v/{poll.code}")
    (image,) = page.page.xpath("//img[@class='option-picture']")
    assert image.get("alt") == "A park"
    given = http.get(image.get("src"))
    assert given.content == picture() and given.headers["content-type"] == "image/png"
    assert http.get(f"/v/{poll.code}/pictures/B").status_code == 404
