"""Pictures and attachments of a mailing, from the form to what its readers will see."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from core.database.database import Database
from core.process.tables import Office
from core.tables import FileContent
from notifications.ledger.files import files_of
from notifications.ledger.tables import Mailing, MailingText
from tests.console.conftest import SignIn, enter_console
from tests.console.test_mailings import NEW, Tried, form, languages_of, tried, web
from tests.console.test_pages import text_of
from tests.console.test_signing import form_token
from tests.responses.scene import Scene
from tests.support.attachments import HTML, PDF, png
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["tried", "web"]  # fixtures
BODY = "Gentile **{{ name }}**,\n\n![La mappa & il resto](mappa.png)"
MAP, PAPER = ("mappa.png", png(30, 20)), ("Programma.pdf", PDF)

Sent = Sequence[tuple[str, bytes]]


def send(client: Any, database: Database, path: str, sent: Sent, **values: Any) -> Any:
    """Posts the form as a browser does, with files."""
    files = [("upload", (name, content)) for name, content in sent] or [("upload", ("", b""))]
    return client.post(path, data=form(client, languages_of(database), **values), files=files)


def words(answer: Any) -> str:
    return " ".join(html.unescape(answer.text).split())


def bodies(database: Database) -> dict[str, str]:
    return {f"body-{language}": BODY for language in languages_of(database)}


def kept(database: Database) -> dict[str, str]:
    newest = select(func.max(Mailing.id))
    found = database.read(lambda s: files_of(s, s.scalars(newest).one() or 0))
    return {name: file.media_type for name, file in found.items()}


def test_they_are_kept_shown_and_tried(sign_in: SignIn, database: Database, tried: Tried) -> None:
    client = sign_in()
    answer = send(client, database, NEW, [MAP, PAPER], **bodies(database))
    assert answer.url.path.endswith("/review"), text_of(answer)
    assert kept(database) == {"mappa.png": "image/png", "Programma.pdf": "application/pdf"}
    page, here = answer.url.path, answer.url.path.replace("review", "")
    assert f'<img src="{here}files/mappa.png" alt="La mappa &amp; il resto">' in answer.text
    assert f'href="{here}files/Programma.pdf"' in answer.text
    picture = client.get(f"{here}files/mappa.png")
    assert (picture.content, picture.headers["content-type"]) == (MAP[1], "image/png")
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.headers["content-disposition"].startswith("attachment")
    assert client.get(f"{here}files/none.png").status_code == 404
    sample = client.get(f"{here}sample/it")
    assert "data:image/png;base64,iVBOR" in sample.text
    assert "cid:" not in sample.text
    client.post(f"{here}try", data={"token": form_token(client), "language": "it"})
    message = email.message_from_bytes(tried[0].whole, policy=email.policy.default)
    assert {part.get_filename() for part in message.walk()} == {None, "mappa.png", "Programma.pdf"}
    assert client.get(page).status_code == 200


def test_adding_files_keeps_what_was_typed_and_no_mailing_yet(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    answer = send(client, database, NEW, [MAP, PAPER], **bodies(database), stay="yes")
    assert (answer.status_code, kept(database)) == (200, {})
    assert "come va" not in answer.text and "La mappa &amp; il resto" in answer.text
    assert "mailing itself is not kept yet" in answer.text
    assert "![what it shows](mappa.png)" in answer.text
    carried = re.findall(r'name="file" value="([^"]+)"', answer.text)
    assert [one.split(" ", 1)[1] for one in carried] == ["mappa.png", "Programma.pdf"]
    ticked = re.findall(r'name="attach-(\w+)" value="([^"]+)" checked', answer.text)
    assert ticked == [(language, "Programma.pdf") for language in languages_of(database)]
    attached = {f"attach-{language}": "Programma.pdf" for language in languages_of(database)}
    answer = send(client, database, NEW, [], **bodies(database), file=carried, **attached)
    assert answer.url.path.endswith("/review"), text_of(answer)
    assert sorted(kept(database)) == ["Programma.pdf", "mappa.png"]


def test_a_mistake_elsewhere_loses_no_file(sign_in: SignIn, database: Database) -> None:
    answer = send(sign_in(), database, NEW, [MAP], **bodies(database) | {"audience": ""})
    assert answer.status_code == 400
    assert "choose an audience" in answer.text
    assert re.findall(r'name="file" value="\w{64} mappa.png"', answer.text)


def test_they_are_taken_away_and_replaced(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    page = send(client, database, NEW, [MAP, PAPER], **bodies(database)).url.path
    edit = page.replace("review", "edit")
    shown = client.get(edit).text
    carried = re.findall(r'name="file" value="([^"]+)"', shown)
    assert len(carried) == 2
    (revision,) = re.findall(r'name="revision" value="([^"]+)"', shown)
    standing = {"file": carried, "revision": revision, "remove": "mappa.png"}
    missing = send(client, database, edit, [], **bodies(database), **standing)
    assert missing.status_code == 400
    assert "shows the file mappa.png" in words(missing)
    plain = {f"body-{language}": "Buongiorno." for language in languages_of(database)}
    newer = ("Programma.pdf", PDF + b"newer")
    answer = send(client, database, edit, [newer], **plain, **standing)
    assert answer.url.path == page
    assert kept(database) == {"Programma.pdf": "application/pdf"}
    assert client.get(page.replace("review", "files/Programma.pdf")).content == newer[1]
    attachments = database.read(lambda s: s.scalars(select(MailingText.attachments).where(MailingText.mailing_id > 1)))
    assert list(attachments) == [["Programma.pdf"]] * len(languages_of(database))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("mappa.png", HTML), "is not what its name says"),
        (("mappa.png", b""), "is not what its name says"),
        (("a.exe", b"MZ"), "cannot go with a mailing"),
        (("page.html", HTML), "cannot go with a mailing"),
        (("noending", PDF), "cannot be the name of a file"),
        (("mappa.png", png(300, 10)), "cannot be shown in Telegram"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the form
def test_what_cannot_go_is_said(sign_in: SignIn, database: Database, sent: tuple[str, bytes], said: str) -> None:
    before = database.read(lambda s: s.scalar(select(func.count()).select_from(Mailing)))
    answer = send(sign_in(), database, NEW, [sent], **bodies(database))
    assert answer.status_code == 400
    assert said in words(answer)
    assert "<script>alert" not in answer.text
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Mailing))) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the form
def test_names_that_would_lead_elsewhere_become_plain_ones(sign_in: SignIn, database: Database) -> None:
    sent = [("../../etc/passwd.pdf", PDF), ('a"b\u2028c.pdf', PDF), ("C:\\x\\Città è.pdf", PDF)]
    answer = send(sign_in(), database, NEW, sent)
    assert answer.url.path.endswith("/review"), text_of(answer)
    assert sorted(kept(database)) == ["Città è.pdf", "a-b-c.pdf", "passwd.pdf"]


@pytest.mark.parametrize("carried", ["x", "0" * 64 + " a.pdf", "' OR 1=1 a.pdf", "", " ", "\x01" * 64])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the form
def test_a_form_that_names_what_is_not_there_brings_nothing(sign_in: SignIn, database: Database, carried: str) -> None:
    answer = send(sign_in(), database, NEW, [], file=carried)
    assert answer.url.path.endswith("/review"), text_of(answer)
    assert kept(database) == {}


def test_what_is_too_large_is_refused_before_it_is_read(sign_in: SignIn, database: Database) -> None:
    answer = send(sign_in(), database, NEW, [("big.pdf", PDF + bytes(2_000_000))])
    assert answer.status_code == 413
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(FileContent))) == 0


def test_a_form_that_is_not_ours_keeps_no_file(sign_in: SignIn, database: Database) -> None:
    answer = send(sign_in(), database, NEW, [PAPER], token="forged")
    assert answer.status_code == 403
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(FileContent))) == 0


def test_another_office_and_another_role_see_no_file(sign_in: SignIn, scene: Scene, database: Database) -> None:
    page = send(sign_in(), database, NEW, [PAPER]).url.path
    path = page.replace("review", "files/Programma.pdf")
    scene.insert(Office, slug="other", name="Other", kind="municipality")
    assert sign_in(office="other").get(path).status_code == 404
    assert sign_in("reader").get(path).status_code in {403, 404}
    assert sign_in("reviewer").get(path).content == PDF


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_a_clerk_adds_a_picture_in_the_browser(
    sign_in: SignIn, web: RunningWeb, browser: Browser, database: Database
) -> None:
    sign_in()
    with page_of(browser, narrow=True, language="en-GB") as page:
        enter_console(page, web)
        page.goto(f"{web.url}{NEW}")
        page.get_by_label("Audience").select_option("Everybody")
        page.get_by_label("Add files").set_input_files({"name": MAP[0], "mimeType": "image/png", "buffer": MAP[1]})
        page.get_by_role("button", name="Add or remove files").click()
        page.get_by_text("![what it shows](mappa.png)").first.wait_for()
        assert violations(page) == []
        assert overflow(page) <= 0
        for number in range(len(languages_of(database))):
            page.get_by_label("Subject").nth(number).fill("News")
            page.get_by_label("Text", exact=True).nth(number).fill("![A blue square](mappa.png)")
        page.get_by_label("Counted from").select_option("Analysis: opens")
        page.get_by_label("Subject").first.press("Enter")
        page.get_by_role("heading", name="News", level=1).wait_for()
        inside = page.frame_locator("iframe").first
        inside.get_by_alt_text("A blue square").wait_for()
        assert inside.get_by_alt_text("A blue square").evaluate("image => image.naturalWidth") == 30
        shown = page.get_by_alt_text("A blue square").first
        assert shown.evaluate("image => image.naturalWidth") == 30
        assert violations(page) == []
        assert overflow(page) <= 0
