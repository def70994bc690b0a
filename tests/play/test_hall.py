"""The co-planning event: three hundred rank eight themes, in chat and on the web, led from the staff's bot.

Real HTTP against the pages, real Bot API traffic with both bots, a real browser before the hall, and a count sheet that
a script of its own counts again.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from aiogram import Bot, Dispatcher
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bots.participants.receiving import BotDeps, create_dispatcher
from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.ids import RandomIds
from core.links import Links
from core.process.room.rooms import set_room
from core.process.tables import Event
from surveys.polls.kinds import State
from surveys.polls.poll import Poll
from surveys.polls.store import polls_of
from surveys.responses.shelf import FormShelf
from tests.notifications.office import make_office
from tests.staff_bot.stage import NOON, StaffStage, labels
from tests.support.browser import chromium, overflow, page_of, violations
from tests.support.sandbox import Person, running_sandbox
from tests.support.web import CHAT, RunningWeb, running_web

RECOUNT = Path(__file__).parents[1] / "polls" / "recount.py"
SEEN = os.environ.get("SCREENS_TO", "")  # a folder for who wants to look
# All of it is on the screen, in letters of at least so many pixels: they are drawn anew when the screen's size changes.
LARGE = """least => document.documentElement.scrollHeight <= window.innerHeight
    && [...document.querySelectorAll(".two-ways .label")].every(
        one => parseFloat(getComputedStyle(one).fontSize) >= least)"""
LIMIT = 20_000  # milliseconds that a screen has to follow, on a busy machine
HALL, BEAMER = {"width": 1920, "height": 1080}, {"width": 1024, "height": 768}
TOGETHER = 25  # phones of the web that ask at the same moment
THEMES = (
    "Park", "Square", "Schools, and the way there", "The river and its banks", "Trains and buses in the evening",
    "Doctors in the mountain valleys", "Fibre to every village", "Work for young people",
)  # fmt: skip
QUESTION = "Which of these themes come first?"
IN_ITALIAN = "\n".join(("Quali di questi temi vengono prima?", *(f"Tema {one}" for one in "ABCDEFGH")))
PEOPLE = 300

T = TypeVar("T")


def ranking(number: int) -> str:
    """What the person of a number prefers, by letters: most have A first, and nearly all like B."""
    others = "CDEFGH"
    if number < 156:
        return f"AB{others[number % 6]}"
    return f"B{others[number % 5]}H" if number < 264 else f"{others[number % 6]}B"


@dataclass
class Hall:
    """`screen` works in a thread of its own, for the browser."""

    staff: StaffStage
    web: RunningWeb
    bot: Bot
    dispatcher: Dispatcher
    thread: ThreadPoolExecutor
    page: Page

    async def screen(self, look: Callable[[Page], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, look, self.page)

    def poll(self) -> Poll:
        (found,) = self.staff.database.read(polls_of)
        return found

    async def chat_hears(self) -> None:
        """What people wrote and pressed meanwhile is taken in, as it comes in a hall: all of it at once."""
        while updates := await self.bot.get_updates(timeout=0):
            await asyncio.gather(*(self.dispatcher.feed_update(self.bot, one) for one in updates))
            await self.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)


@pytest.fixture
async def hall(database: Database, clock: FixedClock, links: Links) -> AsyncIterator[Hall]:
    clock.set(NOON)
    rows = database.write(lambda session: make_office(session, []))
    async with running_sandbox() as sandbox, sandbox.bot() as bot:
        staff = StaffStage(database, sandbox, clock, rows)
        code = database.write(lambda session: _room(session, staff))
        with running_web(database, clock, links) as web:
            deps = BotDeps(bot, database, clock, links, RandomIds(), FormShelf(), urls=PublicUrls(web.url, CHAT))
            async with _browser(f"{web.url}/live/event/{code}") as (thread, page):
                yield Hall(staff, web, bot, create_dispatcher(deps), thread, page)
        await staff.door.close()


def _room(session: Session, staff: StaffStage) -> str:
    event = session.scalars(select(Event.id)).one()
    times = {"starts_local": "2023-07-03T10:00", "ends_local": "2023-07-03T17:00"}
    session.execute(update(Event).values(**times, title={"it": "Coprogettazione", "en": "Co-planning"}))
    return set_room(session, event, staff.ids, is_open=True, moderated=True).code


@asynccontextmanager
async def _browser(address: str) -> AsyncIterator[tuple[ThreadPoolExecutor, Page]]:
    """The screen of the hall; Playwright wants a thread in which no loop runs."""
    thread, loop = ThreadPoolExecutor(1), asyncio.get_running_loop()
    opened = chromium()
    browser = await loop.run_in_executor(thread, opened.__enter__)
    context = page_of(browser, language="en-GB")

    def open_page() -> Page:
        page = context.__enter__()
        page.set_default_timeout(LIMIT)
        expect.set_options(timeout=LIMIT)
        page.set_viewport_size(HALL)  # type: ignore[arg-type]
        page.goto(address)
        return page

    page = await loop.run_in_executor(thread, open_page)
    try:
        yield thread, page
        assert page.__dict__["told_errors"] == []
    finally:
        await loop.run_in_executor(thread, context.__exit__, None, None, None)
        await loop.run_in_executor(thread, opened.__exit__, None, None, None)
        thread.shutdown()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.timeout(300)
async def test_three_hundred_rank_eight_themes_and_the_hall_sees_both_counts(hall: Hall, tmp_path: Path) -> None:
    vera = await hall.staff.linked("Vera", "organiser")
    await _the_poll_is_made_and_opened(hall, vera)
    await hall.screen(lambda page: expect(page.get_by_text("Voting is open")).to_be_visible())
    numbers = range(PEOPLE)
    in_chat, on_web = list(numbers[::2]), list(numbers[1::2])
    await asyncio.gather(_chat_votes(hall, in_chat), _web_votes(hall, on_web))
    await _comes_again(hall, in_chat[0])
    await hall.screen(lambda page: expect(page.locator("[data-voted-count]")).to_have_text("300"))
    await _the_poll_is_closed_and_shown(hall, vera)
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(await _count_sheet(hall))
    counted = await asyncio.to_thread(_recounted, sheet)
    assert (counted["schulze"], counted["borda"]) == (["A"], ["B"]), "the two methods do not agree in this hall"
    seen = await hall.screen(_both_counts)
    assert [name for name, _ in seen[0]] == _labels(counted["schulze_ranking"])
    assert [name for name, _ in seen[1]] == _labels(counted["borda_ranking"])
    points = {name: float(figure.replace(",", "")) for name, figure in seen[1]}
    assert points == {_label(name): _rounded(told) for name, told in counted["points"].items()}
    assert sum(int(line.split(",")[0]) for line in _ballots(sheet)) == PEOPLE


async def _the_poll_is_made_and_opened(hall: Hall, vera: Person) -> None:
    staff = hall.staff
    await staff.say(vera, "/new")
    await staff.press(vera, "✍️ options put in order")
    await staff.say(vera, IN_ITALIAN)
    await staff.say(vera, "\n".join((QUESTION, *THEMES)))
    await staff.press(vera, "🔢 Show points (Borda) beside it")
    shown = await staff.press(vera, "🏛 Only in the hall: Co-planning")
    for words in (
        "Strongest paths (Schulze)",
        "Options that come out alike share their place.",
        "Points by place (Borda)",
    ):
        assert words in shown["text"], "stated before the opening"
    await staff.press(vera, "▶️ Open it in the hall, or keep it")
    opened = await staff.press(vera, "▶️ Yes: open it in the hall")
    assert "🟢" in opened["text"] and "It is on the screen." in opened["text"]
    assert hall.poll().state is State.OPEN


async def _chat_votes(hall: Hall, numbers: list[int]) -> None:
    """Everybody follows the code on the screen, taps the themes in their order, and casts; hand in hand."""
    people = {number: hall.staff.sandbox.person(5000 + number) for number in numbers}
    await asyncio.gather(*(one.is_called("Ada", "en") for one in people.values()))
    await asyncio.gather(*(one.says(f"/start poll-{hall.poll().code}") for one in people.values()))
    await hall.chat_hears()
    for place in range(3):
        chosen = {number: ranking(number)[place : place + 1] for number in numbers}
        await asyncio.gather(*(people[number].presses(_label(name)) for number, name in chosen.items() if name))
        await hall.chat_hears()
    await asyncio.gather(*(one.presses("Cast my vote") for one in people.values()))
    await hall.chat_hears()
    for one in (people[numbers[0]], people[numbers[-1]]):
        assert "has been counted" in (await one.bot_messages())[-1]["text"]


async def _web_votes(hall: Hall, numbers: list[int]) -> None:
    """Each with a browser of their own, all behind one address; the last one tries to vote once more."""
    path, turns = f"/v/{hall.poll().code}", asyncio.Semaphore(TOGETHER)
    none_kept = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    async with httpx.AsyncClient(base_url=hall.web.url, cookies=none_kept, timeout=60) as phones:

        async def votes(number: int) -> dict[str, str]:
            async with turns:
                page = await phones.get(path, headers={"Accept-Language": "en"})
                assert "Also shown, deciding nothing: Points by place (Borda)." in page.text, "before anybody votes"
                own = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
                headers = {"Cookie": own, "Accept-Language": "en"}
                await casts(headers, ranking(number))
                return headers

        async def casts(headers: dict[str, str], order: str) -> None:
            places = {f"place.{name}": str(at) for at, name in enumerate(order, 1)}
            said = await phones.post(path, data=places, headers=headers)
            if said.is_redirect:
                said = await phones.get(said.headers["Location"], headers=headers)
            assert "has been counted" in said.text, (said.status_code, said.text[:2000])

        *_, last = await asyncio.gather(*(votes(number) for number in numbers))
        await casts(last, "HG")


async def _comes_again(hall: Hall, number: int) -> None:
    """The same account follows the code once more: it is told that its vote stands."""
    person = hall.staff.sandbox.person(5000 + number)
    await person.says(f"/start poll-{hall.poll().code}")
    await hall.chat_hears()
    assert "has been counted" in (await person.bot_messages())[-1]["text"]


async def _the_poll_is_closed_and_shown(hall: Hall, vera: Person) -> None:
    staff = hall.staff
    sure = await staff.press(vera, "⏹ Close")
    assert "300 votes so far" in sure["text"]
    closed = await staff.press(vera, "✅ Yes: Close")
    assert "300 votes counted. “Park” wins." in closed["text"] and "🖼 Result as a picture" in labels(closed)
    await hall.screen(lambda page: expect(page.get_by_text("Voting is closed")).to_be_visible())
    assert await hall.screen(lambda page: page.locator(".two-ways").count()) == 0, "not before staff reveal it"
    await staff.press(vera, "👁 Show the result on the screen")


def _both_counts(page: Page) -> list[list[tuple[str, str]]]:
    """The bars of both, as the hall reads them: large, all of it at once, and each said for what it is."""
    expect(page.locator(".verdict")).to_have_text("“Park” wins.")
    expect(page.locator(".two-ways .way")).to_have_text(
        ["Strongest paths (Schulze) decides", "Points by place (Borda) shown beside it"]
    )
    for size, least in ((BEAMER, 20), (HALL, 32)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_function(LARGE, arg=least)
        assert overflow(page) <= 0
        if SEEN:
            page.screenshot(path=Path(SEEN) / f"both-{size['width']}.png")
    assert violations(page) == []
    found = []
    for at in range(2):
        bars = page.locator(".two-ways section").nth(at).locator(".bars li")
        expect(bars).to_have_count(8)
        marked = bars.locator(".mark")
        word = ("wins", "first")[at]
        expect(marked).to_have_text([word])
        names = [one.split("\n")[0].removesuffix(f" {word}") for one in bars.locator(".label").all_inner_texts()]
        found.append(list(zip(names, bars.locator(".figure strong").all_inner_texts(), strict=True)))
    return found


async def _count_sheet(hall: Hall) -> bytes:
    """As staff take it from the console."""
    async with httpx.AsyncClient(base_url=hall.web.url, follow_redirects=True, timeout=60) as console:
        given = {"email": "vera@example.org", "password": "a long enough password"}
        await console.post("/console/sign-in", data=given)
        page = await console.get(f"/console/polls/{hall.poll().id}")
        token = page.text.split('name="token" value="')[1].split('"')[0]
        assert "Also shown, deciding nothing: Points by place (Borda)." in page.text
        sheet = await console.post(f"/console/polls/{hall.poll().id}/sheet.csv", data={"token": token})
        assert sheet.headers["Content-Type"].startswith("text/csv")
        return sheet.content


def _recounted(sheet: Path) -> dict[str, Any]:
    """By a script that sees nothing but the sheet: isolated, and without the product on its path."""
    run = subprocess.run([sys.executable, "-I", RECOUNT, sheet], check=True, capture_output=True, text=True)
    return dict(json.loads(run.stdout))


def _ballots(sheet: Path) -> list[str]:
    return sheet.read_text("utf-8").split("count,ranking\n")[1].splitlines()


def _label(name: str) -> str:
    return THEMES["ABCDEFGH".index(name)]


def _labels(groups: list[list[str]]) -> list[str]:
    return [_label(name) for group in groups for name in group]


def _rounded(told: str) -> float:
    whole, _, part = told.partition("/")
    return round(int(whole) / int(part or 1), 1)
