"""The methods the sandbox plays, by the Bot API's names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.server import editing, polls, profile, sending
from sandbox.server.bot import Bot, Json
from sandbox.server.errors import Refusal, bad_request
from sandbox.server.strict import Method, Uploads, check_request

Played = Callable[[Bot, Json], Awaitable[Any]]

PLAYED: dict[str, Played] = {
    "getMe": profile.get_me,
    "getUpdates": profile.get_updates,
    "setWebhook": profile.set_webhook,
    "deleteWebhook": profile.delete_webhook,
    "getWebhookInfo": profile.get_webhook_info,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.set_my_name,
    "getMyName": profile.get_my_name,
    "setMyDescription": profile.set_my_description,
    "getMyDescription": profile.get_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getMyShortDescription": profile.get_my_short_description,
    "setChatMenuButton": profile.set_chat_menu_button,
    "getFile": profile.get_file,
    "getChat": profile.get_chat,
    "leaveChat": profile.leave_chat,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendVoice": sending.send_voice,
    "sendAudio": sending.send_audio,
    "sendVideo": sending.send_video,
    "sendMediaGroup": sending.send_media_group,
    "sendLocation": sending.send_location,
    "sendPoll": polls.send_poll,
    "stopPoll": polls.stop_poll,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": editing.answer_callback_query,
}


async def carry_out(bot: Bot, method: Method | None, given: Mapping[str, Any], uploads: Uploads) -> Any:
    """Checks a request and plays it; the `result`, or a Refusal raised."""
    if method is None:
        raise Refusal(404, "Not Found")
    request = check_request(method, given, uploads)
    played = PLAYED.get(method.__api_method__)
    if played is None:
        raise bad_request(f"the sandbox does not play {method.__api_method__}")
    return await played(bot, request)
