"""A question of the chat answered on a page inside Telegram, and gone on with in the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import async_playwright

from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links, Purpose
from tests.bots.stage import Stage, newest
from tests.responses.scene import build
from tests.support.browser import ARGUMENTS, executable
from tests.support.sandbox import Person, RunningSandbox, running_sandbox
from tests.support.web import RunningWeb, running_web
from tests.web.reader import Reader

FORM = """
| survey |
| | type     | name  | label          |
| | geotrace | path  | Which way?     |
| | text     | why   | Why this way?  |
"""
WAY = "45.07 7.68 0 0;45.08 7.69 0 0"


@dataclass
class Both:
    stage: Stage
    web: RunningWeb
    person: Person
    http: httpx.Client

    async def opens(self) -> tuple[str, str]:
        """Presses the page's button: the address of the page, and what its fragment says."""
        button = next(b for row in (await newest(self.person))["buttons"] for b in row if "app" in b)
        answer = await self.person.http.get(
            f"/telegram/participants/people/{self.person.id}/app", params={"url": button["app"]}
        )
        address, _, fragment = answer.headers["location"].partition("#")
        return address.removeprefix(self.web.url), httpx.QueryParams(fragment)["tgWebAppData"]

    def enters(self, address: str, said: str) -> httpx.Response:
        """Does what the page's script does."""
        page = Reader(self.http, address)
        assert page.at.status_code == 200, page.at.text
        form = page.page.xpath("//form[@data-enter]")[0]
        return self.http.post(form.get("action"), data={"init_data": said})


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def web(database: Database, clock: FixedClock, links: Links) -> Iterator[RunningWeb]:
    with running_web(database, clock, links) as running:
        yield running


@pytest.fixture
async def both(
    database: Database, clock: FixedClock, links: Links, sandbox: RunningSandbox, web: RunningWeb
) -> AsyncIterator[Both]:
    scene = build(database, clock.now(), FORM)
    sandbox.world.bots["participants"].clock = clock
    async with sandbox.bot() as bot:
        stage = Stage(scene, sandbox, bot, clock, links, urls=PublicUrls(web.url, opens_in_telegram=True))
        person = await stage.joined(501)
        with httpx.Client(base_url=web.url, timeout=60, headers={"Accept": "text/html"}) as http:
            yield Both(stage, web, person, http)


async def test_it_is_answered_on_the_page_and_gone_on_with_in_the_chat(both: Both) -> None:
    entered = both.enters(*await both.opens())
    assert entered.status_code == 303 and entered.headers["location"].startswith("/app/q/")
    page = Reader(both.http, entered.headers["location"])
    assert "Which way?" in page.at.text and "data-close-app" in page.at.text and "Go on in Telegram" not in page.at.text
    page.press("save", q1=WAY)
    assert page.at.url.path.startswith("/app/q/") and "Why this way?" in page.at.text
    shown = await both.stage.press(both.person, "I answered on the page: go on")
    assert "Why this way?" in shown["text"]
    await both.stage.say(both.person, "It is shorter")
    assert both.stage.values(both.person) == {"path": WAY, "why": "It is shorter"}
    assert len(both.stage.scene.responses()) == 1


async def test_only_who_the_button_was_made_for_comes_in(both: Both) -> None:
    address, said = await both.opens()
    assert both.enters(address, said.replace("501", "502")).status_code == 403
    assert both.enters(address, "").status_code == 403
    other = await both.stage.joined(502)
    theirs = Both(both.stage, both.web, other, both.http)
    _, of_other = await theirs.opens()
    assert both.enters(address, of_other).status_code == 403, "somebody else's word opens nothing of mine"
    assert both.http.get("/app/forged").status_code == 404
    token = both.web.link(Purpose.ANSWER, 1, both.stage.scene.round_id)
    assert both.http.get(f"/app/{token}").status_code == 404, "a link of a mail is no button of the chat"


async def test_an_old_word_of_telegram_is_not_believed(both: Both, clock: FixedClock) -> None:
    address, said = await both.opens()
    clock.advance(timedelta(hours=2))
    assert both.enters(address, said).status_code == 403


async def test_the_pages_may_be_framed_by_telegram_alone_and_load_nothing_from_elsewhere(both: Both) -> None:
    address, said = await both.opens()
    for where in (address, both.enters(address, said).headers["location"]):
        answer = both.http.get(where)
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["frame-ancestors"] == "https://web.telegram.org" and policy["script-src"] == "'self'"
        assert "X-Frame-Options" not in answer.headers
        assert all(one.startswith("/assets/") for one in Reader(both.http, where).page.xpath("//script/@src"))
    assert "'none'" in both.http.get("/").headers["Content-Security-Policy"].partition("frame-ancestors")[2]


async def test_where_telegram_would_not_open_it_there_is_no_button(both: Both) -> None:
    both.stage.urls = PublicUrls(both.web.url)
    shown = await both.stage.say(both.person, "/resume")
    assert not any("app" in button for row in shown["buttons"] for button in row)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_person_goes_from_the_chat_window_to_the_page_and_back(both: Both) -> None:
    """Our own script alone says who opened the page, and closes it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        chat = await (await browser.new_context(bypass_csp=False)).new_page()
        await chat.goto(f"{both.stage.sandbox.addresses.http}/telegram/participants/people/{both.person.id}")
        async with chat.expect_popup() as opening:
            await chat.get_by_text("Answer on a page").click()
        page = await opening.value
        await page.wait_for_url("**/app/q/**")
        await page.locator("[name=q1]").fill(WAY)
        await page.locator("main button[value=save]").click()
        await page.get_by_role("heading", name="Why this way?").wait_for()
        back = page.get_by_role("button", name="Back to the chat")
        await page.evaluate("window.TelegramWebviewProxy = { postEvent: (...given) => { window.told = given } }")
        await back.click()
        assert await page.evaluate("window.told") == ["web_app_close", "{}"], "as the apps of telephones hear it"
        await page.evaluate("delete window.TelegramWebviewProxy")
        async with page.expect_event("close"):
            await back.evaluate("button => void setTimeout(() => button.click())")  # the page goes while it is pressed
        await chat.get_by_role("button", name="I answered on the page: go on").click()
        await both.person.waits_for(lambda seen: seen["pending"])
        await both.stage.hears()
        await chat.locator("article.bot", has_text="Why this way?").wait_for()
        await browser.close()
    assert both.stage.values(both.person) == {"path": WAY}
