"""A golden dialogue with the service killed and started anew after each question, in chat and on the web."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiogram import Dispatcher
from sqlalchemy import func, select

from core.clock import FixedClock, SharedClock
from core.database.database import Database
from core.links import Links
from surveys.responses.tables import Response
from tests.bots.chat_door import ChatDoor
from tests.bots.stage import Stage
from tests.demo.running import free_port
from tests.doors.processes import Service, service
from tests.responses.scene import Scene, build
from tests.support.dialogues import compare_answers, load_dialogues
from tests.support.sandbox import TOKENS, Person, RunningSandbox, running_sandbox
from tests.support.web import running_web
from tests.web.dialogues import play_on_pages, without_scripts

pytestmark = pytest.mark.timeout(300)
SECRET = "a secret of at least thirty-two characters"  # of the fixture `links`
PATIENCE_SECONDS = 120
# Without refusals: where the service dies after a commit, the open question reappears, not what was said about it.
DIALOGUE = next(one for one in load_dialogues() if one.name == "one-page")


@dataclass
class DeadlyStage(Stage):
    """Each time something is said the bot dies: by turns while it may be at work, and after it has answered."""

    service: Service | None = None
    speaker: Person | None = None

    async def hears(self, dispatcher: Dispatcher | None = None) -> None:
        assert self.service is not None and self.speaker is not None
        if self.service.kills % 2 == 0:
            self.service.dies_and_comes_back()  # nobody knows whether before its commit or after
            await self.speaker.waits_until_heard(PATIENCE_SECONDS)
        else:
            await self.speaker.waits_until_heard(PATIENCE_SECONDS)
            self.service.dies_and_comes_back()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nothing_is_lost_or_doubled_when_the_bot_dies(
    database: Database, database_url: str, links: Links, tmp_path: Path
) -> None:
    scene = build(database, DIALOGUE.now, DIALOGUE.form_text)
    async with running_sandbox() as sandbox, sandbox.bot() as bot:
        settings = _settings(database_url, tmp_path) | _telegram(sandbox)
        with service("bots", settings) as bots:
            person = sandbox.person(501)
            clock = FixedClock(DIALOGUE.now)
            stage = DeadlyStage(scene, sandbox, bot, clock, links, service=bots, speaker=person)
            await ChatDoor(stage, person, DIALOGUE).play()
            assert bots.kills > len(DIALOGUE.steps), "it died at each step"
            await _asks_no_more_than_again(person)
    assert _responses(scene) == 1


async def _asks_no_more_than_again(person: Person) -> None:
    """A message that reappears is the one question that was open: there are never two live ones."""
    live = [message for message in await person.bot_messages() if message["buttons"]]
    assert len(live) <= 1, live


class StubbornClient(httpx.Client):
    """Sends each form twice, with the service killed in between: by turns at work, and after it has answered."""

    def __init__(self, web: Service, **options: Any) -> None:
        super().__init__(**options)
        self.web = web

    def get(self, url: Any, **options: Any) -> httpx.Response:
        self._wait()
        return super().get(url, **options)

    def post(self, url: Any, **options: Any) -> httpx.Response:
        self._wait()
        first = threading.Thread(target=self._post_into_the_void, args=(url, options))
        first.start()
        if self.web.kills % 2:
            first.join()
        self.web.dies_and_comes_back()
        first.join()
        self._wait()
        return super().post(url, **options)

    def _post_into_the_void(self, url: Any, options: dict[str, Any]) -> None:
        with contextlib.suppress(httpx.TransportError):
            httpx.post(f"{str(self.base_url).rstrip('/')}{url}", timeout=PATIENCE_SECONDS, **options)

    def _wait(self) -> None:
        for _ in range(PATIENCE_SECONDS * 20):
            with contextlib.suppress(httpx.TransportError):
                super().get("/health/live")
                return
            time.sleep(0.05)
        raise AssertionError("the pages do not come back")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_lost_or_doubled_when_the_pages_die(
    database: Database, database_url: str, links: Links, tmp_path: Path
) -> None:
    clock = FixedClock(DIALOGUE.now)
    scene = build(database, clock.now(), DIALOGUE.form_text)
    port = str(free_port())
    settings = _settings(database_url, tmp_path) | {"ASCOLTO_PORT": port}
    with (
        running_web(database, clock, links) as signing,
        service("web", settings) as web,
        StubbornClient(
            web, base_url=f"http://127.0.0.1:{port}", headers={"Accept-Language": "it"}, timeout=PATIENCE_SECONDS
        ) as http,
    ):
        kept = play_on_pages(DIALOGUE, scene, signing, without_scripts(http))
        assert web.kills >= 2, "it died at each page"
    compare_answers(DIALOGUE, kept)
    assert _responses(scene) == 1


def _settings(database_url: str, folder: Path) -> dict[str, str]:
    clock_file = folder / "clock"
    SharedClock(clock_file).move_to(DIALOGUE.now)
    return {
        "ASCOLTO_DATABASE_URL": database_url,
        "ASCOLTO_SECRET_KEY": SECRET,
        "ASCOLTO_CLOCK_FILE": str(clock_file),
    }


def _telegram(sandbox: RunningSandbox) -> dict[str, str]:
    return {
        "ASCOLTO_TELEGRAM_API_URL": sandbox.addresses.telegram,
        "ASCOLTO_PARTICIPANT_BOT_TOKEN": TOKENS["participants"],
    }


def _responses(scene: Scene) -> int:
    return scene.database.read(lambda session: session.scalar(select(func.count()).select_from(Response)) or 0)
