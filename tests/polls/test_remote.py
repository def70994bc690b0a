"""The remote control of a hall's screen in somebody's hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from surveys.polls.kinds import Kind, Shown
from tests.console.conftest import browser, enter_console, scene, sign_in, web
from tests.polls.scene import define
from tests.polls.test_live import SEEN, Hall, hall
from tests.support.browser import overflow, page_of, violations

__all__ = ["browser", "hall", "scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = {"width": 360, "height": 640}


# Of each button how high it is, and how far from what stands above it and beside it in its card.
GAPS = """() => [...document.querySelectorAll('main form .btn')].map(button => {
    const box = one => one.getBoundingClientRect(), mine = box(button), row = button.parentElement;
    const above = row.previousElementSibling, gaps = [99];
    if (above) gaps.push(box(row).top - box(above).bottom);
    for (const one of [...row.children].filter(other => other !== button).map(box))
        gaps.push(Math.max(one.left - mine.right, mine.left - one.right, one.top - mine.bottom, mine.top - one.bottom));
    return [mine.height, Math.min(...gaps)];
})"""


def bottom(page: Page, role: str, name: str) -> float:
    box = page.get_by_role(role, name=name).first.bounding_box()  # type: ignore[arg-type]
    assert box is not None, name
    return box["y"] + box["height"]


def is_held(page: Page, *pressed: tuple[str, str]) -> None:
    """The header is one line, and what is pressed stands in the first screenful, large enough and apart."""
    header = page.locator("header").bounding_box()
    assert header is not None and header["height"] <= 64
    for role, name in pressed:
        assert bottom(page, role, name) <= PHONE["height"], name
    for height, gap in page.evaluate(GAPS):
        assert height >= 44 and gap >= 8, (height, gap)
    assert violations(page) == [] and overflow(page) <= 0


def test_on_a_telephone_what_is_pressed_is_seen_at_once(hall: Hall) -> None:
    text = "Where shall the bench stand that the whole valley has waited for, and who looks after it in winter?"
    asked = replace(define(Kind.SINGLE, shown=Shown.LIVE), title=dict.fromkeys(("it", "en", "fr"), text))
    hall.poll(asked, "first")
    hall.poll(define(Kind.TEXT), "second")
    steps = ("button", "Previous"), ("button", "Next")
    with page_of(hall.browser, language="en-GB") as page:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        enter_console(page, hall.web)
        page.goto(f"{hall.web.url}/console/events/{hall.event_id}/stage")
        is_held(page, *steps)
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Start").first.click()
        page.get_by_role("link", name="Close").wait_for()
        is_held(page, *steps, ("link", "Close"), ("button", "Hide the result"))
        page.get_by_role("link", name="Close").click()
        page.get_by_text("Nobody can vote any more then").wait_for()
        page.evaluate("scrollTo(0, 0)")
        is_held(page, ("button", "Close now"), ("link", "Leave it open"))
        assert page.get_by_role("navigation", name="Console").get_by_role("link", name="Processes").is_visible()
        if SEEN:
            page.screenshot(path=Path(SEEN) / "remote-closing.png", full_page=True)
