"""Every page of the console passes axe, narrow and wide, without scripts of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.console.conftest import PASSWORD, SignIn, enter_console
from tests.console.test_signing import PAGES
from tests.console.test_webhooks import add, send
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_every_page_is_accessible_and_fits(sign_in: SignIn, web: RunningWeb, browser: Browser) -> None:
    client = sign_in()
    add(client)
    for act in ("test", "pause"):
        send(client, f"/1/acts/{act}")
    for narrow in (False, True):
        with page_of(browser, narrow=narrow, language="en-GB") as page:
            page.goto(f"{web.url}/console/sign-in")
            assert violations(page) == []
            page.get_by_label("E-mail address").fill("administrator0@example.org")
            page.get_by_label("Password").fill("not the password")
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("alert").wait_for()
            assert violations(page) == []
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("heading", name="Processes", level=1).wait_for()
            for path in (*PAGES, "/console/mailings/1?state=in-doubt", "/console/webhooks/1"):
                page.goto(web.url + path)
                assert violations(page) == [], path
                assert overflow(page) <= 0, path
            page.goto(f"{web.url}/console/staff-bot")
            page.get_by_role("button", name="Make a link").click()
            page.get_by_role("link", name="Open the bot in Telegram").wait_for()
            assert violations(page) == [] and overflow(page) <= 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_ledger_is_read_on_a_phone(sign_in: SignIn, web: RunningWeb, browser: Browser) -> None:
    """No page moves sideways; a table does, under its first column, which says whose line it is."""
    sign_in()
    with page_of(browser, narrow=True, language="en-GB") as page:
        page.set_viewport_size({"width": 360, "height": 740})
        enter_console(page, web)
        for path in ("/console/mailings/1", "/console/mailings/1?state=in-doubt"):
            page.goto(web.url + path)
            assert overflow(page) <= 0, path
            table = page.locator(".table-wrap").first
            name = table.locator("tbody th").first
            before = name.bounding_box()
            table.evaluate("wrap => { wrap.scrollLeft = wrap.scrollWidth; }")
            after = name.bounding_box()
            assert before is not None and after is not None
            assert abs(before["x"] - after["x"]) < 2, path
            assert before["width"] < 200, path
            assert violations(page) == [], path
