"""Every page of the console passes axe, narrow and wide, without scripts of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.console.conftest import PASSWORD, SignIn
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
