"""The pages in a real browser: WCAG 2.2 AA, the keyboard alone, 320 pixels, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.links import Purpose
from core.people.addresses import add_address
from tests.support.browser import overflow, page_of, violations, widths
from tests.support.databases import SqliteDatabases
from tests.web.mailing import delivery
from tests.web.stage import Stage, stage_of

FORM = """
| survey |
|  | type | name | label | hint | required | appearance | parameters | relevant |
|  | note | hello | Benvenuta. |  |  |  |  |  |
|  | select_one yes_no | member | Lei è socia? | Una sola | yes |  |  |  |
|  | select_one yes_no | quick | E in breve? |  |  | minimal |  |  |
|  | select_multiple axes | axes | Quali assi? |  | yes |  |  |  |
|  | rank axes | order | In quale ordine? |  | yes |  |  |  |
|  | range | scale | Da 1 a 5? | 5 è il massimo |  |  | start=1 end=5 step=1 |  |
|  | range | long | Quanto, da 0 a 100? |  |  |  | start=0 end=100 step=5 |  |
|  | integer | years | Da quanti anni? |  | yes |  |  |  |
|  | decimal | cost | Quanti milioni? | Per esempio 0,5 |  |  |  |  |
|  | date | day | Quando? |  |  |  |  |  |
|  | time | hour | A che ora? |  |  |  |  |  |
|  | dateTime | moment | Giorno e ora? |  |  |  |  |  |
|  | text | idea | Una proposta? |  |  | multiline |  |  |
|  | text | name | Come si chiama? |  |  |  |  |  |
|  | acknowledge | privacy | Ho letto l'informativa. |  | yes |  |  |  |
|  | begin_group | home | La Sua casa |  |  | field-list |  |  |
|  | note | intro | Ci racconti dove vive. |  |  |  |  |  |
|  | integer | rooms | Quante stanze? |  | yes |  |  |  |
|  | select_one yes_no | garden | Ha un giardino? |  |  |  |  |  |
|  | text | plants | Che cosa coltiva? |  |  |  |  | ${garden} = 'yes' |
|  | end_group |  |  |  |  |  |  |  |
| choices |
|  | list_name | name | label |
|  | yes_no | yes | Sì |
|  | yes_no | no | No |
|  | axes | green | Rivoluzione verde, transizione ecologica e salvaguardia dei territori montani |
|  | axes | health | Salute |
|  | axes | schools | Scuola |
| settings |
|  | form_title | default_language |
|  | Questionario |  |
"""
"""Every control there is, and a page of several questions."""


@pytest.fixture(scope="module")
def stage(sqlite_databases: SqliteDatabases) -> Iterator[Stage]:
    with stage_of(FORM, sqlite_databases) as made:
        yield made


def check(page: Page) -> None:
    """What must hold for every page, on a screen and on a telephone."""
    for width in widths(page):
        assert violations(page) == [], (page.url, width)
        assert overflow(page) <= 0, (page.url, width)
    assert page.locator("h1").count() == 1, page.url


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def go_on(page: Page, button: str = "save") -> None:
    """Presses a button and waits for the page that comes."""
    key = page.locator("main input[name=key]").first.input_value()
    page.click(f"main button[value='{button}']")
    page.wait_for_function("key => !document.querySelector(`main input[name=key][value='${key}']`)", arg=key)
    page.wait_for_load_state()


def choose(control: Locator) -> None:
    """Ticks a choice by the keyboard, which no scrolling page can make miss its target."""
    if not control.is_checked():
        control.press("Space")
    expect(control).to_be_checked()


def fill_in(page: Page) -> None:
    """Answers whatever the page asks."""
    for place, select in enumerate(page.locator(".places select").all(), 1):
        select.select_option(str(place))
    for select in page.locator("select:not(.places select)").all():
        select.select_option(index=1)
    for group in page.locator(".choices, .scale").all():
        choose(group.locator("input").first)
    for kind, value in (("date", "2024-05-01"), ("time", "09:30"), ("datetime-local", "2024-05-01T09:30")):
        for field in page.locator(f"input[type={kind}]").all():
            field.fill(value)
    for field in page.locator("textarea, input.field-input[type=text]").all():
        field.fill("5")


@pytest.mark.parametrize(("narrow", "script"), [(True, True), (False, False)], ids=["narrow", "wide-no-script"])
def test_a_questionnaire_from_the_first_page_to_the_last(
    browser: Browser, stage: Stage, narrow: bool, script: bool
) -> None:
    with page_of(browser, narrow=narrow, script=script) as page:
        page.goto(stage.person())
        headings: list[str] = []
        if script:
            check(page)
        page.click("button[value=begin]")
        page.wait_for_selector("button[value=save]")
        while page.locator("button[value=submit]").count() == 0:
            assert len(headings) < 25, headings
            headings.append(heading(page))
            if script:
                check(page)
                if page.locator("[data-needed]").count() and heading(page) not in headings[:-1]:
                    go_on(page)
                    check(page)
                    assert page.locator(".faults").evaluate("box => box === document.activeElement")
            fill_in(page)
            if script:
                go_on(page)
            else:
                page.click("button[value=save]")
        assert len(headings) == 17  # the last page comes twice: with the garden comes the question what grows there
        if script:
            check(page)
        page.click("button[value=submit]")
        page.wait_for_selector("button[value=reopen]")
        if script:
            check(page)


def test_all_other_pages(browser: Browser, stage: Stage) -> None:
    person = stage.scene.participant(legal_basis="public-task")
    now = stage.scene.now
    address = stage.scene.database.write(lambda s: add_address(s, person, "telegram", 1000 + person, now))
    wishes = f"/preferences/{stage.web.link(Purpose.PREFERENCES, person, stage.scene.office_id)}"
    undo = f"/joining/undo/{stage.web.link(Purpose.UNDO_JOIN, address)}"
    leave = f"/unsubscribe/{stage.web.link(Purpose.UNSUBSCRIBE, delivery(stage.scene, person))}"
    paths = ("/", leave, "/privacy", "/accessibility", "/nowhere", "/q/forged", wishes, f"{wishes}?say=saved",
             f"{wishes}/erase", undo, f"{undo}?lang=fr")  # fmt: skip
    with page_of(browser) as page:
        for path in paths:
            page.goto(stage.web.url + path)
            check(page)
        page.goto(stage.web.url + leave)
        page.click("button[value=everything]")
        page.wait_for_load_state()
        check(page)
        page.goto(f"{stage.web.url}{wishes}/erase")
        page.click("main button")
        page.wait_for_selector(".faults")
        check(page)


def test_with_the_keyboard_alone(browser: Browser, stage: Stage) -> None:
    """From the skip link to the sending, without a pointer; focus is seen and never lost."""
    with page_of(browser) as page:
        page.goto(stage.person())
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == page.locator(".skiplinks a").first.inner_text()
        page.keyboard.press("Enter")
        tab_to(page, "button[value=begin]")
        page.keyboard.press("Enter")
        page.wait_for_selector("button[value=save]")
        tab_to(page, "button[value=save]")  # the note
        page.keyboard.press("Enter")
        page.wait_for_selector("input[name=q2]")
        tab_to(page, "input[name=q2]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        assert page.locator("input[name=q2][value=no]").is_checked()
        tab_to(page, "button[value=save]")
        page.keyboard.press("Enter")
        page.wait_for_selector("select[name=q3]")
        tab_to(page, "button[value='back:2']")
        page.keyboard.press("Enter")
        page.wait_for_selector("input[name=q2]")
        assert page.locator("input[name=q2][value=no]").is_checked()


def tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until an element has the focus, which must be visible on every stop."""
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const one = document.activeElement; const style = getComputedStyle(one);
            const label = one.labels && one.labels[0] ? getComputedStyle(one.labels[0]) : style;
            const shown = [style, label].some(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none');
            return shown || one === document.body; }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")
        if page.locator(wanted).first.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_enter_in_a_field_goes_on(browser: Browser, stage: Stage) -> None:
    with page_of(browser) as page:
        page.goto(stage.person())
        page.click("button[value=begin]")
        page.wait_for_selector("button[value=save]")
        page.goto(page.url.partition("?")[0] + "?at=14")
        page.fill("input[name=q14]", "Anna")
        page.keyboard.press("Enter")
        page.wait_for_selector("input[name=q15]")


def test_the_browsers_back_button(browser: Browser, stage: Stage) -> None:
    with page_of(browser) as page:
        page.goto(stage.person())
        page.click("button[value=begin]")
        page.wait_for_selector("button[value=save]")
        go_on(page)
        page.check("input[name=q2][value=yes]", force=True)
        go_on(page)
        page.wait_for_selector("select[name=q3]")
        page.go_back()
        page.wait_for_selector("input[name=q2]")
        assert page.locator("input[name=q2][value=yes]").is_checked()
        page.check("input[name=q2][value=no]", force=True)
        go_on(page)
        page.wait_for_selector("select[name=q3]")
        kept = stage.scene.answers(stage.scene.responses()[-1].id)
        assert kept["/data/member"] == "no"


def test_nothing_is_complained_of_in_the_console(browser: Browser, stage: Stage) -> None:
    """Neither by the policy against foreign code nor by the scripts."""
    with page_of(browser) as page:
        page.goto(stage.person())
        page.click("button[value=begin]")
        page.wait_for_selector("button[value=save]")
        go_on(page)
        assert page.__dict__["told_errors"] == []
