"""A session that ends while a form is written loses nothing of it, and opens no door to other people's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select
from starlette.datastructures import FormData

from core.clock import FixedClock
from core.links import Purpose
from core.staff.tables import AuditEntry
from surveys.polls.tables import Poll
from tests.console.conftest import PASSWORD, SignIn, enter_console
from tests.console.typed_fields import forgotten
from tests.responses.scene import Scene
from tests.support.browser import page_of, violations
from tests.support.web import RunningWeb
from web.console.kept_form import WRITTEN, KeptForm, has_text

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
OURS = {"sec-fetch-site": "same-origin"}  # as a browser says of a page's own form
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
    client.headers.update({"Accept-Language": "en", **OURS})
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
    shown = str(html.fromstring(inside.text).xpath("string(//main)"))
    assert all(one in shown for one in ("Processes", new, "Title (English)", "Fountain?"))
    assert form["key"] not in shown and "60" not in shown, "no ids, no values without a name"
    again = fields_of(inside)
    assert again.pop("token") != form["token"] and again == {one: form[one] for one in form if one != "token"}
    made = client.post(str(action), data=fields_of(inside))
    assert made.url.path.startswith("/console/polls/") and "Second line &amp; more" in client.get(
        f"{made.url.path}/edit"
    ).text.replace("\r", "")
    assert polls(scene) == ["kept"]


def test_only_a_form_that_our_own_page_sent_is_kept(scene: Scene, sign_in: SignIn, web: RunningWeb) -> None:
    client = sign_in("organiser")
    new = f"/console/processes/{scene.process_id}/polls/new"
    form, signed_in = fields_of(client.get(new)) | TYPED, dict(client.cookies)
    ended(web)
    cookies: dict[str, str]
    for data, headers, cookies in (
        ({**form, "token": "forged"}, OURS, {}),
        ({**form, "token": ""}, OURS, {}),
        (form, {"sec-fetch-site": "cross-site"}, {}),
        (form, {"sec-fetch-site": "same-site"}, signed_in),
        (form, {"sec-fetch-site": "none"}, signed_in),
        (form, {}, {}),
        (form, {}, signed_in),
    ):
        english = {"Accept": "text/html", "Accept-Language": "en", **headers}
        asked = httpx.post(web.url + new, data=data, headers=english, cookies=cookies)
        assert asked.status_code == 401 and 'name="kept"' not in asked.text, (headers, cookies)
        assert "fontana" not in asked.text and "could not be kept" in asked.text
    script = httpx.post(web.url + new, data=form, headers={"Accept": "application/json"})
    assert script.status_code == 303, "a page's own script is led to the sign-in page as before"
    links, path = web.deps.links, {"path": new, "fields": [["title-it", "forged"]], "until": 9e9}
    for kept in ("nonsense", links.seal(Purpose.TRIAL, repr(path).encode()), "", "x" * 4000):
        inside = httpx.post(f"{web.url}/console/sign-in?next=/console/ask", data=ACCOUNT | {"kept": kept}, headers=OURS)
        assert inside.status_code == 303 and inside.headers["location"] == "/console/ask"


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
def test_a_seal_that_another_page_sends_is_neither_shown_nor_given_back(
    scene: Scene, sign_in: SignIn, web: RunningWeb, headers: dict[str, str]
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    form = fields_of(client.get(new)) | TYPED
    ended(web)
    kept = fields_of(client.post(new, data=form, headers=OURS))
    wrong = httpx.post(f"{web.url}/console/sign-in", data=kept | ACCOUNT | {"password": "wrong"}, headers=headers)
    assert wrong.status_code == 401 and 'name="kept"' not in wrong.text
    inside = httpx.post(f"{web.url}/console/sign-in", data=kept | ACCOUNT, headers=headers)
    assert inside.status_code == 303 and "Fountain" not in inside.text


def test_what_one_account_wrote_is_neither_shown_to_another_nor_sent_by_it(
    scene: Scene, sign_in: SignIn, web: RunningWeb
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    form = fields_of(client.get(new)) | TYPED
    ended(web)
    other = sign_in("administrator")  # the row of the ended session is gone by now
    client.headers.update({"Accept-Language": "en", **OURS})
    asked = client.post(new, data=form)
    assert 'name="kept"' in asked.text
    other.headers.update(OURS)
    theirs = {"email": "administrator1@example.org", "password": PASSWORD}
    for dropped in (other.post("/console/sign-in", data=fields_of(asked) | theirs), other.post(new, data=form)):
        assert dropped.status_code == 403 and "written by somebody else" in dropped.text
        assert "Fountain" not in dropped.text and "fontana" not in dropped.text
    assert other.get("/console").url.path == "/console", "signed in all the same"
    own = client.post("/console/sign-in", data=fields_of(asked) | ACCOUNT)
    assert own.status_code == 200 and "Fountain?" in own.text


def test_a_form_of_buttons_alone_is_not_kept_and_leads_back_to_its_page(
    scene: Scene, sign_in: SignIn, web: RunningWeb
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    made = client.post(new, data=fields_of(client.get(new)) | TYPED)
    token = fields_of(made, 0)["token"]
    ended(web)
    client.headers.update({"Accept-Language": "en", **OURS})
    asked = client.post(f"{made.url.path}/stage", data={"token": token, "do": "open"})
    assert 'name="kept"' not in asked.text and "come back to its page" in asked.text
    action = str(html.fromstring(asked.text).xpath("string(//main//form/@action)"))
    inside = client.post(action, data=ACCOUNT)
    assert inside.status_code == 200 and inside.url.path == made.url.path


def test_a_form_with_a_file_is_not_kept_and_one_of_yesterday_is_sent_by_nobody(
    scene: Scene, sign_in: SignIn, web: RunningWeb
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/mailings/new"
    form = fields_of(client.get(new)) | {"subject-it": "Un oggetto lungo"}
    ended(web)
    client.cookies.clear()
    english = {"Accept-Language": "en", **OURS}
    sent = client.post(new, data=form, files={"upload": ("plan.pdf", b"%PDF-1.4")}, headers=english)
    assert sent.status_code == 401 and "a file belongs to it" in sent.text and "oggetto" not in sent.text
    empty = client.post(new, data=form, files={"upload": ("", b"")}, headers=english)
    assert 'name="kept"' in empty.text, "a form that could send files and sends none is like any other"
    long = client.post(new, data=form | {"body-it": "x" * 1_000_001}, headers=english)
    assert 'name="kept"' not in long.text and "too long" in long.text
    assert isinstance(web.deps.machine, FixedClock)
    web.deps.machine.advance(timedelta(days=2))
    late = client.post("/console/sign-in", data=fields_of(empty) | ACCOUNT, headers=OURS)
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


def test_what_was_written_is_shown_by_the_names_of_its_fields(database_url: str) -> None:
    fields = {
        "title.2.fr": "Place", "label-it-0": "Rispondi", "theme.17": "Oak", "q15_2_1": "green", "shows-A-en": "A pond",
        "q7.lat": "45.07", "invitation-subject-it": "Votate", "result": "no text", "link": "https://meet.example.org",
        "key": "x7Yk", "kept-A": "9f86d08", "quorum": "30", "do": "save:q15", "title-en": " ", "axis": "green",
    }  # fmt: skip
    assert KeptForm("/console", tuple(fields.items()), 1).written == [
        ("Title", "fr", "Place"),
        ("What stands on it", "it", "Rispondi"),
        ("Theme", "", "Oak"),
        ("Answer", "", "green"),
        ("What it shows", "en", "A pond"),
        ("Answer", "", "45.07"),
        ("Subject", "it", "Votate"),
        ("Address to take part online", "", "https://meet.example.org"),
    ]
    assert not has_text(FormData([("do", "release"), ("token", "t"), ("key", "k"), ("title-it", "")]))


def test_a_field_that_is_typed_into_and_named_nowhere_is_noticed(database_url: str) -> None:
    page = """<form method="get"><input name="find"></form><form method="post">{}</form>"""
    known = '<input name="title-it"><textarea name="q3"></textarea><input type="password" name="password">'
    assert forgotten(page.format(f'{known}<input type="hidden" name="key"><input type="date" name="first">')) == []
    for new in ('<input name="motto">', '<input type="url" name="motto">', '<textarea name="motto"></textarea>'):
        assert forgotten(page.format(known + new)) == ["motto"]


def test_no_test_is_shown_a_page_with_such_a_field(
    scene: Scene, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    assert client.get(new).status_code == 200
    monkeypatch.delitem(WRITTEN, "summary")
    with pytest.raises(AssertionError, match="summary-en"):
        client.get(new)
