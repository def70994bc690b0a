"""Methods about the bot itself, its chats, its files and its ways to get updates."""

from __future__ import annotations

import re

from sandbox.server.bot import Bot, Hook, Json
from sandbox.server.errors import bad_request, conflict, forbidden

DESCRIPTION_LIMITS = {"name": 64, "description": 512, "short_description": 120}
DEFAULT_SCOPE = {"type": "default"}


async def get_me(bot: Bot, _: Json) -> Json:
    return bot.as_api() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(bot: Bot, request: Json) -> list[Json]:
    if bot.hook is not None:
        raise conflict("can't use getUpdates method while webhook is active")
    limit = request.get("limit", 100)
    bot.updates.allow(request.get("allowed_updates"))
    if offset := request.get("offset"):
        bot.updates.confirm(offset)
    return await bot.updates.poll(min(max(limit, 1), 100), min(request.get("timeout", 0), 50))


async def set_webhook(bot: Bot, request: Json) -> bool:
    """Takes plain http too, which the real one does not: the sandbox stays on one machine."""
    url, secret = request["url"], request.get("secret_token") or ""
    if not url:
        return await delete_webhook(bot, request)
    if not re.match(r"https?://[^\s/]+", url):
        raise bad_request("bad webhook: invalid URL")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    bot.updates.allow(request.get("allowed_updates"))
    if request.get("drop_pending_updates"):
        bot.updates.waiting.clear()
    bot.hook = Hook(url, secret)
    bot.updates.release()
    return True


async def delete_webhook(bot: Bot, request: Json) -> bool:
    bot.hook = None
    if request.get("drop_pending_updates"):
        bot.updates.waiting.clear()
    return True


async def get_webhook_info(bot: Bot, _: Json) -> Json:
    hook = bot.hook
    told: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": bot.updates.pending(),
    }
    if hook and hook.last_error_at:
        told |= {"last_error_date": int(hook.last_error_at.timestamp()), "last_error_message": hook.last_error}
    if bot.updates.allowed:
        told["allowed_updates"] = sorted(bot.updates.allowed)
    return told


async def set_my_commands(bot: Bot, request: Json) -> bool:
    commands = request["commands"]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(request)] = commands
    return True


async def get_my_commands(bot: Bot, request: Json) -> list[Json]:
    return bot.commands.get(_scope(request), [])


async def delete_my_commands(bot: Bot, request: Json) -> bool:
    bot.commands.pop(_scope(request), None)
    return True


async def set_my_name(bot: Bot, request: Json) -> bool:
    return _set_text(bot, request, "name")


async def get_my_name(bot: Bot, request: Json) -> Json:
    return {"name": _get_text(bot, request, "name") or bot.as_api()["first_name"]}


async def set_my_description(bot: Bot, request: Json) -> bool:
    return _set_text(bot, request, "description")


async def get_my_description(bot: Bot, request: Json) -> Json:
    return {"description": _get_text(bot, request, "description")}


async def set_my_short_description(bot: Bot, request: Json) -> bool:
    return _set_text(bot, request, "short_description")


async def get_my_short_description(bot: Bot, request: Json) -> Json:
    return {"short_description": _get_text(bot, request, "short_description")}


async def set_chat_menu_button(_bot: Bot, _request: Json) -> bool:
    return True


async def get_file(bot: Bot, request: Json) -> Json:
    return bot.files.as_api(request["file_id"])


async def get_chat(bot: Bot, request: Json) -> Json:
    chat = bot.known_chat(request["chat_id"])
    permitted = {"accepted_gift_types": dict.fromkeys(GIFTS, False), "accent_color_id": 0, "max_reaction_count": 11}
    return chat.as_api() | permitted


async def leave_chat(bot: Bot, request: Json) -> bool:
    chat = bot.open_chat(request["chat_id"])
    if chat.person is not None:
        raise forbidden("bot can't leave a private chat")
    chat.blocked = True
    return True


GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def _scope(request: Json) -> str:
    scope = request.get("scope") or DEFAULT_SCOPE
    return f"{sorted(scope.items())} {request.get('language_code') or ''}"


def _set_text(bot: Bot, request: Json, kind: str) -> bool:
    text = request.get(kind) or ""
    if len(text) > DESCRIPTION_LIMITS[kind]:
        raise bad_request(f"{kind.replace('_', ' ')} is too long")
    bot.texts[kind, request.get("language_code") or ""] = text
    return True


def _get_text(bot: Bot, request: Json, kind: str) -> str:
    language = request.get("language_code") or ""
    return bot.texts.get((kind, language)) or bot.texts.get((kind, ""), "")
