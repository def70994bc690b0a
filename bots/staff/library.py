"""python-telegram-bot as it stands here: it reads updates and makes requests; what it fetches we confirm ourselves.

Its Updater would move the offset before our commit, and its Application would swallow what a handler raises: neither
is used so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from bots.staff.pacing import Paced, Turns
from bots.updates.door import POLL_SECONDS, Silent

SLOWEST = POLL_SECONDS + 15.0  # seconds until an answer to a long poll is given up
AT_ONCE = 32  # connections


class StrictApplication(Application[Any, Any, Any, Any, Any, Any]):
    """Lets what a handler raises reach whoever fed the update: it was not committed then."""

    async def process_error(self, update: object | None, error: Exception, *_: object, **__: object) -> NoReturn:
        raise error


def create_application(token: str, api_url: str, turns: Turns | None = None) -> StrictApplication:
    """A bot that says nothing yet; `turns` is its pace."""
    made = (
        ApplicationBuilder()
        .application_class(StrictApplication)
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(HTTPXRequest(connection_pool_size=AT_ONCE, read_timeout=20.0, pool_timeout=20.0))
        .get_updates_request(HTTPXRequest(connection_pool_size=2, read_timeout=SLOWEST))
        .rate_limiter(Paced(turns))
        .updater(None)
        .job_queue(None)
        .build()
    )
    assert isinstance(made, StrictApplication)
    return made


@asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Raises Silent for whatever Telegram, or the way to it, does wrong."""
    try:
        yield
    except TelegramError as error:
        raise Silent from error
