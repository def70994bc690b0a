"""Every message of the bot takes a permit of Telegram's rate; aiogram lets each request pass here."""

from __future__ import annotations

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import Response, SendChatAction, SendMediaGroup, TelegramMethod
from aiogram.methods.base import TelegramType

from notifications.sending.first import FirstInLine

COUNTED = ("send", "edit", "copy", "forward")  # what Telegram counts: what is written into a chat, or changed there


class PacedRequests(BaseRequestMiddleware):
    """Holds a message back until it may leave; what only asks or acknowledges passes."""

    def __init__(self, line: FirstInLine) -> None:
        self._line = line

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        if count := messages_of(method):
            await self._line.turn(count)
        return await make_request(bot, method)


def messages_of(method: TelegramMethod[TelegramType]) -> int:
    """How many messages a request is counted as."""
    if isinstance(method, SendMediaGroup):
        return len(method.media)
    is_counted = method.__api_method__.startswith(COUNTED) and not isinstance(method, SendChatAction)
    return 1 if is_counted else 0
