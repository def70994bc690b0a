"""What the hall reads on the screen: no small number of a secret poll, and no result before it is counted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import html
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.database.database import Database
from surveys.polls.ballot import Choice
from surveys.polls.due import tend_poll
from surveys.polls.kinds import METHODS, Counting, Kind, Shown
from surveys.polls.mixing import first_told
from surveys.polls.poll import Poll
from surveys.polls.screens import change_screen
from surveys.polls.voters import Voter
from tests.bots.stage import Stage
from tests.console.conftest import scene, web
from tests.dates.test_chat import somebody
from tests.polls.scene import BOOTH, add, chosen, define, named, piles, vote
from tests.responses.scene import Scene
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.pages import http
from web.live.feeds import Feeds, Told

__all__ = ["http", "quiet", "sandbox", "scene", "stage", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


ONE_BY_ONE = pytest.mark.parametrize("least", [1, 5, 6, 10, 20])


def cast(scene: Scene, poll: Poll, **counts: int) -> None:
    """Walk-ins, each with a browser of their own; `A_B` is a ranking."""
    for names, count in counts.items():
        for number in range(count):
            vote(scene, poll, Voter(browser=f"{names}-{number}"), chosen(*names.split("_")))


def settle(scene: Scene, poll: Poll, **shows: bool) -> None:
    def work(session: Any) -> None:
        tend_poll(session, BOOTH.ids, poll.id, scene.now + timedelta(days=9))
        change_screen(session, poll.id, **shows)

    scene.database.write(work)


def bars(page: str) -> dict[str, str]:
    found: Any = html.fromstring(page).xpath("//ol[contains(@class, 'bars')]/li")
    return {
        one.xpath("string(*[@class='label']/text())").strip(): one.xpath("string(*[@class='figure'])").strip()
        for one in found
    }


@pytest.mark.parametrize("kind", [Kind.SINGLE, Kind.TEXT])
def test_a_poll_without_votes_has_no_figures(scene: Scene, http: httpx.Client, clock: FixedClock, kind: Kind) -> None:
    closes: dict[str, Any] = {"closes_local": "2023-07-14T18:00", "walk_ins": True}
    poll = add(scene, define(kind, **closes))
    clock.advance(timedelta(days=9))
    settle(scene, poll, revealed=True, published=True)
    for path in (f"/live/{poll.code}", f"/v/{poll.code}/result", f"/v/{poll.code}"):
        page = http.get(path, headers={"Accept-Language": "en"}).text
        assert page.count("Nobody voted.") == 1 and "counted." not in page and bars(page) == {}, path
        assert "0 people" not in page and "Answers appear" not in page


@pytest.mark.parametrize("kind", [Kind.SCALE, Kind.DOTS, Kind.RANKING])
def test_before_the_first_figures_there_are_no_zeros_but_when_they_come(
    scene: Scene, http: httpx.Client, kind: Kind
) -> None:
    counting = Counting("schulze", beside="borda") if kind is Kind.RANKING else Counting(METHODS[kind][0])
    poll = add(scene, define(kind, shown=Shown.LIVE, walk_ins=True, counting=counting))
    by_name = add(scene, named(shown=Shown.LIVE, walk_ins=True), "by-name")
    given = {
        Kind.SCALE: Choice(number="4"), Kind.DOTS: Choice(points={"A": 3}), Kind.RANKING: chosen("A", "B"),
    }[kind]  # fmt: skip

    def screen() -> str:
        return http.get(f"/live/{poll.code}").text

    for number in range(first_told() - 1):
        vote(scene, poll, Voter(browser=f"{number}"), given)
    page = screen()
    assert bars(page) == {} and "votes counted." not in page and "data-voted-count>9<" in page
    assert "The first figures appear after at least 10 votes." in page and "told a few at a time" in page
    vote(scene, poll, Voter(browser="last"), given)
    page = screen()
    assert bars(page) and "5 votes counted." in page and "first figures" not in page
    assert ("1 = not at all · 5 = very much" in page) is (kind is Kind.SCALE), (
        "what the numbers mean stands beside them"
    )
    page = http.get(f"/live/{by_name.code}").text
    assert bars(page) == {} and "first figures" not in page, "a named vote counts at once"


@ONE_BY_ONE
def test_first_figures_are_promised_for_when_they_come(scene: Scene, least: int) -> None:
    poll, arrived = add(scene, define(walk_ins=True)), 0
    while sum(piles(scene.database, poll).values()) < least:
        vote(scene, poll, Voter(browser=f"{arrived}"), chosen("A"))
        arrived += 1
    assert arrived == first_told(least)


def test_the_hall_reads_no_small_number_of_a_secret_poll(scene: Scene, http: httpx.Client, clock: FixedClock) -> None:
    closes: dict[str, Any] = {"closes_local": "2023-07-14T18:00", "walk_ins": True}
    poll = add(scene, define(**closes))
    cast(scene, poll, A=9, B=2)
    ranked = add(scene, define(Kind.RANKING, counting=Counting("borda"), **closes), "ranked")
    cast(scene, ranked, A_B=8, B_C=6, A_C=1)
    few, words = add(scene, define(**closes), "few"), add(scene, define(Kind.TEXT, **closes), "words")
    cast(scene, few, A=3)
    vote(scene, words, Voter(browser="one"), Choice(words="trees"))
    clock.advance(timedelta(days=9))
    for one in (poll, ranked, few, words):
        settle(scene, one, revealed=True, published=True)
    for path in (f"/live/{poll.code}", f"/v/{poll.code}/result"):
        page = http.get(path).text
        assert bars(page) == {"Park": "not published", "Square": "not published", "School": "not published"}, path
        assert "“Park” wins." in page and "9 of 11" not in page and "82%" not in page, path
        assert "Numbers behind which few people stand are not published." in page, path
    for path in (f"/live/{ranked.code}", f"/v/{ranked.code}/result"):
        page = http.get(path).text
        assert sorted(bars(page)) == ["Park", "School", "Square"] and "wins." in page, path
        assert 'class="matrix"' not in page, "one ballot stands behind a comparison"
        assert _numbers(page) == [], path
    page = http.get(f"/live/{few.code}").text
    assert "wins" not in page and set(bars(page).values()) == {"not published"}
    for path in (f"/live/{words.code}", f"/v/{words.code}/result"):
        assert "trees" not in http.get(path).text, path
    open_names = add(scene, named(shown=Shown.LIVE, walk_ins=True), "names")
    cast(scene, open_names, A=2, B=1)
    page = http.get(f"/live/{open_names.code}").text
    assert bars(page)["Park"] == "2 · 67%", "a named poll is read in full"
    assert re.findall(r'<rect width="(\d+)"', page) == ["666", "333", "0"], "a bar is as long as its percentage"


def _numbers(page: str) -> list[str]:
    """What the list of how it came about tells in figures, but for the ranking and how many voted."""
    lines: Any = html.fromstring(page).xpath("//h2[contains(., 'How it came about')]/following-sibling::ul/li")
    said = [one.text_content().strip() for one in lines]
    return [one for one in said if re.search(r"\d", one) and not one.startswith(("Ranking:", "Ballots:"))]


def test_how_a_secret_ranking_came_about_is_told_only_without_small_numbers(
    scene: Scene, http: httpx.Client, clock: FixedClock
) -> None:
    closes: dict[str, Any] = {"closes_local": "2023-07-14T18:00", "walk_ins": True}
    small, plenty = {"A": 10, "C_B": 1, "C": 8}, {"A_B_C": 8, "C_B_A": 5}
    gains = {"A": 8, "C_A": 7, "B_C": 4, "B_A": 2}  # of which two go on to A, once B has left
    polls: list[Poll] = []
    for method, given in (("schulze", small), ("borda", small), ("irv", gains), ("schulze", plenty), ("irv", plenty)):
        new = define(Kind.RANKING, counting=Counting(method, beside="" if method == "borda" else "borda"), **closes)
        polls.append(add(scene, new, f"poll-{len(polls)}"))
        cast(scene, polls[-1], **given)
    few = add(scene, define(Kind.RANKING, counting=Counting("schulze", beside="borda"), **closes), "few")
    cast(scene, few, A=9, B=2)
    clock.advance(timedelta(days=9))
    for one in (*polls, few):
        settle(scene, one, revealed=True, published=True)
    for poll in polls:
        page, tells = http.get(f"/v/{poll.code}/result").text, poll in polls[3:]
        assert "wins." in page and bool(_numbers(page)) is tells, (poll.slug, _numbers(page))
        assert ('class="matrix"' in page) is (poll in polls[3:]), poll.slug
        assert ("Figures: points" in page) is tells, (poll.slug, "points tell as much as comparisons do")
        doors = [http.get(path).text for path in (f"/v/{poll.code}/result", f"/live/{poll.code}", f"/v/{poll.code}")]
        if poll is not polls[1]:  # a second method is told wherever the first one is
            assert "deciding nothing: Points by place (Borda). First by it: " in doors[2]
            assert "deciding nothing: Points by place (Borda).</h2>" in doors[0] and "shown beside it" in doors[1]
        compares = poll in (polls[0], polls[3])
        assert ("Comparisons won</th>" in doors[2]) is compares and "First places alone do not decide" in doors[2]
        marked = poll is not polls[1]
        assert "wins</span>" in doors[1] and (">first</span>" in doors[1]) is marked, "what decides is marked otherwise"
    for path in (f"/v/{few.code}/result", f"/live/{few.code}", f"/v/{few.code}"):
        page = http.get(path).text
        assert "“Park” wins." in page and "deciding nothing: Points by place (Borda). First by it: Park." in page, path


def test_a_result_is_told_once_it_is_counted_and_not_at_the_clock_s_close(
    scene: Scene, http: httpx.Client, clock: FixedClock
) -> None:
    poll = add(scene, named(shown=Shown.LIVE, walk_ins=True, closes_local="2023-07-14T18:00"))
    cast(scene, poll, A=6, B=5)
    clock.advance(timedelta(days=9))
    scene.database.write(lambda session: change_screen(session, poll.id, published=True, revealed=True))
    page = http.get(f"/live/{poll.code}").text
    assert "Voting is closed: the votes are being counted" in page and "wins" not in page and bars(page) == {}
    page = http.get(f"/v/{poll.code}").text
    assert "The votes are being counted: the result follows shortly." in page and "Park" not in page
    assert http.get(f"/v/{poll.code}/result").status_code == 404
    settle(scene, poll, revealed=True)
    page = http.get(f"/live/{poll.code}").text
    assert "being counted" not in page and "“Park” wins." in page
    page = http.get(f"/v/{poll.code}").text
    assert "being counted" not in page and "“Park” wins." in page
    assert "“Park” wins." in http.get(f"/v/{poll.code}/result").text


async def test_the_chat_says_that_votes_are_being_counted(stage: Stage) -> None:
    participant, person = await somebody(stage)
    poll = add(stage.scene, named(shown=Shown.LIVE, closes_local="2023-07-14T18:00"))
    vote(stage.scene, poll, participant, chosen("A"))
    stage.clock.advance(timedelta(days=9))
    shown = await stage.say(person, f"/vote {poll.code}")
    assert "The votes are being counted" in shown["text"] and "Park" not in shown["text"]
    settle(stage.scene, poll)
    shown = await stage.say(person, f"/vote {poll.code}")
    assert "being counted" not in shown["text"] and "Park: 1" in shown["text"]


async def test_the_chat_tells_the_order_by_the_stated_method_first_and_then_the_second_one(stage: Stage) -> None:
    participant, person = await somebody(stage)
    counting = Counting("schulze", beside="borda")
    new = named(Kind.RANKING, counting=counting, closes_local="2023-07-14T18:00")
    poll = add(stage.scene, new)
    vote(stage.scene, poll, participant, chosen("A", "C", "B"))
    stage.clock.advance(timedelta(days=9))
    settle(stage.scene, poll)
    shown = (await stage.say(person, f"/vote {poll.code}"))["text"]
    assert (
        "“Park” wins.\nRanking: 1. Park, 2. School, 3. Square.\nAlso shown, deciding nothing: Points by place" in shown
    )
    assert "The figures (comparisons won):\n1. Park: 2 ▪▪▪▪▪▪▪▪▪▪\n2. School: 1 ▪▪▪▪▪\n3. Square: 0" in shown
    assert "irst places" not in shown, "which decide nothing here"


async def test_a_screen_that_cannot_be_drawn_once_is_drawn_at_the_next_look(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.feeds.EVERY", 0.01)
    faults: list[Exception] = [ZeroDivisionError(), KeyError("a ballot that nobody understands")]

    def look(_known: Any, _session: Any) -> Told:
        if faults:
            raise faults.pop()
        return 1, {"stage": "drawn"}

    stream = Feeds(database, clock).follow_any("poll", look)
    with capture_logs() as logs:
        lines = [await anext(stream) for _ in range(2)]
    await stream.aclose()  # type: ignore[attr-defined]
    assert lines[1] == "event: stage\ndata: drawn\n\n"
    assert [one["event"] for one in logs] == ["a screen could not be drawn"] * 2
