"""What people do in a chat with a bot; each act queues the update that Telegram would send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.people.media import KINDS, media_of
from sandbox.server.bot import Bot, Query
from sandbox.server.chats import Chat, Message, Person, as_api
from sandbox.server.entities import MAX_TEXT, found_entities
from sandbox.server.strict import Upload

Json = dict[str, Any]


class Impossible(Exception):
    """Something a person could not do in a real chat; the text says why."""


@dataclass(frozen=True)
class Act:
    """What became of an act: the update's id (None when the bot does not hear of it) and the message's."""

    update_id: int | None
    message_id: int | None = None


def say(bot: Bot, chat: Chat, person: Person, text: str) -> Act:
    """Sends a text as it is; beyond 4,096 characters a client would split it, here it is refused."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise Impossible(f"a text has 1 to {MAX_TEXT} characters")
    return _send(bot, chat, person, bot.compose(person.as_api(), text, found_entities(text, [])))


def share_location(bot: Bot, chat: Chat, person: Person, place: tuple[float, float, float | None]) -> Act:
    """Latitude and longitude in degrees; the accuracy in metres where the client tells it."""
    latitude, longitude, accuracy = place
    message = bot.compose(person.as_api())
    told = {} if accuracy is None else {"horizontal_accuracy": accuracy}
    message.media = {"location": {"latitude": latitude, "longitude": longitude} | told}
    return _send(bot, chat, person, message)


def share_contact(bot: Bot, chat: Chat, person: Person, phone_number: str) -> Act:
    message = bot.compose(person.as_api())
    contact = {"phone_number": phone_number, "first_name": person.first_name, "user_id": person.id}
    message.media = {"contact": contact}
    return _send(bot, chat, person, message)


def send_file(bot: Bot, chat: Chat, person: Person, sent: tuple[str, Upload, str, str]) -> Act:
    """Sends one of KINDS: its kind, the file, a caption, and the album it is sent in or ""."""
    kind, upload, caption, album = sent
    if kind not in KINDS:
        raise Impossible(f"kind: {', '.join(KINDS)}")
    message = bot.compose(person.as_api(), caption, found_entities(caption, []))
    message.media = media_of(bot.files, kind, upload) | ({"media_group_id": album} if album else {})
    return _send(bot, chat, person, message)


def press(bot: Bot, chat: Chat, person: Person, button: Json) -> Act:
    """Presses a button by `message_id` and `data`; with `force` also one that is there no more."""
    number, data = button.get("message_id"), button.get("data")
    if isinstance(number, str) and number.isdecimal():
        number = int(number)  # a form carries text only
    if not isinstance(number, int) or not isinstance(data, str):
        raise Impossible("message_id and data are needed")
    message = chat.messages.get(number)
    there = message is not None and any(b.get("callback_data") == data for row in message.inline_rows for b in row)
    if not there and not button.get("force"):
        raise Impossible(f"message {number} has no such button now")
    query_id = bot.ids.token()
    bot.queries[query_id] = Query(chat.id, bot.clock.now())
    query = {
        "id": query_id,
        "from": person.as_api(),
        "chat_instance": str(chat.id),
        "data": data,
        "message": as_api(message, chat) if message else _gone(chat, number),
    }
    return Act(bot.updates.add(chat.id, "callback_query", query), number)


def vote(bot: Bot, chat: Chat, person: Person, choice: Json) -> Act:
    """Votes in one of Telegram's polls by `message_id` and `options`, places from 0; none takes the vote back."""
    message = chat.messages.get(choice.get("message_id", 0))
    poll, options = message.media.get("poll") if message else None, choice.get("options")
    if message is None or poll is None or poll["is_closed"] or not isinstance(options, list):
        raise Impossible("message_id of an open poll and options are needed")
    if not all(isinstance(one, int) and 0 <= one < len(poll["options"]) for one in options):
        raise Impossible("options are places from 0")
    answer = {"poll_id": poll["id"], "user": person.as_api(), "option_ids": options}
    answer["option_persistent_ids"] = [poll["options"][one]["persistent_id"] for one in options]
    # Of an anonymous poll the bot hears no answers.
    return Act(None if poll["is_anonymous"] else bot.updates.add(chat.id, "poll_answer", answer), message.id)


def block(bot: Bot, chat: Chat, person: Person, blocked: bool) -> Act:
    """Blocks the bot or lets it write again; in a group, removes it or adds it."""
    if chat.blocked == blocked:
        return Act(None)
    chat.blocked = blocked
    away = "kicked" if chat.person else "left"
    member = {"user": bot.as_api(), "status": "member"}
    gone = {"user": bot.as_api(), "status": away} | ({"until_date": 0} if away == "kicked" else {})
    change = {
        "chat": chat.as_api(),
        "from": person.as_api(),
        "date": int(bot.clock.now().timestamp()),
        "old_chat_member": member if blocked else gone,
        "new_chat_member": gone if blocked else member,
    }
    return Act(bot.updates.add(chat.id, "my_chat_member", change))


def _send(bot: Bot, chat: Chat, person: Person, message: Message) -> Act:
    if chat.blocked:
        block(bot, chat, person, blocked=False)
    if chat.keyboard and chat.keyboard.get("one_time_keyboard"):
        chat.keyboard = None
    return Act(bot.receive(chat, person, message), message.id)


def _gone(chat: Chat, number: int) -> Json:
    """A message the bot cannot see any more (Bot API, "InaccessibleMessage")."""
    return {"chat": chat.as_api(), "message_id": number, "date": 0}
