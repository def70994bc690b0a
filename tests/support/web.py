"""The pages on a real port, in a thread of their own, so that any kind of client can ask for them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

import pytest
import uvicorn
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from starlette.types import ASGIApp

from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.ids import RandomIds
from core.links import Links, Purpose, in_days
from core.people.personal import PersonalData
from surveys.responses.my_data import answers_contributor, erase_answers
from surveys.responses.shelf import FormShelf
from tests.support.sandbox import TOKENS
from web import app, site
from web.assets import Assets
from web.console.routes import console_routes
from web.console.telling import Telling
from web.deps import WebDeps
from web.entrance import Entrance
from web.public.routes import public_routes

LOOPBACK = "127.0.0.1"
CHAT = "https://t.me/ascolto_test_bot"
STAFF_CHAT = "https://t.me/ascolto_staff_bot"


class _Server(uvicorn.Server):
    """Leaves the signals to the tests."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def serving(served: ASGIApp, listening: socket.socket | None = None) -> Iterator[str]:
    """Serves an application from a thread while the context lasts; its address."""
    listening = listening or free_port()
    config = uvicorn.Config(
        served, log_config=None, access_log=False, lifespan="off", timeout_keep_alive=75, timeout_graceful_shutdown=1
    )
    server = _Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def free_port() -> socket.socket:
    """A listening place on a free loopback port."""
    # Only a socket that names its protocol gets TCP_NODELAY, without which every answer takes 40 ms.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((LOOPBACK, 0))
    return made


@dataclass(frozen=True)
class RunningWeb:
    """The pages as somebody reaches them, with what stands behind them."""

    url: str
    deps: WebDeps

    def link(self, purpose: Purpose, *numbers: int, days: int = 30) -> str:
        """A signed token that is good for some days."""
        return self.deps.links.sign(purpose, *numbers, expires=in_days(self.deps.clock.now(), days))

    def answer_path(self, participant_id: int, round_id: int) -> str:
        return f"/q/{self.link(Purpose.ANSWER, participant_id, round_id)}"


class _Compiled(BytecodeCache):
    """Templates that an earlier application has compiled."""

    _kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_public_routes, _console_routes, _assets = cache(public_routes), cache(console_routes), cache(Assets)


def _made(deps: WebDeps) -> Entrance:
    """An application; its routes and files, which know nothing of what stands behind them, are made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "public_routes", _public_routes)
        patch.setattr(app, "console_routes", _console_routes)
        patch.setattr(site, "Assets", _assets)
        patch.setattr(site, "Environment", partial(Environment, bytecode_cache=_Compiled()))
        return app.create_app(deps)


@contextmanager
def running_web(
    database: Database,
    clock: FixedClock,
    links: Links,
    chat: str = CHAT,
    *,
    telling: Telling | None = None,
    staff_chat: str = STAFF_CHAT,
) -> Iterator[RunningWeb]:
    """The pages over a database, with the clock standing still."""
    listening = free_port()
    public = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    deps = WebDeps(
        database=database,
        clock=clock,
        ids=RandomIds(),
        links=links,
        shelf=FormShelf(),
        urls=PublicUrls(public, chat),
        upload_limit_mb=1,
        attachment_limit_mb=2,
        personal=PersonalData((answers_contributor(),), (erase_answers,)),
        participant_bot_token=TOKENS["participants"],
        telling=telling or Telling(),
        machine=FixedClock(clock.now()),
        staff_chat=staff_chat,
    )
    with serving(_made(deps), listening) as url:
        yield RunningWeb(url, deps)
