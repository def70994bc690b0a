"""What a person sees of a chat."""

from __future__ import annotations

from typing import Any

from sandbox.server.bot import Bot
from sandbox.server.chats import Chat, Message
from sandbox.server.entities import as_html

Json = dict[str, Any]
TOASTS_SHOWN = 10
MEDIA = ("photo", "voice", "audio", "video", "video_note", "animation", "document", "location", "contact")


def chat_view(bot: Bot, chat: Chat) -> Json:
    """The chat as JSON: its messages in order, the keyboard under it, the last answers to presses.

    `pending` counts this chat's updates that the bot has not confirmed yet.
    """
    return {
        "chat_id": chat.id,
        "name": chat.person.first_name if chat.person else chat.title,
        "language_code": chat.person.language_code if chat.person else None,
        "started": chat.started,
        "blocked": chat.blocked,
        "typing": chat.action is not None,
        "messages": [message_view(message) for _, message in sorted(chat.messages.items())],
        "keyboard": _keyboard(chat),
        "toasts": [{"text": t.text, "alert": t.alert, "at": t.at.isoformat()} for t in chat.toasts[-TOASTS_SHOWN:]],
        "toast_count": len(chat.toasts),
        "pending": bot.updates.pending(chat.id),
    }


def message_view(message: Message) -> Json:
    kind = next((kind for kind in MEDIA if kind in message.media), None)
    return {
        "id": message.id,
        "from": "bot" if message.by_bot else "person",
        "author": message.author["first_name"],
        "text": message.text,
        "html": as_html(message.text, message.entities),
        "at": message.sent_at.isoformat(),
        "edited": message.edited_at is not None,
        "reply_to": message.reply_to.id if message.reply_to else None,
        "buttons": [[_button(button) for button in row] for row in message.inline_rows],
        "poll": message.media.get("poll"),
        "media": {"kind": kind, "file": _file(message, kind)} if kind else None,
    }


def _button(button: Json) -> Json:
    if "callback_data" in button:
        return {"text": button["text"], "data": button["callback_data"]}
    if "web_app" in button:
        return {"text": button["text"], "app": button["web_app"]["url"]}
    if "url" in button:
        return {"text": button["text"], "url": button["url"]}
    return {"text": button["text"]}


def _file(message: Message, kind: str) -> Json:
    value = message.media[kind]
    described: Json = value[-1] if isinstance(value, list) else value
    return described


def _keyboard(chat: Chat) -> list[list[Json]] | None:
    if chat.keyboard is None:
        return None
    rows = chat.keyboard["keyboard"]
    return [[_reply_button({"text": b} if isinstance(b, str) else b) for b in row] for row in rows]


def _reply_button(button: Json) -> Json:
    asks = next((kind for kind in ("request_location", "request_contact") if button.get(kind)), None)
    return {"text": button["text"]} | ({"asks": asks.removeprefix("request_")} if asks else {})
