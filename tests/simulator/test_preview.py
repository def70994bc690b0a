"""`ascolto form preview`: chat and web side by side, one session for both, nothing kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser

from cli.chat_preview import BotScreens
from core.clock import FixedClock
from core.links import Links
from surveys.engine.form import Form
from tests.support.browser import chromium, overflow, page_of, violations
from tests.support.dialogues import load_dialogues
from tests.support.forms import NOW
from tests.support.web import serving
from web.simulator.preview import Preview, create_preview

SECRET = "a secret of the tests, long enough for all"


def form_of(name: str) -> Form:
    return next(one.form for one in load_dialogues() if one.name == name)


class Author:
    """Somebody who tries a form: presses and writes on either side."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.answer = http.get("/")

    @property
    def page(self) -> html.HtmlElement:
        return html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        return " ".join(self.page.xpath("string(//main)").split())

    @property
    def trial(self) -> str:
        return str(self.page.xpath("//input[@name='trial']/@value")[0])

    def send(self, do: str, **fields: str) -> Author:
        on = self.page.xpath("//input[@name='on']/@value")
        data = {"trial": self.trial, "key": "k", "on": on[0] if on else "", "do": do, **fields}
        data |= {name: value for name, value in self._marks() if name not in fields}
        self.answer = self.http.post("/", data=data)
        return self

    def press(self, label: str) -> Author:
        (found,) = self.page.xpath("//button[starts-with(@value, 'press:')][normalize-space()=$label]", label=label)
        return self.send(found.get("value"))

    def write(self, said: str) -> Author:
        return self.send("say", said=said)

    def _marks(self) -> list[tuple[str, str]]:
        hidden = self.page.xpath("//section[@aria-labelledby='trial-web']//input[starts-with(@name, 'seen')]")
        return [(one.get("name"), one.get("value")) for one in hidden]


@pytest.fixture
def author(request: pytest.FixtureRequest) -> Iterator[Author]:
    preview = Preview(form_of(request.param), BotScreens(), FixedClock(NOW), Links(SECRET), "it")
    with serving(create_preview(preview)) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield Author(http)


@pytest.mark.parametrize("author", ["repeats"], indirect=True)
def test_what_is_answered_in_one_is_seen_in_the_other(author: Author) -> None:
    author.write("Comune di Prova")
    assert author.text.count("Qual è il titolo del progetto?") >= 2
    author.send("save", q3_1="Pista")
    assert 'Quanto costa "Pista"?' in author.text
    author.write("-5")
    assert "⚠️" in author.text
    author.send("save", q4_1="molto")
    assert author.page.xpath("//*[@class='field-error']"), "the page says what is wrong, and keeps what was typed"
    assert author.page.xpath("//input[@name='q4_1']/@value") == ["molto"]
    author.write("1000").press("No")
    assert "➕ Aggiungere un altro" in author.text
    author.press("➕ Aggiungere un altro")
    author.write("Biblioteca").press("Saltare").press("No").press("Continuare")
    values = {row.xpath("string(th)"): row.xpath("string(td[3])") for row in author.page.xpath("//tbody/tr")}
    assert values["project[1]/title"] == "Pista"
    assert values["total"] == "1000"
    assert values["count"] == "2"


@pytest.mark.parametrize("author", ["languages"], indirect=True)
def test_the_language_and_the_place_are_chosen_freely(author: Author) -> None:
    before = author.text
    author.send("language:en")
    assert author.text != before
    places = author.page.xpath("//select[@name='to']/option/@value")
    author.send("jump", to=places[-1])
    assert author.answer.status_code == 200
    author.send("restart")
    assert author.answer.status_code == 200


@pytest.mark.parametrize("author", ["one-choice"], indirect=True)
def test_what_no_page_sends_is_refused_or_changes_nothing(author: Author) -> None:
    trial = author.trial
    for held in ("", "x", trial[:-4] + "AAAA", trial * 200_000):
        answer = author.http.post("/", data={"trial": held, "key": "k", "do": "say", "said": "x"})
        assert answer.status_code in (400, 403, 404, 413), len(held)
    for do in ("press:q:0:9.9.9:zz:c0", "press:", "press:c:stop:", "jump", "add:9", "through:x", "fly", "language:xx"):
        answer = author.http.post("/", data={"trial": trial, "key": "k", "do": do, "to": "²"})
        assert answer.status_code in (200, 400), do
        assert "Traceback" not in answer.text
    old = author.page.xpath("//button[starts-with(@value, 'press:')]/@value")[0]
    author.send(old)
    again = author.send(old)
    assert again.answer.status_code == 200, "a button of an earlier page does nothing"


def test_answers_given_beforehand() -> None:
    form = form_of("text-and-numbers")
    first = next(one for one in form.questions() if one.asked)
    given = {first.ref: "Detto prima", "/data/nothing": "x"}
    preview = Preview(form, BotScreens(), FixedClock(NOW), Links(SECRET), "it", given)
    with serving(create_preview(preview)) as url:
        assert "Detto prima" in httpx.get(url).text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("author", ["repeats"], indirect=True)
def test_it_is_accessible_and_fits(author: Author, browser: Browser) -> None:
    address = str(author.http.base_url)
    for narrow in (False, True):
        with page_of(browser, narrow=narrow, language="en-GB") as page:
            page.goto(address)
            assert violations(page) == []
            page.get_by_label("Write as a participant would").fill("Comune")
            page.get_by_role("button", name="Send", exact=True).click()
            page.locator(".trial-bubble").get_by_text(re.compile("Qual è il titolo")).wait_for()
            page.get_by_text("All values, computed ones too").first.click()
            assert violations(page) == []
            assert overflow(page) <= 0
