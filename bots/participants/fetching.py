"""Fetches what people sent: after the commit, in the background, again after a restart.

A row says what is due; a claim keeps other processes away from it for a while, so that a file
whose process ended is fetched by another. Only this bot can fetch it: a file_id is its own
(Bot API, "Sending files").
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import IO

import structlog
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramRetryAfter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bots.participants.receiving import BotDeps
from bots.participants.show import patiently
from bots.participants.store import load_chat
from core.errors import FileTooLarge, Problem
from core.i18n import translator
from surveys.engine.form import Kind
from surveys.responses import attachment_store as store
from surveys.responses.attachment_store import WaitingAttachment
from surveys.responses.attachments import MEGABYTE, TELEGRAM_LIMIT_MB, NewAttachment, examine, look_through
from surveys.responses.errors import AttachmentLost, ResponseUnknown
from surveys.responses.service import current

log = structlog.get_logger()

TOGETHER = 4
LEASE = timedelta(minutes=10)
LOOK_SECONDS = 1.0
DOWNLOAD_SECONDS = 300
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600))
TOO_BIG = "file is too big"  # Bot API, getFile


class Interrupted(Exception):
    """A download that ended before the file did."""


async def run_fetching(deps: BotDeps) -> None:
    """Fetches until cancelled; any number of processes may."""
    while True:
        try:
            fetched = await fetch_due(deps)
        except DBAPIError as error:
            log.warning("fetching lost the database", error=type(error).__name__)
            fetched = 0
        if not fetched:
            await asyncio.sleep(LOOK_SECONDS)


async def fetch_due(deps: BotDeps) -> int:
    """Fetches what is due, some at a time; how many were tried."""
    now = deps.clock.now()
    if not await deps.database.aread(lambda session: store.is_due(session, now)):
        return 0
    claimed = await deps.database.awrite(lambda session: store.claim(session, now, now + LEASE, TOGETHER))
    ended = await asyncio.gather(*(_fetch(deps, one) for one in claimed), return_exceptions=True)
    for error in ended:
        if error is not None:  # the database: whoever is back first takes these up when their claim ends
            raise error
    return len(claimed)


async def _fetch(deps: BotDeps, one: WaitingAttachment) -> None:
    with tempfile.SpooledTemporaryFile(max_size=MEGABYTE) as file:
        try:
            await _download(deps, one, file)
            looked = await asyncio.to_thread(look_through, file)  # type: ignore[arg-type]
            new = examine(looked, Kind(one.kind), one.name, _limit(deps))
        except Problem as problem:
            await _give_up(deps, one, problem)
        except TelegramBadRequest as error:
            too_big = TOO_BIG in error.message
            await _failed(deps, one, error, FileTooLarge(limit=_limit(deps)) if too_big else None)
        except Exception as error:  # whatever it was, one file must not end the fetching of all others
            await _failed(deps, one, error)
        else:
            await _keep(deps, one, new)


async def _download(deps: BotDeps, one: WaitingAttachment, file: IO[bytes]) -> None:
    """Raises FileTooLarge as soon as more comes than is taken."""
    found = await deps.bot.get_file(one.file_id)
    url = deps.bot.session.api.file_url(deps.bot.token, found.file_path or "")
    size = 0
    async for chunk in deps.bot.session.stream_content(url, timeout=DOWNLOAD_SECONDS):
        size += len(chunk)
        if size > _limit(deps) * MEGABYTE:
            raise FileTooLarge(limit=_limit(deps))
        file.write(chunk)
    if found.file_size is not None and size != found.file_size:
        raise Interrupted


async def _keep(deps: BotDeps, one: WaitingAttachment, new: NewAttachment) -> None:
    kept = await deps.database.awrite(lambda session: store.fill_content(session, one.id, new))
    log.info("a file was fetched" if kept else "a file was not wanted any more", attachment=one.id, size=new.size)


async def _failed(deps: BotDeps, one: WaitingAttachment, error: Exception, final: Problem | None = None) -> None:
    """Tries again later, longer and longer, and in the end no more."""
    log.warning("a file could not be fetched", attachment=one.id, tries=one.tries, error=type(error).__name__)
    if final is not None or one.tries > len(DELAYS):
        await _give_up(deps, one, final or AttachmentLost())
        return
    pause = DELAYS[one.tries - 1]
    if isinstance(error, TelegramRetryAfter):
        pause = max(pause, timedelta(seconds=error.retry_after))
    at = deps.clock.now() + pause
    await deps.database.awrite(lambda session: store.try_again(session, one.id, at))


async def _give_up(deps: BotDeps, one: WaitingAttachment, problem: Problem) -> None:
    """Told first: whoever is told twice loses nothing, whoever is not told loses the answer."""
    now = deps.clock.now()
    word = await deps.database.aread(lambda session: _word(session, deps, one, (problem, now)))
    if word is not None:
        try:
            await patiently(lambda: deps.bot.send_message(word.chat_id, word.text, parse_mode="HTML"))
        except AiogramError as error:
            log.warning("nobody could be told of a file", attachment=one.id, error=type(error).__name__)
    await deps.database.awrite(lambda session: store.give_up(session, one.id))


@dataclass(frozen=True)
class _Word:
    chat_id: int
    text: str


def _word(session: Session, deps: BotDeps, one: WaitingAttachment, why: tuple[Problem, datetime]) -> _Word | None:
    """What to tell whom; None where nobody waits for the file any more."""
    problem, now = why
    chat = load_chat(session, one.chat_id) if one.chat_id is not None else None
    try:
        turn = current(session, deps.shelf, one.response_id, now)
    except ResponseUnknown:
        return None
    if chat is None or one.name not in turn.session.values.values():
        return None
    t = translator(chat.language)
    parts = [t("The file {name} could not be kept.", name=one.name), problem.say(t)]
    if turn.round.open_at(now):
        parts.append(t("To send it again, write /review, choose its question and send the file there."))
    return _Word(chat.id, f"⚠️ {escape(' '.join(parts), quote=False)}")


def _limit(deps: BotDeps) -> int:
    return min(deps.attachment_limit_mb, TELEGRAM_LIMIT_MB)
