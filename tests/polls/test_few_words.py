"""How many gave an answer in words: every door tells the same, and what one hides no other tells."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from lxml import html
from PIL import Image, ImageColor
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.i18n import translator
from core.links import Links
from notifications.ledger.result_pictures import result_picture
from notifications.ledger.tables import Mailing, MailingText
from notifications.sending.context import load_context
from surveys.polls.ballot import Choice
from surveys.polls.casting import Vote, cast
from surveys.polls.heard import HIDDEN, SHOWN, answers_of, by_theme, judge, set_themes, told_answers
from surveys.polls.kinds import Kind
from surveys.polls.making import close_poll
from surveys.polls.picture import EDGE, TRACK, WIDTH
from surveys.polls.poll import Poll
from surveys.polls.screens import change_screen
from surveys.polls.store import load_poll
from surveys.polls.voters import Voter
from surveys.results.protecting import protect
from tests.bots.stage import Stage
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_chat import somebody
from tests.notifications.sending import VOICE
from tests.polls.scene import BOOTH, add, define, named
from tests.responses.scene import Scene, build
from tests.staff_bot.conftest import stage
from tests.staff_bot.stage import StaffStage
from tests.staff_bot.test_polls import prepare
from tests.support.bot_stage import quiet, sandbox
from tests.support.pages import http
from tests.support.sandbox import RunningSandbox

__all__ = ["http", "quiet", "sandbox", "scene", "sign_in", "stage", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
Told = dict[str, int | None]


@dataclass(frozen=True)
class Said:
    """Answers with how many gave them; staff let through all but those `kept`."""

    counts: Mapping[str, int]
    kept: frozenset[str] = frozenset()

    def told(self, least: int = 5) -> Told:
        hidden = protect(list(self.counts.values()), least)
        pairs = zip(self.counts.items(), hidden, strict=True)
        return {name: None if hides else count for (name, count), hides in pairs if name not in self.kept}


def said(*counts: int, kept: str = "") -> Said:
    """The more people gave it, the later in the alphabet its words stand."""
    names = ("Strade", "Prati", "Orti", "Luci", "Campi")
    return Said(dict(zip(names, counts, strict=False)), frozenset(kept.split()))


SAID = [
    said(10, 6, 3),
    said(10, 6, 3, kept="Orti"),
    said(10, 6, 3, kept="Prati"),
    said(12, 6, 6, 2),
    said(9, 3, 2),
    said(9, 8, 7),
]
each = pytest.mark.parametrize("heard", SAID, ids=lambda one: "-".join(map(str, one.counts.values())))


def hear(database: Database, poll: Poll, heard: Said, now: Any) -> None:
    """All of it is said, judged, and shown wherever it can be."""

    def vote(session: Session) -> None:
        voices = [name for name, count in heard.counts.items() for _ in range(count)]
        for number, words in enumerate(voices):
            cast(session, BOOTH, Vote(poll.id, Voter(account=1000 + number), Choice(words=words), "web"), now)
        close_poll(session, BOOTH.ids, poll.id, now)

    def read(session: Session) -> None:
        for one in answers_of(session, poll):
            judge(session, poll, one.key, HIDDEN if one.text in heard.kept else SHOWN)
        change_screen(session, poll.id, revealed=True, published=True)

    database.write(vote)
    database.write(read)


def on_page(page: str) -> Told:
    found: Any = html.fromstring(page).xpath("//ul[contains(@class, 'cloud')]/li")
    numbers = {one.text.strip(): one.xpath("string(span)") for one in found}
    return {text: int(number) if number else None for text, number in numbers.items()}


def in_text(text: str, heard: Said) -> Told:
    found = {name: re.search(rf"{name}\W*: (\d+)", text) for name in heard.counts if name in text}
    return {name: int(number[1]) if number else None for name, number in found.items()}


def bars(picture: bytes) -> int:
    """How many there are, by the end of their tracks."""
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    column = [drawn.getpixel((WIDTH - EDGE - 2, at)) == ImageColor.getrgb(TRACK) for at in range(drawn.height)]
    return sum(here and not before for before, here in zip([False, *column], column, strict=False))


def message(scene: Scene, poll: Poll) -> str:
    """What stands for `{{ result }}`."""
    mailing = scene.insert(
        Mailing, office_id=scene.office_id, process_id=scene.process_id, slug="result", kind="mailing",
        purpose="questionnaires", anchor={}, missed={}, state="draft", poll_id=poll.id,
    )  # fmt: skip
    scene.insert(MailingText, mailing_id=mailing, language="en", subject="The result", body="{{ result }}", buttons=[])
    context = scene.database.read(lambda session: load_context(session, mailing, VOICE, ("en",)))
    return str(context.settings["en"].fixed["result"])


@each
def test_no_door_tells_from_which_another_hides(scene: Scene, http: httpx.Client, sign_in: SignIn, heard: Said) -> None:
    poll = add(scene, define(Kind.TEXT, walk_ins=True))
    hear(scene.database, poll, heard, scene.now)
    told, total = heard.told(), sum(heard.counts.values())
    for path in (f"/live/{poll.code}", f"/v/{poll.code}/result", f"/v/{poll.code}"):
        page = http.get(path).text
        assert on_page(page) == told and str(total) in page, path
        hides = "Numbers behind which few people stand are not published." in page
        assert hides is (None in told.values()), path
    assert in_text(message(scene, poll), heard) == told
    closed = scene.database.read(lambda session: load_poll(session, poll.id))
    drawn = scene.database.read(lambda session: result_picture(session, closed, translator("en")))
    numbers = sum(one is not None for one in told.values())
    assert bars(drawn) == numbers
    reader = sign_in("organiser")
    assert bars(reader.get(f"/console/polls/{poll.id}/result.png?lang=en").content) == numbers
    page = reader.get(f"/console/polls/{poll.id}").text
    assert f"{total} votes counted" in page and not any(name in page for name in heard.counts)


@each
async def test_the_staffs_bot_tells_the_same(stage: StaffStage, clock: FixedClock, heard: Said) -> None:
    poll, _ = prepare(stage, define(Kind.TEXT))
    vera = await stage.linked("Vera", "organiser")
    await stage.say(vera, "/polls")
    await stage.press(vera, "1. Where shall")
    await stage.press(vera, "▶️ Open")
    hear(stage.database, poll, heard, clock.now())
    await stage.say(vera, "/polls")
    shown = await stage.press(vera, "1. Where shall")
    assert in_text(shown["text"], heard) == heard.told()
    picture = await stage.press(vera, "🖼 Result as a picture")
    assert in_text(picture["text"], heard) == heard.told()
    file = await stage.sandbox.http.get(f"/telegram/staff/media/{picture['media']['file']['file_id']}")
    assert bars(file.content) == sum(one is not None for one in heard.told().values())


@each
async def test_the_voters_chat_tells_the_same_after_the_close(
    database: Database, clock: FixedClock, links: Links, sandbox: RunningSandbox, heard: Said
) -> None:
    async with sandbox.bot() as bot:
        stage = Stage(build(database, clock.now()), sandbox, bot, clock, links)
        _, person = await somebody(stage)
        poll = add(stage.scene, define(Kind.TEXT, walk_ins=True))
        hear(database, poll, heard, clock.now())
        over = (await stage.say(person, f"/vote {poll.code}"))["text"]
    assert "This poll is closed" in over and f"{sum(heard.counts.values())} votes counted." in over
    assert in_text(over, heard) == heard.told() and "so far" not in over


async def test_the_voters_chat_tells_no_words_that_nobody_or_few_have_said(
    database: Database, clock: FixedClock, links: Links, sandbox: RunningSandbox
) -> None:
    async with sandbox.bot() as bot:
        stage = Stage(build(database, clock.now()), sandbox, bot, clock, links)
        _, person = await somebody(stage)
        for heard, told in ((said(2, 1), "fewer than 5"), (said(), "Nobody voted.")):
            poll = add(stage.scene, define(Kind.TEXT, walk_ins=True), f"poll-{len(heard.counts)}")
            hear(database, poll, heard, clock.now())
            over = (await stage.say(person, f"/vote {poll.code}"))["text"]
            assert told in over.replace("Fewer", "fewer") and "Strade" not in over


def test_neither_the_order_of_answers_nor_that_of_themes_tells_what_is_hidden(scene: Scene) -> None:
    """Of two that are hidden, 2 and 1 people, whoever knew which has more would know both."""
    poll = add(scene, define(Kind.TEXT, walk_ins=True))
    hear(scene.database, poll, said(9, 2, 1), scene.now)

    def theme(session: Session) -> None:
        themes = {"Strade": "Via", "Prati": "Verde", "Orti": "Cibo"}
        set_themes(session, poll, [(one.key, themes[one.text]) for one in answers_of(session, poll)])

    assert [one.text for one in read(scene, poll, 3)] == ["Strade", "Orti", "Prati"]
    scene.database.write(theme)
    assert [theme_of for theme_of, _ in by_theme(read(scene, poll, 3))] == ["Via", "Cibo", "Verde"]
    assert [one.count for one in read(scene, poll, 3)] == [9, None, None]
    assert [one.count for one in read(scene, poll, 0)] == [9, 2, 1], "of a named poll those who may vote read all"


def read(scene: Scene, poll: Poll, least: int) -> Any:
    return scene.database.read(partial(told_answers, poll=poll, least=least))


def test_the_hall_reads_all_numbers_of_a_named_poll(scene: Scene, http: httpx.Client) -> None:
    poll, heard = add(scene, named(Kind.TEXT, walk_ins=True)), said(10, 6, 3)
    hear(scene.database, poll, heard, scene.now)
    assert on_page(http.get(f"/live/{poll.code}").text) == heard.counts
