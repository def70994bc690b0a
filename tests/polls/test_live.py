"""The screen of a room in a browser: results move while votes come over HTTP, keys lead it, words are read first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.process.room.asking import Voice
from core.process.room.moderating import PIN, moderate
from core.process.room.rooms import load_room
from surveys.polls.ballot import Choice
from surveys.polls.heard import SHOWN, answers_of, judge
from surveys.polls.kinds import Counting, Kind, Secrecy, Shown
from surveys.polls.poll import Definition, Option, Poll
from surveys.polls.voters import Voter
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.polls.recount import recount
from tests.polls.scene import add, define, named, vote
from tests.responses.scene import Scene
from tests.room.hall import DURING, open_room, put
from tests.support.browser import overflow, page_of, violations, widths
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
THEMES = {
    "A": "Park", "B": "Square", "C": "Schools, nurseries and what children need on their way there",
    "D": "The river and its banks", "E": "Trains and buses in the evening", "F": "Doctors in the mountain valleys",
    "G": "Fibre to every village of the metropolitan area", "H": "Work for young people in all the zones",
}  # fmt: skip
BEAMER, HALL = {"width": 1024, "height": 768}, {"width": 1920, "height": 1080}
SEEN = os.environ.get("SCREENS_TO", "")  # a folder for who wants to look
LIMIT = 15_000  # milliseconds that a screen has to follow, on a busy machine
# The page is drawn anew as its size changes; it may evaluate no text, so that this is a function that looks itself.
UNTIL_IT_FITS = """limit => new Promise(done => {
    const look = () => document.documentElement.scrollHeight <= window.innerHeight ? done(true)
        : performance.now() > limit + begun ? done(false) : requestAnimationFrame(look);
    const begun = performance.now();
    look();
})"""


@dataclass(frozen=True)
class Hall:
    """A room with its screen, at which somebody is signed in, and a second device in the organiser's hand."""

    scene: Scene
    web: RunningWeb
    browser: Browser
    staff: httpx.Client
    code: str
    event_id: int

    def poll(self, new: Definition, slug: str) -> Poll:
        return add(self.scene, replace(new, walk_ins=True, event_id=self.event_id), slug, opened=False)

    @contextmanager
    def pages(self) -> Iterator[tuple[Page, Page]]:
        """The screen and the remote."""
        with page_of(self.browser, language="en-GB") as screen, page_of(self.browser, language="en-GB") as remote:
            for page in (screen, remote):
                page.set_default_timeout(LIMIT)
                enter_console(page, self.web)
            screen.goto(f"{self.web.url}/live/event/{self.code}")
            yield screen, remote
            assert screen.__dict__["told_errors"] == remote.__dict__["told_errors"] == []

    def asks(self, number: int) -> int:
        """Somebody in the room asks something; it has some length."""
        words = (
            f"Question {number}: when do we hear what becomes of all that was said in this hall, and who decides it?"
        )
        room = self.scene.database.read(lambda s: load_room(s, self.event_id))
        return put(self.scene.database, room, Voice(browser=f"phone-{number}"), words)

    def answers(self, question: int) -> None:
        self.scene.database.write(lambda s: moderate(s, self.event_id, question, PIN))

    def vote(self, poll: Poll, **chosen: str) -> None:
        """Somebody in the room votes with a browser of their own."""
        with httpx.Client(base_url=self.web.url, follow_redirects=True, timeout=60) as phone:
            phone.get(f"/v/{poll.code}")
            said = phone.post(f"/v/{poll.code}", data=chosen, headers={"Accept-Language": "en"})
            assert "has been counted" in said.text


@pytest.fixture
def hall(scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser, clock: FixedClock) -> Hall:
    room = open_room(scene)
    clock.set(DURING)
    expect.set_options(timeout=LIMIT)
    return Hall(scene, web, browser, sign_in(), room.code, room.event.id)


def fits(page: Page, name: str) -> None:
    """Everything is on the screen at once, on a beamer and in a hall, and for everybody."""
    for size in (BEAMER, HALL):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert overflow(page) <= 0, (name, size)
        assert page.evaluate(UNTIL_IT_FITS, LIMIT), (name, size)
        if SEEN:
            page.screenshot(path=Path(SEEN) / f"{name}-{size['width']}.png")
    assert violations(page) == [], name


def close_by(remote: Page) -> None:
    """On the remote control, which asks once more."""
    remote.get_by_role("link", name="Close").first.click()
    remote.get_by_text("Nobody can vote any more then").wait_for()
    assert violations(remote) == []
    expect(remote.get_by_text("open", exact=True).first).to_be_visible()
    remote.get_by_role("button", name="Close now").first.click()


def test_the_hall_votes_and_the_screen_follows(hall: Hall, tmp_path: Path) -> None:
    options = tuple(Option(name, dict.fromkeys(("it", "en", "fr"), label)) for name, label in THEMES.items())
    asked = define(Kind.RANKING, shown=Shown.LIVE, counting=Counting("schulze"))
    poll = hall.poll(replace(asked, options=options), "themes")
    with hall.pages() as (screen, remote), page_of(hall.browser, script=False, language="en-GB") as plain:
        expect(screen.get_by_role("heading", name="Your questions")).to_be_visible()
        screen.keyboard.press("ArrowRight")
        expect(screen.get_by_text("Voting has not begun yet")).to_be_visible()
        assert screen.get_by_role("heading", name="Your questions").count() == 0, "nobody has asked anything"
        screen.keyboard.press(" ")
        expect(screen.get_by_text("Voting is open")).to_be_visible()
        fits(screen, "open")
        questions_stand_beside(hall, screen, plain)
        for _ in range(6):
            hall.vote(poll, **{"place.A": "1", "place.B": "2"})
        expect(screen.locator("[data-voted-count]")).to_have_text("6")
        expect(screen.get_by_text("The first figures appear after at least 10 votes.")).to_be_visible()
        expect(screen.locator(".options li")).to_have_count(8)
        for _ in range(6):
            hall.vote(poll, **{"place.B": "1", "place.C": "2"})
        expect(screen.locator("[data-voted-count]")).to_have_text("12")
        expect(screen.get_by_text("5 votes counted.")).to_be_visible()
        fits(screen, "live")
        plain.goto(f"{hall.web.url}/live/{poll.code}")
        assert plain.locator("[data-voted-count]").inner_text() == "12"
        assert plain.locator("[data-remote]").count() == 0, "keys are for who is signed in"
        remote.goto(f"{hall.web.url}/console/events/{hall.event_id}/stage")
        assert violations(remote) == []
        close_by(remote)
        expect(screen.get_by_text("12 votes counted.")).to_be_visible()
        expect(screen.locator(".verdict")).to_have_text("Several options win together: Park, Square.")
        expect(screen.locator(".matrix tbody tr")).to_have_count(8)
        fits(screen, "closed")
        expect(screen.get_by_role("heading", name="Being answered now")).to_be_visible()
        hall.staff.post(f"/console/polls/{poll.id}/stage", data={**token(hall.staff), "do": "publish"})
        for path in (f"/v/{poll.code}/result", f"/console/polls/{poll.id}"):
            remote.goto(hall.web.url + path)
            for name in widths(remote):
                if SEEN:
                    remote.screenshot(path=Path(SEEN) / f"{path.count('/')}-{name}.png", full_page=True)
                assert overflow(remote) <= 0, (path, name)
            assert violations(remote) == [], path
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(hall.staff.post(f"/console/polls/{poll.id}/sheet.csv", data=token(hall.staff)).content)
    assert recount(sheet, list(THEMES))["schulze"] == ["A", "B"]


def questions_stand_beside(hall: Hall, screen: Page, plain: Page) -> None:
    """The hall asks while it votes: both are on the screen at once, with scripts and without."""
    asked = [hall.asks(number) for number in range(5)]
    expect(screen.locator("[data-questions] li:visible")).to_have_count(3)
    hall.answers(asked[4])
    expect(screen.get_by_role("heading", name="Being answered now")).to_be_visible()
    fits(screen, "open-with-questions")
    plain.goto(f"{hall.web.url}/live/event/{hall.code}")
    for page in (screen, plain):
        assert page.get_by_text("Voting is open").is_visible() and page.get_by_text("Question 4").is_visible()


def test_words_are_on_the_screen_when_staff_have_read_them(hall: Hall) -> None:
    poll = hall.poll(define(Kind.TEXT, secrecy=Secrecy.NAMED), "ideas")
    with hall.pages() as (screen, remote), page_of(hall.browser, language="en-GB") as cut:
        cut.route("**/stage?*", lambda route: route.fulfill(status=503))
        cut.goto(f"{hall.web.url}/live/event/{hall.code}")
        screen.keyboard.press("ArrowRight")
        expect(screen.get_by_text("Voting has not begun yet")).to_be_visible()
        screen.keyboard.press(" ")
        expect(screen.get_by_text("Voting is open")).to_be_visible()
        for said in ("Più alberi", "PIU ALBERI!", "piu albero", "<script>alert(1)</script>", "Panchine agli alberi"):
            hall.vote(poll, words=said)
        expect(screen.locator("[data-voted-count]")).to_have_text("5")
        assert f'href="/v/{poll.code}?lang=en"' in hall.staff.get(f"/room/{hall.code}?lang=en").text
        expect(cut.locator("[data-voted-count]")).to_have_text("5")  # no stream comes through: it asks for the page
        remote.goto(f"{hall.web.url}/console/polls/{poll.id}/words")
        expect(remote.get_by_role("article")).to_have_count(3)
        assert violations(remote) == []
        remote.get_by_role("button", name="Let through – PIU ALBERI!").click()
        remote.get_by_role("button", name="Let through – <script>").click()
        expect(remote.get_by_role("heading", name="Let through: 2 different answers, 4 votes")).to_be_visible()
        assert screen.locator(".cloud").count() == 0, "not before the close and a reveal"
        screen.keyboard.press(" ")
        expect(screen.get_by_text("Voting is closed")).to_be_visible()
        screen.keyboard.press(" ")
        expect(screen.locator(".cloud li")).to_have_text(["PIU ALBERI! 3", "<script>alert(1)</script> 1"])
        fits(screen, "words")
        remote.get_by_role("button", name="Hide – <script>").click()
        expect(screen.locator(".cloud li")).to_have_text(["PIU ALBERI! 3"])
        screen.keyboard.press("ArrowLeft")
        expect(screen.get_by_role("heading", name="Your questions")).to_be_visible()


def test_words_are_drawn_as_large_as_fits(hall: Hall) -> None:
    poll = add(hall.scene, named(Kind.TEXT, shown=Shown.LIVE, walk_ins=True), "words")
    with page_of(hall.browser, language="it-IT") as screen:
        screen.set_viewport_size({"width": 1280, "height": 800})
        screen.goto(f"{hall.web.url}/live/{poll.code}")
        for number, said in enumerate(("Più alberi", "Panchine all'ombra", "Un mercato coperto")):
            vote(hall.scene, poll, Voter(account=1000 + number), Choice(words=said))
        expect(screen.locator("[data-voted-count]")).to_have_text("3")
        expect(screen.get_by_text("Le risposte compaiono dopo la lettura.")).to_be_visible()
        look(screen, "words-unread")
        let_through(hall, poll)
        expect(screen.locator(".cloud li")).to_have_count(3)
        assert screen.get_by_text("Le risposte compaiono").count() == 0
        few = height_of(screen, "> 80")  # three answers have the screen to themselves
        look(screen, "words-few")
        for number in range(30):
            words = f"Una proposta numero {number} per il quartiere e le sue strade"
            vote(hall.scene, poll, Voter(account=2000 + number), Choice(words=words))
        vote(hall.scene, poll, Voter(account=3000), Choice(words="x" * 60))
        let_through(hall, poll)
        expect(screen.locator(".cloud li")).to_have_count(32)
        look(screen, "words-many")
        height_of(screen, f"< {few / 2}")
        fits(screen, "words-full")
        screen.set_viewport_size({"width": 390, "height": 844})
        screen.reload()
        expect(screen.locator(".cloud li")).to_have_count(32)
        height_of(screen, "> 14")  # a phone scrolls, and nothing is drawn smaller for it
        assert screen.__dict__["told_errors"] == []


def let_through(hall: Hall, poll: Poll) -> None:
    def work(session: Session) -> None:
        for one in answers_of(session, poll):
            judge(session, poll, one.key, SHOWN)

    hall.scene.database.write(work)


def height_of(screen: Page, must: str) -> float:
    """Of the letters of the first answer, in pixels, once it is as it must be: they are drawn after they are there."""
    told = "parseFloat(getComputedStyle(document.querySelector('.cloud li')).fontSize)"
    screen.wait_for_function(f"{told} {must}")
    return float(screen.evaluate(told))


def look(screen: Page, name: str) -> None:
    assert overflow(screen) <= 0 and screen.evaluate(UNTIL_IT_FITS, LIMIT), name
    assert screen.locator(".cloud").evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)"), name
    if SEEN:
        screen.screenshot(path=Path(SEEN) / f"{name}.png")


def token(client: httpx.Client) -> dict[str, str]:
    text = client.get("/console").text
    return {"token": text.split('name="token" value="')[1].split('"')[0]}
