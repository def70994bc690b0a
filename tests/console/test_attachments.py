"""Files that people sent, as staff see them: safely, by role and office, and in the audit log."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from cli.results import app
from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Office
from core.staff.tables import AuditEntry
from surveys.engine.inputs import Fill, Review, Submit
from surveys.responses import attachment_store as store
from surveys.responses import service
from surveys.responses.attachment_store import Arrival
from surveys.responses.attachments import PART, Announced, examine, expect, look_through
from surveys.responses.service import Request
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Attachment
from surveys.results import attachments
from tests.console.conftest import SignIn
from tests.console.test_signing import form_token
from tests.responses.desk import Desk
from tests.responses.scene import Scene, build
from tests.support.attachments import HTML, PDF, media_form, png
from tests.support.web import RunningWeb

PAPER = PDF + bytes(2 * PART)


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    """Somebody sent a picture and a paper; somebody else a page as a paper, and has a voice still to be fetched."""
    made = build(database, clock.now(), media_form("picture", "sound", "paper"))
    desk = Desk(made, FormShelf())
    first, second = (desk.begin(made.participant()).response_id for _ in range(2))
    give(desk, first, "picture", "a.png", png(8, 8))
    give(desk, first, "paper", "Relazione.pdf", PAPER)
    give(desk, second, "paper", "page.html", HTML)
    made.database.write(lambda session: announce(session, desk, second))
    for response in (first, second):
        for given in (Review(), Submit()):
            desk.give(response, given)
    return made


def give(desk: Desk, response_id: int, name: str, file_name: str, content: bytes) -> None:
    kind = next(one.kind for one in desk.current(response_id).form.questions() if one.name == name)
    new = examine(look_through(io.BytesIO(content)), kind, file_name, 20)

    def work(session: Session) -> None:
        named = store.keep(session, Arrival(response_id, desk.scene.now, "web"), new)
        request = Request(response_id, Fill({f"/data/{name}": named}), "web")
        service.answer(session, desk.shelf, request, desk.scene.now)

    desk.scene.database.write(work)


def announce(session: Session, desk: Desk, response_id: int) -> None:
    kind = next(one.kind for one in desk.current(response_id).form.questions() if one.name == "sound")
    coming = expect(Announced("f", "u", 10, "", "audio/ogg"), kind, 5, 20)
    named = store.keep_coming(session, Arrival(response_id, desk.scene.now, "telegram"), coming)
    request = Request(response_id, Fill({"/data/sound": named}), "telegram")
    service.answer(session, desk.shelf, request, desk.scene.now)


def kept(scene: Scene) -> dict[str, Attachment]:
    found = scene.database.read(lambda s: s.scalars(select(Attachment)).all())
    return {one.name.partition("-")[0]: one for one in found}


def address(one: Attachment) -> str:
    return f"/console/rounds/1/attachments/{one.id}"


def audit(scene: Scene) -> list[tuple[str, str]]:
    rows = scene.database.read(lambda s: s.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
    return [(one.act, one.subject) for one in rows if "attachment" in one.subject or "round" in one.subject]


def tree(text: str) -> Any:
    return html.fromstring(text)


def test_a_question_lists_its_files(scene: Scene, sign_in: SignIn) -> None:
    page = tree(sign_in().get("/console/rounds/1").text)
    lists = page.xpath("//ul[@class='files']")
    told = [" ".join(one.text_content().split()) for one in lists]
    assert len(told) == 3
    assert "Show the picture" in told[0]
    assert "still to be fetched from Telegram · response 2" in told[1]
    assert "1 MB · response 1" in told[2]
    links = [one.get("href") for one in lists[2].xpath(".//a")]
    assert links == [address(kept(scene)["Relazione"]), address(kept(scene)["page"])]
    assert page.xpath("//img/@src") == [address(kept(scene)["a"])], "only what is a picture is drawn"
    assert not page.xpath("//ul[@class='quotes']"), "names of files are no texts"


def test_a_file_is_handed_out_as_a_download_that_runs_nowhere(scene: Scene, sign_in: SignIn) -> None:
    client, files = sign_in(), kept(scene)
    paper = client.get(address(files["Relazione"]))
    assert paper.content == PAPER
    page = client.get(address(files["page"]))
    assert (page.content, page.headers["content-type"]) == (HTML, "text/plain; charset=utf-8")
    for answer, one in ((paper, files["Relazione"]), (page, files["page"])):
        assert answer.headers["content-disposition"] == f'attachment; filename="{one.name}"'
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert files["page"].name.endswith(".txt")
    opened = [("attachment.opened", f"attachment:{files[name].id}") for name in ("Relazione", "page")]
    assert audit(scene) == opened
    assert "file opened" in client.get("/console/audit").text


def test_what_is_not_here_is_said_so(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in()
    assert client.get(address(kept(scene)["audio"])).status_code == 404
    assert client.get("/console/rounds/1/attachments/999").status_code == 404
    other = scene.round("other")
    assert client.get(f"/console/rounds/{other}/attachments/{kept(scene)['a'].id}").status_code == 404
    assert audit(scene) == []


def test_only_those_who_may_export_get_files(scene: Scene, sign_in: SignIn) -> None:
    reader = sign_in("reader")
    page = reader.get("/console/rounds/1")
    assert kept(scene)["Relazione"].name in page.text
    assert not tree(page.text).xpath("//ul[@class='files']//a | //img | //form[contains(@action, 'files.zip')]")
    assert reader.get(address(kept(scene)["a"])).status_code == 403
    token = {"token": form_token(reader)}
    assert reader.post("/console/rounds/1/files.zip", data=token).status_code == 403
    scene.insert(Office, slug="elsewhere", name="Elsewhere", kind="municipality")
    stranger = sign_in("administrator", "elsewhere")
    assert stranger.get(address(kept(scene)["a"])).status_code == 404
    assert audit(scene) == []


def test_nobody_gets_a_file_without_signing_in(scene: Scene, web: RunningWeb, sign_in: SignIn) -> None:
    client = sign_in()
    client.cookies.clear()
    answer = client.get(address(kept(scene)["a"]))
    assert answer.url.path == "/console/sign-in"
    assert audit(scene) == []


def test_all_files_of_a_round_come_in_one_archive(
    scene: Scene, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(attachments, "PAGE", 1)
    client, files = sign_in(), kept(scene)
    answer = client.post("/console/rounds/1/files.zip", data={"token": form_token(client)})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        wanted = {f"1/{files['a'].name}", f"1/{files['Relazione'].name}", f"2/{files['page'].name}"}
        assert set(archive.namelist()) == wanted
        assert archive.read(f"1/{files['Relazione'].name}") == PAPER
    assert audit(scene) == [("results.exported", "round:1")]


def test_the_command_writes_them_beside_the_answers(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    url = scene.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", url.replace("+psycopg", ""))
    output, archive = tmp_path / "answers.csv", tmp_path / "files.zip"
    arguments = ["follow-up-2023", "--output", str(output), "--attachments", str(archive)]
    done = CliRunner().invoke(app, ["export", *arguments])
    assert done.exit_code == 0, done.output
    assert "3 files are in" in done.output
    assert "1 file has not been fetched" in done.output
    with zipfile.ZipFile(archive) as found:
        told = output.read_text(encoding="utf-8-sig")
        assert all(name.partition("/")[2] in told for name in found.namelist())
        assert len(found.namelist()) == 3
    entry = scene.database.read(lambda s: s.scalars(select(AuditEntry)).one())
    assert entry.details == {"format": "csv", "files": 3}


def test_the_picture_is_drawn_when_it_is_asked_for(
    scene: Scene, web: RunningWeb, sign_in: SignIn, browser: Browser
) -> None:
    client = sign_in()
    context = browser.new_context(base_url=web.url)
    context.add_cookies([{"name": one.name, "value": one.value or "", "url": web.url} for one in client.cookies.jar])
    page = context.new_page()
    page.goto("/console/rounds/1")
    assert audit(scene) == [], "nothing is opened before it is looked at"
    with page.expect_response(lambda answer: "/attachments/" in answer.url):
        page.click("text=Show the picture")
    drawn = page.locator(".files img").evaluate("async (one) => { await one.decode(); return one.naturalWidth; }")
    assert drawn == 8
    assert audit(scene) == [("attachment.opened", f"attachment:{kept(scene)['a'].id}")]
    context.close()


def test_a_long_list_says_how_many_more_there_are(scene: Scene) -> None:
    files = scene.database.read(lambda s: attachments.files_by_question(s, 1, most=1))
    assert [(len(files[ref].listed), files[ref].more) for ref in sorted(files)] == [(1, 1), (1, 0), (1, 0)]
