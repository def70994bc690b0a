"""The bot's way to Telegram: aiogram's, with the shapes of the answers kept."""

from __future__ import annotations

from functools import cache
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType


class BotSession(AiohttpSession):
    """Checks answers against shapes that stay."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        answer_of(type(method))
        return super().check_response(bot, method, status_code, content)


@cache
def answer_of(method: type[TelegramMethod[Any]]) -> type[Response[Any]]:
    """The shape of a method's answer.

    Nothing else holds it: pydantic would lose it at the next sweep of the memory, and to make it anew takes
    as long as some ten answers.
    """
    return Response.__class_getitem__(method.__returning__)  # type: ignore[return-value]
