"""Telegram's own polls: sent by a bot, voted in by people, stopped by the bot (Bot API, sendPoll, stopPoll)."""

from __future__ import annotations

from sandbox.server.bot import Bot, Json
from sandbox.server.errors import bad_request
from sandbox.server.sending import put_message

MOST_OPTIONS, LONGEST_OPTION, LONGEST_QUESTION = 12, 100, 300


async def send_poll(bot: Bot, request: Json) -> Json:
    chat, options = bot.open_chat(request["chat_id"]), [str(one["text"]) for one in request["options"]]
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise bad_request("poll must have at most 12 options")
    if not 1 <= len(request["question"]) <= LONGEST_QUESTION:
        raise bad_request("poll question length must not exceed 300")
    if not all(1 <= len(one) <= LONGEST_OPTION for one in options):
        raise bad_request("poll options length must not exceed 100")
    message = bot.compose(bot.as_api())
    message.media = {
        "poll": {
            "id": bot.ids.token(),
            "question": request["question"],
            "options": [{"persistent_id": str(at), "text": text, "voter_count": 0} for at, text in enumerate(options)],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": request.get("is_anonymous", True),
            "type": "regular",
            "allows_multiple_answers": request.get("allows_multiple_answers", False),
            "allows_revoting": True,
            "members_only": False,
        }
    }
    return put_message(bot, chat, message, request | {"method": "sendPoll"})


async def stop_poll(bot: Bot, request: Json) -> Json:
    message = bot.open_chat(request["chat_id"]).messages.get(request["message_id"])
    poll = message.media.get("poll") if message is not None else None
    if poll is None:
        raise bad_request("message with poll to stop not found")
    if poll["is_closed"]:
        raise bad_request("poll has already been closed")
    poll["is_closed"] = True
    stopped: Json = poll
    return stopped
