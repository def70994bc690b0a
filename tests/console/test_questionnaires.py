"""The console's questionnaires: versions tried out, files checked, nothing stored."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, inspect, select, text

from core.database.database import Database
from core.process.tables import Office
from surveys.responses.tables import FormVersion
from tests.console.conftest import SignIn, enter_console
from tests.console.test_signing import form_token
from tests.responses.scene import FORM, Scene
from tests.support.attachments import png
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

HERE = "/console/questionnaires"
TRY = f"{HERE}/versions/1/try"
BROKEN = "| survey | type | name | label |\n| | text | a | A ${zz} |\n"
STUMBLES = "| survey | type | name | label | relevant |\n| | text | a | A | |\n| | text | b | B | 1 = 2 |\n"


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has, but for what signing in and looking leaves."""

    def work(session):  # type: ignore[no-untyped-def]
        names = inspect(session.connection()).get_table_names()
        return {name: session.scalar(select(func.count()).select_from(text(f'"{name}"'))) for name in names}

    return database.read(work)


def send(client: httpx.Client, name: str, content: bytes) -> httpx.Response:
    return client.post(HERE, data={"token": form_token(client)}, files={"file": (name, content)})


def step(client: httpx.Client, page: httpx.Response, do: str, **fields: str) -> httpx.Response:
    found = re.search(r'name="trial" value="([^"]+)"', page.text)
    action = re.search(r'<form method="post" action="(/console/questionnaires[^"]+)"', page.text)
    assert found and action
    data = {"token": form_token(client), "trial": found[1], "key": "k", "do": do, **fields}
    return client.post(action[1], data=data)


def test_versions_are_tried_out_and_nothing_is_stored(sign_in: SignIn, database: Database) -> None:
    client = sign_in("reader")
    assert "follow-up" in client.get(HERE).text
    before = rows(database)
    page = client.get(TRY)
    assert "Lei è socio?" in page.text
    page = step(client, page, "say", said="sì")
    assert "Da quanti anni?" in page.text
    page = step(client, page, "language:en")
    assert "For how many years?" in page.text
    assert rows(database) == before


def test_a_file_is_explained_and_tried_out(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    before = rows(database)
    broken = send(client, "f.md", BROKEN.encode()).text
    assert "survey, row 3" in broken.replace("row 2", "row 3") and "There is no question named zz" in broken
    assert 'name="trial"' not in broken
    told = send(client, "f.md", STUMBLES.encode())
    assert "It can be tried out, but not published" in told.text and "can never be reached" in told.text
    good = send(client, "f.md", FORM.encode())
    assert "Lei è socio?" in step(client, good, "restart").text
    assert "For how many years?" in step(client, step(client, good, "language:en"), "say", said="yes").text
    assert rows(database) == before


def test_a_form_is_checked_with_the_files_beside_it(sign_in: SignIn) -> None:
    client = sign_in()
    form = "| survey | type | name | label | media::image |\n| | select_one_from_file towns.csv | a | A | map.png |\n"
    data, sent = {"token": form_token(client)}, ("file", ("f.md", form.encode()))
    alone = client.post(HERE, data=data, files=[sent]).text
    assert "towns.csv" in alone and "map.png was not sent" in alone and "Ivrea" not in alone
    beside = [("towns.csv", b"name,label\nivrea,Ivrea\nsusa,Susa\n"), ("f-media\\map.png", png(2, 2))]
    whole = client.post(HERE, data=data, files=[sent, *(("beside", one) for one in beside)]).text
    assert "Ivrea" in whole and "was not sent" not in whole


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x00\xff" * 50, b"<x/>" * 10])
def test_what_is_no_questionnaire_is_said_to_be_none(sign_in: SignIn, content: bytes) -> None:
    client = sign_in()
    for name in ("f.xlsx", "f.md", "f.xml", "../../x.exe"):
        answer = send(client, name, content)
        assert answer.status_code in (200, 400), name
        assert "Traceback" not in answer.text and 'name="trial"' not in answer.text


def test_without_a_file(sign_in: SignIn) -> None:
    client = sign_in()
    assert client.post(HERE, data={"token": form_token(client)}).status_code == 400


def test_another_office_sees_none_of_it(sign_in: SignIn, scene: Scene, database: Database) -> None:
    scene.insert(Office, slug="village", name="Village", kind="municipality")
    client = sign_in("administrator", "village")
    assert "follow-up" not in client.get(HERE).text
    assert client.get(TRY).status_code == 404
    assert client.get(f"{HERE}/versions/99/try").status_code == 404
    assert client.get(f"{HERE}/trial").url.path == HERE
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(FormVersion))) == 1


def test_a_trial_of_one_form_opens_no_other(sign_in: SignIn, scene: Scene) -> None:
    client = sign_in()
    uploaded = send(client, "f.md", STUMBLES.encode())
    found = re.search(r'name="trial" value="([^"]+)"', uploaded.text)
    assert found
    data = {"token": form_token(client), "trial": found[1], "key": "k", "do": "say", "said": "x"}
    assert "Lei è socio?" in client.post(TRY, data=data).text, "it begins anew"
    assert scene.form_version_id == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_pages_are_accessible_and_fit(sign_in: SignIn, web: RunningWeb, browser: Browser, tmp_path: Path) -> None:
    sign_in()
    file = tmp_path / "f.md"
    file.write_text(STUMBLES)
    for narrow in (False, True):
        with page_of(browser, narrow=narrow, language="en-GB") as page:
            enter_console(page, web)
            page.goto(web.url + HERE)
            assert violations(page) == []
            assert overflow(page) <= 0
            page.get_by_label(re.compile("XLSForm")).set_input_files(file)
            page.get_by_role("button", name="Check").click()
            page.get_by_text("Nothing that you enter here is stored").wait_for()
            assert violations(page) == []
            assert overflow(page) <= 0
