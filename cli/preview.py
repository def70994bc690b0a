"""`ascolto form preview` at work: one form on a loopback port until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from cli.chat_preview import BotScreens
from cli.http import serve_http
from cli.ports import listen
from cli.serve import run_until_stopped
from cli.terminal import operator, out
from core.clock import SystemClock
from core.ids import RandomIds
from core.links import Links
from surveys.engine.form import Form
from web.simulator.preview import Preview, create_preview

HOST = "127.0.0.1"


def run(form: Form, language: str, port: int, answers: Mapping[str, str]) -> None:
    """Serves until stopped; raises PortTaken."""
    links = Links(RandomIds().token())  # pages of another run are not ours
    app = create_preview(Preview(form, BotScreens(), SystemClock(), links, language, answers))
    listener = listen(HOST, port)
    address = f"http://{HOST}:{listener.getsockname()[1]}/"
    t = operator()
    out.print(t("Try it out at {address}. Stop with Ctrl+C.", address=address), markup=False, soft_wrap=True)

    async def serve() -> None:
        await run_until_stopped([serve_http(app, listener)])

    asyncio.run(serve())
