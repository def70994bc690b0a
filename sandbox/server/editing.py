"""Methods that change or remove what stands in a chat, or answer a press."""

from __future__ import annotations

from datetime import timedelta

from sandbox.server.bot import Bot, Json
from sandbox.server.chats import Chat, Message, Toast, as_api
from sandbox.server.entities import formatted
from sandbox.server.errors import bad_request
from sandbox.server.markup import inline_only

DELETABLE_FOR = timedelta(hours=48)
ANSWERABLE_FOR = timedelta(minutes=15)
MAX_TOAST = 200
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


async def edit_message_text(bot: Bot, request: Json) -> Json:
    text, entities = formatted(request)
    chat, message = _own_message(bot, request)
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return _change(bot, chat, message, (text, entities, _buttons(chat, request)))


async def edit_message_caption(bot: Bot, request: Json) -> Json:
    text, entities = formatted(request, "caption")
    chat, message = _own_message(bot, request)
    if not message.media:
        raise bad_request("there is no caption in the message to edit")
    return _change(bot, chat, message, (text, entities, _buttons(chat, request)))


async def edit_message_reply_markup(bot: Bot, request: Json) -> Json:
    chat, message = _own_message(bot, request)
    markup = _buttons(chat, request)
    return _change(bot, chat, message, (message.text, message.entities, markup))


async def delete_message(bot: Bot, request: Json) -> bool:
    chat = bot.open_chat(request["chat_id"])
    _delete(bot, chat, request["message_id"])
    return True


async def delete_messages(bot: Bot, request: Json) -> bool:
    """Skips what is not there, as the real one does."""
    chat = bot.open_chat(request["chat_id"])
    for number in request["message_ids"]:
        if number in chat.messages:
            _delete(bot, chat, number)
    return True


async def answer_callback_query(bot: Bot, request: Json) -> bool:
    query = bot.queries.get(request["callback_query_id"])
    if query is None or bot.clock.now() - query.at > ANSWERABLE_FOR:
        raise bad_request(TOO_OLD)
    text = request.get("text") or ""
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    bot.chats[query.chat_id].toasts.append(Toast(text, bool(request.get("show_alert")), bot.clock.now()))
    return True


def _buttons(chat: Chat, request: Json) -> Json | None:
    return inline_only(request.get("reply_markup"), private=chat.person is not None)


def _own_message(bot: Bot, request: Json) -> tuple[Chat, Message]:
    if "inline_message_id" in request:
        raise bad_request("MESSAGE_ID_INVALID")
    if "chat_id" not in request:
        raise bad_request("chat_id is empty")
    chat = bot.open_chat(request["chat_id"])
    message = chat.messages.get(request.get("message_id", 0))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _change(bot: Bot, chat: Chat, message: Message, new: tuple[str, list[Json], Json | None]) -> Json:
    text, entities, markup = new
    rows = (markup or {}).get("inline_keyboard", [])
    if (text, entities, rows) == (message.text, message.entities, message.inline_rows):
        raise bad_request("message is not modified")
    bot.rates.spend(chat.id)
    if (text, entities) != (message.text, message.entities):
        message.edited_at = bot.clock.now()
    message.text, message.entities, message.markup = text, entities, markup
    return as_api(message, chat)


def _delete(bot: Bot, chat: Chat, number: int) -> None:
    message = chat.messages.get(number)
    if message is None:
        raise bad_request("message to delete not found")
    if bot.clock.now() - message.sent_at > DELETABLE_FOR or not (message.by_bot or chat.person):
        raise bad_request("message can't be deleted")
    del chat.messages[number]
