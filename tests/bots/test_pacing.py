"""What Telegram counts takes a permit, and an album one for each picture; what only asks takes none."""

from __future__ import annotations

from typing import Any

import pytest
from aiogram.methods import AnswerCallbackQuery, EditMessageText, GetMe, SendChatAction, SendMediaGroup, SendMessage
from aiogram.types import InputMediaPhoto

from bots.participants.pacing import messages_of

ALBUM: list[Any] = [InputMediaPhoto(media="a"), InputMediaPhoto(media="b"), InputMediaPhoto(media="c")]


@pytest.mark.parametrize(
    ("method", "count"),
    [
        (SendMessage(chat_id=1, text="a"), 1),
        (EditMessageText(text="a", chat_id=1, message_id=2), 1),
        (SendMediaGroup(chat_id=1, media=ALBUM), 3),
        (SendChatAction(chat_id=1, action="typing"), 0),
        (AnswerCallbackQuery(callback_query_id="1"), 0),
        (GetMe(), 0),
    ],
)
def test_what_counts(method: Any, count: int) -> None:
    assert messages_of(method) == count
