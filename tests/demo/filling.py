"""Somebody who fills in the pages of a questionnaire, with scripts or without."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Locator, Page, expect

Wishes = Mapping[str, str | list[str]]  # the beginning of a question's label: what is answered
FORWARD = ("save", "begin", "resume")
MOST_PAGES = 60


def fill_in(page: Page, wishes: Wishes, at_page: Callable[[Page], None]) -> list[str]:
    """Answers page by page up to the review; the labels that were asked. `at_page` looks at each page."""
    asked: list[str] = []
    for _ in range(MOST_PAGES):
        at_page(page)
        if page.locator("button[value=submit]").count():
            return asked
        asked += [_answer(question, wishes) for question in page.locator("main .question").all()]
        press(page, next(do for do in FORWARD if page.locator(f"button[value={do}]").count()))
    raise AssertionError(f"no review after {asked}")


def press(page: Page, do: str) -> None:
    """Presses a button and waits for the page that follows."""
    key = page.locator("main input[name=key]").first.input_value()
    page.locator(f"main button[name=do][value='{do}']").click()
    expect(page.locator("main input[name=key]").first).not_to_have_value(key)
    page.wait_for_load_state()


def _answer(question: Locator, wishes: Wishes) -> str:
    label = question.locator("legend, .question-label, .note, label").first.inner_text().strip()
    wish = next((value for start, value in wishes.items() if label.startswith(start)), None)
    if wish is None:
        return label
    if question.locator("select").count():
        for place, one in enumerate(wish, 1):
            question.get_by_label(one, exact=True).select_option(str(place))
    elif question.locator("input[type=radio], input[type=checkbox]").count():
        for one in [wish] if isinstance(wish, str) else wish:
            question.get_by_label(re.compile(rf"^\s*{re.escape(one)}")).first.press("Space")
    else:
        question.locator("input:not([type=hidden]), textarea").fill(str(wish))
    return label
