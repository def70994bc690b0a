"""A step on the web: the whole page's post beside a bare ASGI route with grouped commits.

Both are called as ASGI applications, without a server between. Ours reads the form, keeps the
answer, moves the questionnaire on and redirects; the bare one stores a row and redirects.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from bench.bare import BareGroup
from bench.measure import Comparison, compare, timed
from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.database.migrating import upgrade
from core.ids import RandomIds
from core.links import Links, Purpose
from surveys.responses.service import Moment, begin
from surveys.responses.shelf import FormShelf
from tests.responses.scene import build
from web.app import create_app
from web.deps import WebDeps
from web.public.controls import mark

NOW = datetime(2023, 7, 10, 8, 0, tzinfo=UTC)
PEOPLE = 100
STEPS = 10
TOGETHER = 50
PAIRS = 5
QUESTIONS = "".join(f"|  | text | q{number} | Question {number}? |\n" for number in range(30))
FORM = f"| survey |\n|  | type | name | label |\n{QUESTIONS}| settings |\n|  | form_title |\n|  | Bench |\n"
LINKS = Links("a secret for the bench, long enough")


async def post(app: ASGIApp, path: str, body: bytes) -> int:
    """One form post; the status."""
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [
        (b"host", b"bench"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(len(body)).encode()),
    ]
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("bench", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return status


async def step_through(app: ASGIApp, paths: Iterable[str], run: int) -> float:
    """Seconds for everybody's steps, each person's in order."""
    seconds = 0.0
    for step in range(1, STEPS + 1):
        work: list[Callable[[], Awaitable[object]]] = []
        for person, path in enumerate(paths):
            empty = f"{mark('')}.{mark('')}"
            fields = {
                "key": f"{run}-{person}-{step}",
                "revision": str(step - 1),
                "on": str(step),
                f"q{step}": f"answer {step}",
                f"seen{step}": empty,
                "do": "save",
            }
            work.append(partial(_must_redirect, app, path, urlencode(fields).encode()))
        seconds += await timed(work, TOGETHER)
    return seconds


async def _must_redirect(app: ASGIApp, path: str, body: bytes) -> None:
    status = await post(app, path, body)
    if status != 303:
        raise RuntimeError(f"status {status}")


async def ours(folder: Path, number: int) -> float:
    database = Database(f"sqlite:///{folder / f'ours{number}.sqlite'}")
    upgrade(database.engine)
    scene = build(database, NOW, FORM)
    shelf = FormShelf()
    paths = []
    for _ in range(PEOPLE):
        participant = scene.participant()
        moment = Moment(NOW, "web")
        database.write(lambda s, p=participant, m=moment: begin(s, shelf, p, scene.round_id, m))  # type: ignore[misc]
        token = LINKS.sign(Purpose.ANSWER, participant, scene.round_id, expires=NOW + timedelta(days=30))
        paths.append(f"/q/{token}")
    deps = WebDeps(database, FixedClock(NOW), RandomIds(), LINKS, shelf, PublicUrls("http://bench"))
    seconds = await step_through(create_app(deps), paths, number)
    database.close()
    return seconds


async def bare(folder: Path, number: int) -> float:
    group = BareGroup(folder / f"bare{number}.sqlite")
    stored = 0

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        nonlocal stored
        stored += 1
        fields = parse_qs((await receive())["body"].decode())
        await group.store(stored, int(fields["on"][0]), fields[f"q{fields['on'][0]}"][0])
        await send({"type": "http.response.start", "status": 303, "headers": [(b"location", b"/")]})
        await send({"type": "http.response.body", "body": b""})

    seconds = await step_through(app, [f"/q/{person}" for person in range(PEOPLE)], number)
    group.close()
    return seconds


async def run() -> Comparison:
    folder = Path(tempfile.mkdtemp())
    try:
        title = f"A step on the web ({PEOPLE} people, {TOGETHER} at once, SQLite)"
        return await compare(title, PEOPLE * STEPS, (partial(ours, folder), partial(bare, folder)), PAIRS)
    finally:
        shutil.rmtree(folder)
