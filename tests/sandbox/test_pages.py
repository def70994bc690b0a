"""The sandbox's pages in a real browser, also where it is narrow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from playwright.async_api import Page, async_playwright

from core.clock import FixedClock
from sandbox.app import create_app
from sandbox.serving import serving_app
from sandbox.world import Door, beside
from tests.sandbox.test_chatting import PICTURE
from tests.sandbox.test_mail import deliver
from tests.support.browser import ARGUMENTS, executable
from tests.support.sandbox import RunningSandbox

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
BUTTONS = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="Sì", callback_data="si"), InlineKeyboardButton(text="No", callback_data="no")],
        [InlineKeyboardButton(text="Apri", url="https://comune.example/")],
    ]
)


@pytest.fixture
async def page(sandbox: RunningSandbox) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        context = await browser.new_context(
            viewport={"width": 320, "height": 700}, locale="it-IT", base_url=sandbox.addresses.http, bypass_csp=False
        )
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        await browser.close()
        assert faults == []


async def check(page: Page) -> None:
    """Nothing axe objects to, and nothing wider than the window."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate("rules => axe.run(document, rules)", RULES)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_a_person_chats_in_the_window(sandbox: RunningSandbox, bot: Bot, page: Page) -> None:
    anna = sandbox.person(7)
    await page.goto("/telegram/participants/people/7?start=abc")
    await check(page)
    assert sandbox.world.bots["participants"].chats == {}
    await page.locator("#keyboard button").click()
    await anna.waits_for(lambda chat: [m["text"] for m in chat["messages"]] == ["/start abc"])
    await bot.send_message(7, "<b>Accetta</b> <i>tutto</i>?", parse_mode="HTML", reply_markup=BUTTONS)
    await page.get_by_role("button", name="Sì").click()
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query is not None
    assert query.data == "si"
    await query.as_(bot).answer("Grazie!")
    await page.get_by_text("Grazie!").wait_for()
    await page.get_by_role("textbox").fill("<script>alert(1)</script>")
    await page.get_by_role("textbox").press("Enter")
    await page.locator("article.person", has_text="<script>alert(1)</script>").wait_for()
    await bot.send_photo(7, BufferedInputFile(PICTURE, "a.png"), caption="Il grafico")
    await anna.sends_file("voice", "voce.ogg", b"OggS")
    await anna.shares_location(45.07, 7.69)
    await anna.does("contacts", {})
    await page.locator("article.person", has_text="45.07, 7.69").wait_for()
    await page.get_by_role("img", name="Il grafico").wait_for()
    rows = [[KeyboardButton(text="Qui", request_location=True), KeyboardButton(text="Salta")]]
    await bot.send_message(7, "Dove?", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    await page.get_by_role("button", name="Salta").click()
    await anna.waits_for(lambda chat: chat["messages"][-1]["text"] == "Salta")
    await page.locator("article.person", has_text="Salta").wait_for()
    await check(page)
    await page.locator("details summary").click()
    await page.locator("button[name=blocked]").click()
    await anna.waits_for(lambda chat: chat["blocked"])
    await page.goto("/telegram/participants/people")
    await check(page)


async def test_the_window_works_without_scripts(sandbox: RunningSandbox, bot: Bot) -> None:
    browser_asks = {"Accept": "text/html"}
    base = "/telegram/participants/people/7"
    answer = await sandbox.http.post(f"{base}/messages", data={"text": "/start"}, headers=browser_asks)
    assert (answer.status_code, answer.headers["location"]) == (303, base)
    sent = await bot.send_message(7, "Accetta?", reply_markup=BUTTONS)
    press = {"message_id": str(sent.message_id), "data": "si"}
    assert (await sandbox.http.post(f"{base}/presses", data=press, headers=browser_asks)).status_code == 303
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query is not None
    assert query.data == "si"


async def test_mail_is_read_in_an_inbox(sandbox: RunningSandbox, page: Page) -> None:
    await page.goto("/mail/")
    await check(page)
    await deliver(sandbox, "anna@posta.example")
    await page.reload()
    await check(page)
    await page.get_by_role("link", name="anna@posta.example").click()
    await check(page)
    await page.get_by_role("link", name="Invito").click()
    await page.wait_for_function(  # the frame is as high as the mail: neither cut off nor the usual 490 pixels
        """() => {
          const frame = document.querySelector("iframe");
          return frame.contentDocument.documentElement.scrollHeight <= frame.clientHeight && frame.clientHeight < 400;
        }"""
    )
    link = page.frame_locator("iframe").get_by_role("link", name="Qui")
    assert await link.get_attribute("href") == "https://comune.example/r/abc"
    await check(page)
    async with page.expect_request("https://comune.example/r/abc"):
        await link.click()


async def test_the_front_page_leads_everywhere_and_moves_time(
    sandbox: RunningSandbox, page: Page, clock: FixedClock
) -> None:
    door = Door("Partecipante", "Risponde in chat", "/telegram/participants/people/1?start=x")
    sandbox.world.doors = lambda _: [door]
    await page.goto("/sandbox")
    await check(page)
    before = clock.now()
    await page.locator("form button").nth(1).click()
    await page.wait_for_url("**/sandbox")
    assert (clock.now() - before).days == 1
    await page.get_by_role("link", name="Partecipante").first.click()
    await page.wait_for_url("**/people/1?start=x")


async def test_the_sandbox_stands_beside_the_product(sandbox: RunningSandbox) -> None:
    world = replace(sandbox.world)
    product = create_app(replace(sandbox.world, language="en"))
    async with serving_app(beside(create_app(world), product)) as port:
        answers = [
            (await sandbox.http.get(f"http://127.0.0.1:{port}{path}")).status_code
            for path in ("/sandbox", "/mail/", "/clock", "/mailing", "/telegram/participants/people")
        ]
    assert answers == [200, 200, 200, 404, 200]
    missing = await sandbox.http.get("/mail/inbox/anna@posta.example/5")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("fr-FR, en;q=0.5", "Boîtes"),
        ("en-GB", "Inboxes"),
        ("de, it;q=0.1", "Caselle"),
        ("de", "Caselle"),
        ("", "Caselle"),
    ],
)
async def test_the_pages_speak_the_browsers_language(sandbox: RunningSandbox, accepted: str, title: str) -> None:
    page = (await sandbox.http.get("/mail/", headers={"Accept-Language": accepted})).text
    assert title in page
    assert f'<html lang="{ {"Boîtes": "fr", "Inboxes": "en", "Caselle": "it"}[title] }">' in page
