"""The golden dialogues with the door changed after every single step: chat, page, chat, ...

Each door has its own connection to the database, as two processes have; whatever one kept the
other goes on from.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from surveys.engine.dialogue import resume
from surveys.engine.events import AnswerRefused
from surveys.engine.form import Kind
from surveys.engine.prompts import Page
from surveys.engine.show import code, find
from tests.bots.chat_door import ChatDoor
from tests.bots.stage import Stage
from tests.responses.scene import build
from tests.support.databases import reopened
from tests.support.dialogues import Dialogue, Step, compare_prompt, inputs_of, load_dialogues
from tests.support.sandbox import RunningSandbox, running_sandbox
from tests.support.web import running_web
from tests.web.dialogues import CHOSEN, Player
from tests.web.reader import Reader

OF_EVENTS = ("accepted", "cleared", "skipped", "refused")


@dataclass
class TwoDoors:
    """One person who changes between chat and page after every step."""

    chat: ChatDoor
    http: httpx.Client
    path: str = ""

    async def play(self, first: int) -> None:
        """`first` 0 begins with the page, 1 with the chat; both see the opening."""
        for turn, step in enumerate(self.chat.dialogue.steps, first):
            if turn % 2 == 0 and self._has_a_place_on_pages(step):
                self._on_page(step)
                await self.chat.act(self.chat.person.says("/start"))
            else:
                await self.chat.take(step)
            self._compare(step)
        self.chat.compare_kept()

    def _has_a_place_on_pages(self, step: Step) -> bool:
        """A page that holds several questions takes them together; words a chat must understand are choices there."""
        turn = self.chat.stage.turn(self.chat.person)
        shown = turn.page()
        if isinstance(shown, Page) and len(shown.questions) > 1:
            return False
        if step.action == "back":
            return False  # a browser's own way back
        if step.action != "type":
            return True
        open_now = find(turn.form, turn.session, code(turn.form, turn.session, turn.session.at))
        return open_now is None or open_now.kind not in (*CHOSEN, Kind.REPEAT)

    def _on_page(self, step: Step) -> None:
        turn = self.chat.stage.turn(self.chat.person)
        player = Player(self.chat.dialogue, Reader(self.http, self.path), turn.session)
        for given in inputs_of(turn.form, turn.session, step):
            player.pure, events = resume(turn.form, player.pure, given, turn.now)
            player.refused += tuple(event for event in events if isinstance(event, AnswerRefused))
        player.do(step, turn.session)
        expected = any(one.what == "refused" for one in step.expected)
        assert (player.reader.at.status_code == 422) == expected, f"{step}: {player.reader.heading}"

    def _compare(self, step: Step) -> None:
        turn = self.chat.stage.turn(self.chat.person)
        where = f"{self.chat.dialogue.name}.md:{step.line}"
        for one in step.expected:
            if one.what not in OF_EVENTS and one.what != "paused":
                compare_prompt(where, one, turn.prompts[0])


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@contextmanager
def connection(url: str, of: str) -> Iterator[Database]:
    opened = reopened(url, of)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("first", "database_url"),
    [pytest.param(0, "sqlite", id="page first, sqlite"), pytest.param(1, "postgresql", id="chat first, postgresql")],
    indirect=["database_url"],
)
@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
async def test_dialogue_through_two_doors(
    dialogue: Dialogue, first: int, database_url: str, links: Links, sandbox: RunningSandbox
) -> None:
    clock = FixedClock(dialogue.now)
    with connection(database_url, "chat") as of_chat, connection(database_url, "pages") as of_pages:
        scene = build(of_chat, clock.now(), dialogue.form_text, dialogue.files)
        with running_web(of_pages, clock, links) as web, httpx.Client(base_url=web.url, timeout=30) as http:
            async with sandbox.bot() as bot:
                stage = Stage(scene, sandbox, bot, clock, links)
                chat = ChatDoor(stage, sandbox.person(501), dialogue)
                participant = await chat.joins()
                await TwoDoors(chat, http, web.answer_path(participant, scene.round_id)).play(first)
