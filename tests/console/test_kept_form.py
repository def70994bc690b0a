"""A session that ends while a form is written loses nothing of it, and opens no door to other people's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select

from core.clock import FixedClock
from core.links import Purpose
from core.staff.tables import AuditEntry
from surveys.polls.tables import Poll
from tests.console.conftest import PASSWORD, SignIn, enter_console
from tests.responses.scene import Scene
from tests.support.browser import page_of, violations
from tests.support.web import RunningWeb

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # pages, not queries

WORDS = "Dove la <b>fontana</b>?\r\n\r\nSecond line & more"
TYPED = {
    "kind": "text",
    "title-it": "Fontana?",
    "title-en": "Fountain?",
    "summary-en": WORDS,
    "most": "60",
    "slug": "kept",
}
ACCOUNT = {"email": "organiser0@example.org", "password": PASSWORD}


def fields_of(page: httpx.Response, at: int = -1) -> dict[str, str]:
    form: Any = html.fromstring(page.text).xpath("//form[@method='post']")[at]  # type: ignore[index]
    return {str(name): str(value).replace("\r\n", "\n").replace("\n", "\r\n") for name, value in form.form_values()}


def polls(scene: Scene) -> list[str]:
    return list(scene.database.read(lambda session: session.scalars(select(Poll.slug)).all()))


def ended(web: RunningWeb) -> None:
    assert isinstance(web.deps.machine, FixedClock)
    web.deps.machine.advance(timedelta(hours=11))


@pytest.mark.parametrize("cookie", ["gone", "there"])
def test_whose_session_ends_signs_in_and_sends_what_they_wrote(
    scene: Scene, sign_in: SignIn, web: RunningWeb, cookie: str
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    form = fields_of(client.get(new)) | TYPED
    ended(web)
    if cookie == "gone":
        client.cookies.clear()
    client.headers["Accept-Language"] = "en"
    asked = client.post(f"{new}?office=1", data=form)
    assert asked.status_code == 401 and "Your session has ended" in asked.text and "is kept on this page" in asked.text
    assert "fontana" not in str(asked.url) and polls(scene) == []
    wrong = client.post("/console/sign-in", data=fields_of(asked) | ACCOUNT | {"password": "wrong"})
    assert wrong.status_code == 401 and "is kept on this page" in wrong.text
    inside = client.post("/console/sign-in", data=fields_of(wrong) | ACCOUNT)
    assert inside.status_code == 200 and "was not sent yet" in inside.text and polls(scene) == []
    assert "<b>fontana" not in inside.text, "text of people is data"
    action = html.fromstring(inside.text).xpath("string(//main//form/@action)")
    assert action == f"{new}?office=1"
    again = fields_of(inside)
    assert again.pop("token") != form["token"] and again == {one: form[one] for one in form if one != "token"}
    made = client.post(str(action), data=fields_of(inside))
    assert made.url.path.startswith("/console/polls/") and "Second line &amp; more" in client.get(
        f"{made.url.path}/edit"
    ).text.replace("\r", "")
    assert polls(scene) == ["kept"]


def test_only_a_form_of_our_own_pages_is_kept(scene: Scene, sign_in: SignIn, web: RunningWeb) -> None:
    client, other = sign_in("organiser"), sign_in("reader")
    new = f"/console/processes/{scene.process_id}/polls/new"
    form, others = fields_of(client.get(new)) | TYPED, fields_of(other.get("/console"), 0)
    signed_in = dict(client.cookies)
    ended(web)
    for data, headers, cookies in (
        ({**form, "token": "forged"}, {}, {}),
        ({**form, "token": ""}, {"sec-fetch-site": "same-origin"}, {}),
        (form, {"sec-fetch-site": "cross-site"}, {}),
        (form, {"sec-fetch-site": "same-site"}, signed_in),
        ({**form, "token": others["token"]}, {}, signed_in),
    ):
        asked = httpx.post(web.url + new, data=data, headers={"Accept": "text/html", **headers}, cookies=cookies)
        assert asked.status_code == 401 and 'name="kept"' not in asked.text, (headers, cookies)
        assert "fontana" not in asked.text
    script = httpx.post(web.url + new, data=form, headers={"Accept": "application/json"})
    assert script.status_code == 303, "a page's own script is led to the sign-in page as before"
    links, path = web.deps.links, {"path": new, "fields": [["title-it", "forged"]], "until": 9e9}
    for kept in ("nonsense", links.seal(Purpose.TRIAL, repr(path).encode()), "", "x" * 4000):
        inside = httpx.post(f"{web.url}/console/sign-in?next=/console/ask", data=ACCOUNT | {"kept": kept})
        assert inside.status_code == 303 and inside.headers["location"] == "/console/ask"


def test_a_form_with_a_file_is_not_kept_and_one_of_yesterday_is_sent_by_nobody(
    scene: Scene, sign_in: SignIn, web: RunningWeb
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/mailings/new"
    form = fields_of(client.get(new)) | {"subject-it": "Un oggetto lungo"}
    ended(web)
    client.cookies.clear()
    english = {"Accept-Language": "en"}
    sent = client.post(new, data=form, files={"upload": ("plan.pdf", b"%PDF-1.4")}, headers=english)
    assert sent.status_code == 401 and "a file belongs to it" in sent.text and "oggetto" not in sent.text
    empty = client.post(new, data=form, files={"upload": ("", b"")}, headers=english)
    assert 'name="kept"' in empty.text, "a form that could send files and sends none is like any other"
    long = client.post(new, data=form | {"body-it": "x" * 1_000_001}, headers=english)
    assert 'name="kept"' not in long.text and "too long" in long.text
    assert isinstance(web.deps.machine, FixedClock)
    web.deps.machine.advance(timedelta(days=2))
    late = client.post("/console/sign-in", data=fields_of(empty) | ACCOUNT)
    assert late.url.path == "/console", "kept for a day"


def test_who_signed_in_in_another_tab_meanwhile_sends_the_old_form_again(
    scene: Scene, sign_in: SignIn, web: RunningWeb
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    form = fields_of(client.get(new)) | TYPED
    client.post("/console/sign-in", data=ACCOUNT)
    assert client.post(new, data=form).status_code == 403, "without the browser's word the form may be anybody's"
    assert client.post(new, data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    again = client.post(new, data=form, headers={"sec-fetch-site": "same-origin"})
    assert again.status_code == 200 and "was not sent yet" in again.text and polls(scene) == []
    assert client.post(new, data=fields_of(again)).url.path.startswith("/console/polls/")


def test_in_a_browser_what_was_written_survives_the_sign_in(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser
) -> None:
    sign_in("administrator")
    with page_of(browser, language="en") as page:
        enter_console(page, web)
        page.goto(f"{web.url}/console/processes/{scene.process_id}/polls/new")
        page.locator("#kind").select_option("text")
        page.locator("#title-it").fill("Dove la fontana?")
        page.locator("#title-en").fill("Where the fountain?")
        page.locator("#summary-en").fill("One line\nand another")
        page.context.clear_cookies()
        page.get_by_role("button", name="Keep the poll").click()
        page.get_by_text("is kept on this page").wait_for()
        assert violations(page) == []
        page.get_by_label("E-mail address").fill("administrator0@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Send what you wrote").wait_for()
        assert violations(page) == []
        page.get_by_role("button", name="Send it again").click()
        page.get_by_role("heading", name="Where the fountain?").wait_for()
    noted = scene.database.read(lambda session: session.scalars(select(AuditEntry.act)).all())
    assert list(noted).count("poll.added") == 1
