"""After the commit: what the chat shows. Prompts at least once; nothing here changes an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo

from bots.participants.parse import PressedButton
from bots.participants.screen import Document, Key, Reply, Rows, Screen
from bots.participants.store import ChatState

log = structlog.get_logger()
T = TypeVar("T")

UNCHANGED = "message is not modified"
PAUSES = (0.2, 1, 2, 4, 8, 16)  # seconds between tries when Telegram cannot be reached
LONGEST_TOAST = 200  # Bot API, answerCallbackQuery


class Toast(NamedTuple):
    """What is said over the chat to a press, "" for nothing: Telegram waits for it."""

    callback_id: str
    text: str

    def to_json(self) -> bytes:
        """As the method that an answer to a webhook may carry (Bot API, "setWebhook")."""
        method = {"method": "answerCallbackQuery", "callback_query_id": self.callback_id, "text": self.text}
        return json.dumps(method).encode()


def toast_of(pressed: PressedButton, reply: Reply) -> Toast:
    return Toast(pressed.callback_id, reply.toast[:LONGEST_TOAST])


async def show(
    bot: Bot, chat: ChatState, reply: Reply, pressed: PressedButton | None, *, is_answered: bool = False
) -> int | None:
    """Shows a reply; the id of the message that holds the live buttons now, 0 for none, None for the one that did.

    A press on the live message changes it in place; anything else is written below and takes
    the buttons off the message before. `is_answered` where the press was already.
    Raises what Telegram refuses for good (blocked).
    """
    if pressed is not None and not is_answered:
        toast = toast_of(pressed, reply)
        await _tolerating(lambda: bot.answer_callback_query(toast.callback_id, text=toast.text or None))
    if pressed is not None and pressed.message_id is not None and reply.marked:
        await _mark(bot, chat.id, pressed.message_id, reply.marked)
    for document in reply.documents:
        await patiently(partial(_send_document, bot, chat.id, document))
    if not reply.screens:
        return None
    if reply.beside:
        await _send_all(bot, chat.id, reply.screens)
        return None
    on = pressed.message_id if pressed is not None else None
    alone = len(reply.screens) == 1 and not reply.shown  # a message below a picture is a new one
    in_place = on is not None and alone and (reply.apart or on == chat.prompt_message_id)
    if on is not None and in_place and await _edit(bot, chat.id, on, reply.screens[0]):
        return None
    if reply.apart:
        await _send_all(bot, chat.id, reply.screens)
        return None
    for old in {on, chat.prompt_message_id} - {None}:
        await _take_buttons(bot, chat.id, old)
    return await _send_all(bot, chat.id, reply.screens)


async def _send_all(bot: Bot, chat_id: int, screens: tuple[Screen, ...]) -> int | None:
    sent = None
    for screen in screens:
        sent = await patiently(partial(_send, bot, chat_id, screen))
    return sent if screens[-1].rows else 0


async def _send(bot: Bot, chat_id: int, screen: Screen) -> int:
    message = await bot.send_message(
        chat_id, screen.text, parse_mode=ParseMode.HTML, reply_markup=_markup(screen.rows) if screen.rows else None
    )
    return message.message_id


async def _send_document(bot: Bot, chat_id: int, document: Document) -> None:
    file = BufferedInputFile(document.content, document.name)
    if document.is_picture:
        await bot.send_photo(chat_id, file, caption=document.caption)
    else:
        await bot.send_document(chat_id, file, caption=document.caption)


async def _edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> bool:
    """False when the message cannot be changed any more (deleted, too old)."""
    try:
        await patiently(
            lambda: bot.edit_message_text(
                screen.text,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(screen.rows),
            )
        )
    except TelegramBadRequest as error:
        return UNCHANGED in error.message
    return True


async def _mark(bot: Bot, chat_id: int, message_id: int, rows: Rows) -> None:
    await _tolerating(
        lambda: bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, reply_markup=_markup(rows))
    )


async def _take_buttons(bot: Bot, chat_id: int, message_id: int | None) -> None:
    await _tolerating(lambda: bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id))


async def _tolerating(call: Callable[[], Awaitable[object]]) -> None:
    """For what may be gone already: an old button, a query that waited too long."""
    try:
        await patiently(call)
    except TelegramBadRequest as error:
        log.info("telegram refused a courtesy", reason=error.message)


async def patiently(call: Callable[[], Awaitable[T]], between: Sequence[float] = PAUSES) -> T:
    """Waits as long as Telegram says and tries again; trouble on the way is tried over some time.

    What was in doubt may so be shown twice, which harms nothing; not at all would leave the person stuck.
    """
    pauses = iter(between)
    while True:
        try:
            return await call()
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
        except (TelegramNetworkError, TelegramServerError):
            pause = next(pauses, None)
            if pause is None:
                raise
            await asyncio.sleep(pause)


def _markup(rows: Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[_button(key) for key in row] for row in rows])


def _button(key: Key) -> InlineKeyboardButton:
    if key.app:
        return InlineKeyboardButton(text=key.label, web_app=WebAppInfo(url=key.app))
    if key.url:
        return InlineKeyboardButton(text=key.label, url=key.url)
    return InlineKeyboardButton(text=key.label, callback_data=key.data)
