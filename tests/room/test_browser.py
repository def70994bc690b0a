"""The room in a real browser: two phones, the screen and the desk, each told what the others do."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from core.clock import FixedClock
from core.database.database import Database
from core.process.room.notes import notes_of
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.events.scene import add_event
from tests.responses.scene import Scene
from tests.room.hall import DURING, listed, open_room, set_tables
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures


def test_two_phones_and_the_screen(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock, database: Database
) -> None:
    room = open_room(scene)
    clock.set(DURING)
    with (
        page_of(browser, language="en-GB") as screen,
        page_of(browser, narrow=True, language="en-GB") as first,
        page_of(browser, narrow=True, language="en-GB") as second,
    ):
        screen.goto(f"{web.url}/live/event/{room.code}")
        for phone in (first, second):
            phone.goto(f"{web.url}/room/{room.code}")
        first.get_by_label("Your question").fill("Who pays for <b>it</b>?")
        first.get_by_role("button", name="Ask", exact=True).click()
        first.get_by_text("your question is on the list").wait_for()
        expect(screen.locator("[data-questions] li")).to_have_text(["1Who pays for <b>it</b>?"])
        second.get_by_label("Your question").fill("Half a thought")
        second.get_by_role("button", name="I ask this too").click()
        expect(second.get_by_text("You have voted for it.")).to_be_visible()
        expect(screen.locator("[data-votes]")).to_have_text(["2"])
        expect(first.locator("[data-questions] [data-votes]")).to_have_text(["2"])
        assert second.get_by_label("Your question").input_value() == "Half a thought", "what is typed stays"
        assert first.get_by_role("button", name="I ask this too").count() == 0, "one's own counts already"
        second.get_by_role("button", name="Ask", exact=True).click()
        expect(screen.locator("[data-questions] li")).to_have_count(2)
        assert violations(first) == [] and violations(screen) == []
        assert overflow(first) == 0 and overflow(screen) == 0
        assert [one.votes for one in listed(database, room)] == [2, 1]
        for page in (screen, first, second):
            assert page.__dict__["told_errors"] == []


def test_the_desk_by_keyboard_and_the_screen(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    room = open_room(scene, moderated=True)
    clock.set(DURING)
    sign_in()
    with (
        page_of(browser, language="en-GB") as desk,
        page_of(browser, language="en-GB") as screen,
        page_of(browser, narrow=True, script=False, language="en-GB") as phone,
    ):
        enter_console(desk, web)
        desk.goto(f"{web.url}/console/events/{room.event.id}/room")
        screen.goto(f"{web.url}/live/event/{room.code}")
        phone.goto(f"{web.url}/room/{room.code}")
        phone.get_by_label("Your question").fill("May we go by train?")
        phone.get_by_role("button", name="Ask", exact=True).click()
        phone.get_by_text("has arrived").wait_for()
        question = desk.locator("[data-keys]")
        expect(question).to_have_count(1)
        assert screen.locator("[data-questions] li").count() == 0
        question.focus()
        desk.keyboard.press("a")
        expect(screen.locator("[data-questions] li")).to_have_text(["1May we go by train?"])
        expect(question).to_be_focused()
        desk.keyboard.press("p")
        expect(screen.locator("[data-answering] [data-text]")).to_have_text("May we go by train?")
        assert violations(desk) == []
        expect(question).to_be_focused()
        desk.keyboard.press("d")
        expect(screen.locator("[data-answering]")).to_be_hidden()


def test_notes_are_saved_while_they_are_written(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser, database: Database
) -> None:
    (green,) = set_tables(scene, add_event(scene), ("Environment", 1, 8))
    table = green.tables[0][0]
    sign_in()
    with page_of(browser, narrow=True, language="en-GB") as page:
        enter_console(page, web)
        page.goto(f"{web.url}/console/tables/{table}")
        area = page.get_by_label("Environment", exact=True)
        area.fill("More trees")
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.context.set_offline(True)
        area.fill("More trees, fewer cars")
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert database.read(lambda s: notes_of(s, table, 1)) == {"green": ("More trees, fewer cars", 2)}
        page.route(
            "**/console/tables/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        area.fill("More trees, fewer cars, and benches")
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        assert area.input_value() == "More trees, fewer cars, and benches", "it was kept on the device"
        page.unroute("**/console/tables/*")
        area.focus()
        area.blur()
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert database.read(lambda s: notes_of(s, table, 1))["green"][0] == "More trees, fewer cars, and benches"
        assert violations(page) == [] and overflow(page) == 0
