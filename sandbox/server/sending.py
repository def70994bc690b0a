"""Methods that put a message into a chat."""

from __future__ import annotations

from sandbox.server.bot import Bot, Json, Sent
from sandbox.server.chats import Chat, Message, as_api
from sandbox.server.entities import formatted
from sandbox.server.errors import bad_request
from sandbox.server.files import MAX_PHOTO, MAX_UPLOAD, document, photo, played_as
from sandbox.server.markup import checked_markup, show_keyboard

MOST_IN_ALBUM = 10
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


async def send_message(bot: Bot, request: Json) -> Json:
    text, entities = formatted(request)
    chat = bot.open_chat(request["chat_id"])
    message = bot.compose(bot.as_api(), text, entities)
    return put_message(bot, chat, message, request | {"method": "sendMessage"})


async def send_photo(bot: Bot, request: Json) -> Json:
    return _send_file(bot, request, "photo")


async def send_document(bot: Bot, request: Json) -> Json:
    return _send_file(bot, request, "document")


async def send_voice(bot: Bot, request: Json) -> Json:
    return _send_file(bot, request, "voice")


async def send_audio(bot: Bot, request: Json) -> Json:
    return _send_file(bot, request, "audio")


async def send_video(bot: Bot, request: Json) -> Json:
    return _send_file(bot, request, "video")


async def send_media_group(bot: Bot, request: Json) -> list[Json]:
    """An album of two to ten pictures, or of documents (Bot API, sendMediaGroup): all of it, or nothing."""
    items = request["media"]
    if not 2 <= len(items) <= MOST_IN_ALBUM:
        raise bad_request("wrong number of media in the group")
    kinds = {item["type"] for item in items}
    if not kinds <= {"photo", "document"}:
        raise bad_request("the sandbox plays albums of pictures and of documents only")
    if len(kinds) > 1:
        raise bad_request("Document can't be mixed with other media types")
    album, kind = bot.ids.token(), kinds.pop()
    common = {name: value for name, value in request.items() if name != "media"}
    asked = [{**common, **_captioned(item), kind: item["media"]} for item in items]
    chat, messages = bot.open_chat(request["chat_id"]), [_with_file(bot, one, kind) for one in asked]
    bot.rates.spend(chat.id, len(messages), paid=_is_paid(request))
    for message in messages:
        message.media |= {"media_group_id": album}
    return [_put(bot, chat, message, request | {"method": "sendMediaGroup"}) for message in messages]


async def send_location(bot: Bot, request: Json) -> Json:
    chat = bot.open_chat(request["chat_id"])
    if not (-90 <= request["latitude"] <= 90 and -180 <= request["longitude"] <= 180):
        raise bad_request("wrong latitude or longitude")
    message = bot.compose(bot.as_api())
    message.media = {"location": {"latitude": request["latitude"], "longitude": request["longitude"]}}
    return put_message(bot, chat, message, request | {"method": "sendLocation"})


async def send_chat_action(bot: Bot, request: Json) -> bool:
    chat = bot.open_chat(request["chat_id"])
    if request["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.action = request["action"]
    return True


def _captioned(item: Json) -> Json:
    return {name: item[name] for name in ("caption", "parse_mode", "caption_entities") if name in item}


def _send_file(bot: Bot, request: Json, kind: str) -> Json:
    chat, message = bot.open_chat(request["chat_id"]), _with_file(bot, request, kind)
    return put_message(bot, chat, message, request | {"method": f"send{kind.capitalize()}"})


def _with_file(bot: Bot, request: Json, kind: str) -> Message:
    """A message with the file of a request, in no chat yet."""
    text, entities = formatted(request, "caption")
    described, upload = bot.files.received(request[kind], MAX_PHOTO if kind == "photo" else MAX_UPLOAD)
    message = bot.compose(bot.as_api(), text, entities)
    match played_as(kind, upload):
        case "photo":
            message.media = {"photo": photo(described, upload)}
        case "audio" | "video":
            size = {"width": 640, "height": 480} if kind == "video" else {}
            played = document(described, upload) | {"duration": request.get("duration", 1)} | size
            message.media = {kind: played}
        case "voice":
            message.media = {"voice": described | {"duration": request.get("duration", 1), "mime_type": upload.mime}}
        case _:
            message.media = {"document": document(described, upload)}
    return message


def _is_paid(request: Json) -> bool:
    return bool(request.get("allow_paid_broadcast"))


def put_message(bot: Bot, chat: Chat, message: Message, request: Json) -> Json:
    checked_markup(request.get("reply_markup"), private=chat.person is not None)
    _replied_to(chat, request)
    bot.rates.spend(chat.id, paid=_is_paid(request))
    return _put(bot, chat, message, request)


def _put(bot: Bot, chat: Chat, message: Message, request: Json) -> Json:
    message.markup = checked_markup(request.get("reply_markup"), private=chat.person is not None)
    message.reply_to = _replied_to(chat, request)
    chat.messages[message.id] = message
    chat.action = None
    show_keyboard(chat, message.markup)
    bot.sent.append(Sent(chat.id, message.id, request["method"], message.text, message.sent_at))
    return as_api(message, chat)


def _replied_to(chat: Chat, request: Json) -> Message | None:
    wanted = request.get("reply_parameters") or {}
    number = wanted.get("message_id", request.get("reply_to_message_id"))
    if number is None:
        return None
    if number not in chat.messages:
        if wanted.get("allow_sending_without_reply", request.get("allow_sending_without_reply")):
            return None
        raise bad_request("reply message not found")
    return chat.messages[number]
