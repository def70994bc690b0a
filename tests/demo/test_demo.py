"""The demo played in a browser by three people: in chat and on the web, on the web alone, in the office."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from cli.demo_world import ENVIRONMENT, EXAMPLE, STAFF
from tests.demo.chatting import DONE, PAUSE, Chatting
from tests.demo.filling import Wishes, fill_in, press
from tests.demo.running import Demo, running_demo, until
from tests.demo.scanner import scan
from tests.support.browser import chromium, page_of, violations

PICTURES = {
    "letter": {"width": 760, "height": 980},
    "chat": {"width": 460, "height": 900},
    "web": {"width": 460, "height": 900},
    "console": {"width": 640, "height": 900},
}
expect.set_options(timeout=30_000)
MESSAGES = EXAMPLE / "messages"
INVITATION, REMINDER = "follow-up-invitation", "follow-up-reminder"
BY_CHAT_AND_WEB = "livio.chiaralti@regione-piemonte.example.org"
BY_WEB = "marta.vallescura@citta-di-torino.example.org"
BLOCKS = "rosa.poggioli@anci-piemonte.example.org"
LEAVES = "mauro.lagorossi@uncem-piemonte.example.org"
ONLY_JOINS = "alfio.lunalta@bioindustry-park.example.org"
AXES = [
    "Salute", "Mobilità sostenibile", "Istruzione e ricerca", "Inclusione e coesione",
    "Rivoluzione verde e transizione ecologica", "Digitalizzazione, innovazione, competitività e cultura",
]  # fmt: skip
CHANGE = "Più treni la sera, ma ancora pochi autobus nelle valli."
PROPOSAL = "Un ambulatorio mobile che passi ogni settimana nei Comuni più piccoli."
REST: Wishes = {
    "Quanto è stato utile": "5",
    "Quali assi del Piano ha seguito": ["Salute", "Mobilità sostenibile"],
    "Quale cambiamento": CHANGE,
    "Metta in ordine": AXES,
    "Perché mette al primo posto «Salute»": "Perché le cure sono lontane.",
    "Asse «Salute»": "Cure vicine a casa",
    "Asse «Mobilità sostenibile»": "Trasporto nelle valli e nelle colline",
    "Ha un'idea": "Sì",
    "Descriva la Sua proposta": PROPOSAL,
    "A quale asse appartiene": "Salute",
    "Chi dovrebbe essere coinvolto": ["Regione"],
    "Da quando": "2025-03-01",
    "Quanto potrebbe costare": "0,5",
    "Nel complesso": "In parte",
    "Su quali assi vi sono": ["Istruzione e ricerca"],
    "Come vorrebbe": ["Un'intervista"],
    "Confermo": ["Confermo"],
}
BEGINNING: Wishes = {
    "In quale veste": "Terzo settore",
    "In quale zona": "5 Pinerolese",
    "Da quanti anni": "3",
    "A quali momenti": ["Incontri online"],
    "Quanto conosce": "1",
}
WHOLE: Wishes = {
    **BEGINNING,
    **REST,
    "Ha un'idea": "No",
    "Quale cambiamento": "Nessuno",
    "Come vorrebbe": ["Sondaggi rapidi"],
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.timeout(480)
def test_three_people_play_the_demo(demo: Demo, browser: Browser) -> None:
    invited = demo.settles(INVITATION)
    assert set(invited) <= {("sent", "email", ""), ("skipped", "", "no-address")}, invited
    _is_scanned(demo)
    _commands_speak_to_it(demo)
    _replies_by_mail(demo, browser)
    _answers_in_chat_and_on_the_web(demo, browser)
    _answers_on_the_web_without_scripts(demo, browser)
    _only_joins(demo, browser, ONLY_JOINS, 2)
    _only_joins(demo, browser, BLOCKS, 3).blocks()
    _leaves(demo)
    _office_looks(demo, browser)
    demo.move_to(demo.due(REMINDER))
    _reminded(demo)


def _is_scanned(demo: Demo) -> None:
    """Filters of mail systems open every link before the person does: nothing may come of it."""
    before = demo.everything()
    for address in (BY_WEB, LEAVES):
        (letter,) = demo.letters(address)
        headers = dict(demo.letter(letter["id"])["headers"])
        seen = scan(demo.http, [*letter["links"], headers["List-Unsubscribe"].strip("<>")])
        opened = {urlsplit(one).path.split("/")[1] for one, status in seen.items() if status == 200}
        assert {"q", "preferences", "unsubscribe"} <= opened, opened
        assert all(status < 500 for status in seen.values()), seen
    after = demo.everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


def _commands_speak_to_it(demo: Demo) -> None:
    """After the one line that the demo prints, in any folder and with nothing else set."""
    line = f". {demo.folder / ENVIRONMENT}"
    assert line in (demo.folder.parent / "demo.log").read_text().replace("\n", " ")
    bare = {"PATH": "/usr/bin:/bin", "LC_ALL": "it", "COLUMNS": "200", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = ["sh", "-c", f"{line} && ascolto plan"]
    asked = subprocess.run(command, cwd="/", env=bare, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    assert REMINDER in asked.stdout
    assert "autorizzata" in asked.stdout
    assert (demo.folder / ENVIRONMENT).stat().st_mode & 0o077 == 0, "it holds the secret"


def _replies_by_mail(demo: Demo, browser: Browser) -> None:
    """What is written below a mail in its inbox reaches the office."""
    (letter,) = demo.letters(LEAVES)
    with page_of(browser) as page:
        page.goto(f"{demo.url}/mail/inbox/{LEAVES}/{letter['id']}")
        page.get_by_label("Che cosa risponde").fill("Quando si tiene il prossimo incontro?")
        page.get_by_role("button", name="Inviare la risposta").click()
        page.get_by_text("è in viaggio").wait_for()
        fine(page)
    until(lambda: any("prossimo incontro" in row for row in demo.everything()["incoming_mail"]))


def _answers_in_chat_and_on_the_web(demo: Demo, browser: Browser) -> None:
    with page_of(browser) as page:
        page.goto(f"{demo.url}/sandbox")
        fine(page)
        _opens(page, f"a[href$='{BY_CHAT_AND_WEB}']")
        fine(page)
        _opens(page, "main li a")
        fine(page, "letter")
        chat = _follow(page, "Rispondere in Telegram")
        fine(chat)
        chat.locator("main a.button").click()  # somebody new
        _answers_in_chat(Chatting(chat))
        web = _follow(page, "Rispondere al questionario")
        asked = fill_in(web, REST, lambda shown: fine(shown, "web" if _asks(shown, "Chi dovrebbe") else ""))
        asked = [label for label in asked if label]
        assert asked[0].startswith("Quanto è stato utile"), "the pages go on where the chat stopped"
        expect(web.locator("main")).to_contain_text("Incontri pubblici")  # said in chat, shown here
        press(web, "submit")
        fine(web)
        expect(web.locator("main")).to_contain_text(PROPOSAL)
        assert not page.__dict__["told_errors"]


def _answers_in_chat(chat: Chatting) -> None:
    chat.starts()
    chat.sees("Lei ha preso parte")
    fine(chat.page)
    chat.does(DONE)
    chat.sees("In quale veste risponde?")
    chat.presses("Dipendente di un ente pubblico")
    chat.sees("In quale zona omogenea")
    chat.presses("1 Torino")
    chat.sees("Quanti abitanti")
    chat.presses("Più di 15.000")
    chat.sees("Da quanti anni")
    chat.types("settantuno")
    chat.sees("⚠️")
    chat.types("12")
    chat.sees("A quali momenti")
    chat.ticks("Incontri pubblici")
    chat.ticks("Interviste")
    fine(chat.page, "chat")
    chat.does(DONE)
    chat.sees("Quanto conosce")
    chat.presses("4")
    chat.sees("Quanto è stato utile")
    chat.does(PAUSE)
    chat.sees("⏸")
    fine(chat.page)


def _answers_on_the_web_without_scripts(demo: Demo, browser: Browser) -> None:
    with page_of(browser, script=False) as page:
        page.goto(_link(demo, BY_WEB, "/q/"))
        fill_in(page, WHOLE, lambda _: None)
        press(page, "submit")
        expect(page.locator("main")).to_contain_text("Terzo settore")


def _only_joins(demo: Demo, browser: Browser, address: str, number: int) -> Chatting:
    """Somebody new whose chat shows the first question; the window stays open with the browser."""
    page = browser.new_page()
    page.goto(_link(demo, address, "start="))
    page.locator("main a.button").click()
    assert page.url.partition("?")[0].endswith(f"/{number}")
    chat = Chatting(page)
    chat.starts()
    chat.sees("Lei ha preso parte")
    return chat


def _leaves(demo: Demo) -> None:
    """As a mail program does when its button is pressed (RFC 8058)."""
    headers = dict(demo.letter(demo.letters(LEAVES)[0]["id"])["headers"])
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = demo.http.post(headers["List-Unsubscribe"].strip("<>"), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, answer.text


def _office_looks(demo: Demo, browser: Browser) -> None:
    with page_of(browser) as page:
        page.goto(f"{demo.url}/console")
        fine(page)
        page.locator("input[name=email]").fill(STAFF.email)
        page.locator("input[name=password]").fill(STAFF.password)
        _opens(page, "main button[type=submit]")
        fine(page)
        _opens(page, "main a[href^='/console/processes/']")
        fine(page, "console")
        figures = page.locator("main .figures").first
        invited = sum(demo.states(INVITATION).values())
        assert [int(one) for one in re.findall(r"\d+", figures.inner_text())[:3]] == [invited, 2, 2]
        _opens(page, "main a[href^='/console/rounds/']")
        fine(page)
        expect(page.locator("main")).to_contain_text(PROPOSAL)
        assert page.locator("main .chart svg").count() > 5
        _check_rows(list(csv.reader(io.StringIO(_download(page, "csv").read_text("utf-8-sig")))))
        sheet = load_workbook(io.BytesIO(_download(page, "xlsx").read_bytes()), read_only=True).worksheets[0]
        _check_rows([["" if cell is None else str(cell) for cell in row] for row in sheet.values])
        page.goto(f"{demo.url}/console/audit")
        fine(page)


def _check_rows(rows: list[list[str]]) -> None:
    answers = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    (first,) = [row for row in answers if row["capacity"] == "public_staff"]
    (second,) = [row for row in answers if row["capacity"] == "third_sector"]
    kept = {name: first[name] for name in ("zone", "years", "took_part_in", "knowledge", "usefulness", "change_seen")}
    assert kept == {
        "zone": "z1", "years": "12", "took_part_in": "public interview", "knowledge": "4", "usefulness": "5",
        "change_seen": CHANGE,
    }  # fmt: skip
    assert first["axes_ranked"] == "health mobility education inclusion green digital"
    assert (first["proposal"], second["proposal"]) == (PROPOSAL, "")
    assert (second["zone"], second["usefulness"]) == ("z5", "")


def _download(page: Page, form: str) -> Path:
    with page.expect_download() as download:
        page.locator(f"form[action$='export.{form}'] button").click()
    return Path(download.value.path())


def _reminded(demo: Demo) -> None:
    """Everybody who has not answered, once, where they are reached; nobody else."""
    found = demo.settles(REMINDER)
    invited = demo.states(INVITATION)["sent", "email", ""]
    assert found["sent", "telegram", ""] == 1, found
    assert found["sent", "email", ""] == invited - 4, found  # two have answered, one has left, one is told in chat
    subjects = {_subject(text) for text in MESSAGES.glob(f"{REMINDER}.*.md")}
    got = Counter(mail["to"][0] for mail in demo.all_mail() if mail["subject"] in subjects)
    assert len(got) == invited - 4 and set(got.values()) == {1}
    assert not {BY_CHAT_AND_WEB, BY_WEB, LEAVES, ONLY_JOINS}.intersection(got)
    assert len(demo.letters(BLOCKS, REMINDER)) == 1, "who has blocked the bot is told by e-mail"
    subject = demo.letters(BLOCKS, REMINDER)[0]["subject"]
    told = [one for one in demo.chat(2) if one["from"] == "bot" and subject in one["text"]]
    assert len(told) == 1, demo.chat(2)


def _asks(page: Page, beginning: str) -> bool:
    heading = page.locator("main h1").first
    return heading.count() > 0 and heading.inner_text().strip().startswith(beginning)


def _subject(text: Path) -> str:
    return next(line.partition(": ")[2] for line in text.read_text("utf-8").splitlines() if line.startswith("subject"))


def _link(demo: Demo, address: str, contains: str) -> str:
    (letter,) = demo.letters(address)
    return str(next(link for link in letter["links"] if contains in link))


def _opens(page: Page, link: str) -> None:
    """Presses the first of such links, and waits for its page: the one before still answers for a moment."""
    with page.expect_navigation():
        page.locator(link).first.click()


def _follow(page: Page, label: str) -> Page:
    """Presses a button of a mail; it opens a window of its own."""
    with page.expect_popup() as opened:
        page.frame_locator("iframe.letter").get_by_role("link", name=label).click()
    opened.value.wait_for_load_state()
    return opened.value


def fine(page: Page, picture: str = "") -> None:
    """The page passes axe; where ASCOLTO_PICTURES names a folder, a picture of it is kept."""
    assert violations(page) == [], page.url
    if picture and (folder := os.environ.get("ASCOLTO_PICTURES")):
        whole = page.viewport_size
        assert whole is not None
        page.set_viewport_size(PICTURES[picture])  # type: ignore[arg-type]
        page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
        if log := page.query_selector("#log"):
            log.evaluate("log => log.scrollTop = log.scrollHeight")
        page.screenshot(path=Path(folder) / f"{picture}.png")
        page.set_viewport_size(whole)
