"""After the commit: what the chat shows. Nothing here decides anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bots.screen import LONGEST_TEXT, Key, Rows, Screen, shorten
from bots.staff.parse import Pressed
from bots.staff.talk import Picture, Reply
from surveys.polls.picture import FontsMissing

log = structlog.get_logger()

UNCHANGED = "not modified"
LONGEST_TOAST = 200  # Bot API, answerCallbackQuery
LONGEST_CAPTION = 1024  # Bot API, sendPhoto


async def show(bot: Bot, chat_id: int, reply: Reply, pressed: Pressed | None) -> None:
    """Raises TelegramError where Telegram does not take it."""
    if pressed is not None:
        await _tolerating(lambda: bot.answer_callback_query(pressed.callback_id, reply.toast[:LONGEST_TOAST] or None))
    on = pressed.message_id if pressed is not None and not reply.below and len(reply.screens) == 1 else None
    if on is None or not await edit(bot, (chat_id, on), reply.screens[0]):
        for screen in reply.screens:
            await send(bot, chat_id, screen)
    if reply.picture is not None:
        await send_picture(bot, chat_id, reply.picture)


async def send_picture(bot: Bot, chat_id: int, picture: Picture) -> None:
    """Without the letters it needs, its words alone."""
    try:
        content = await asyncio.to_thread(picture.draw)
    except FontsMissing:
        log.exception("a picture could not be drawn")
        await bot.send_message(chat_id, shorten(picture.caption, LONGEST_TEXT))
        return
    await bot.send_photo(chat_id, content, caption=shorten(picture.caption, LONGEST_CAPTION), filename=picture.name)


async def send(bot: Bot, chat_id: int, screen: Screen) -> int:
    """The message's id."""
    made = await bot.send_message(
        chat_id, screen.text, parse_mode=ParseMode.HTML, reply_markup=_markup(screen.rows) if screen.rows else None
    )
    return made.message_id


async def edit(bot: Bot, where: tuple[int, int], screen: Screen) -> bool:
    """False when the message cannot be changed any more (deleted, too old)."""
    chat_id, message_id = where
    try:
        await bot.edit_message_text(
            screen.text,
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(screen.rows) if screen.rows else None,
        )
    except BadRequest as error:
        return UNCHANGED in error.message.lower()
    return True


async def _tolerating(call: Callable[[], Awaitable[object]]) -> None:
    """For a press that waited too long."""
    try:
        await call()
    except BadRequest as error:
        log.info("telegram refused a courtesy", reason=error.message)


def _markup(rows: Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(key) for key in row] for row in rows])


def _button(key: Key) -> InlineKeyboardButton:
    if key.url:
        return InlineKeyboardButton(key.label, url=key.url)
    return InlineKeyboardButton(key.label, callback_data=key.data)
