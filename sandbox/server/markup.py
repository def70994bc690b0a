"""Keyboards: what the method models cannot say of them (Bot API, "InlineKeyboardButton")."""

from __future__ import annotations

import re
from typing import Any

from sandbox.server.chats import Chat
from sandbox.server.errors import bad_request

Json = dict[str, Any]
MAX_BUTTONS = 100
MAX_IN_ROW = 8
MAX_DATA = 64
PAGE = re.compile(r"(?:https://[^\s/?#]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?=[/?#]|$))\S*$")
"""A page that opens inside: Telegram takes https only; a page on the own machine is let through for training."""
DECORATION = {"text", "style", "icon_custom_emoji_id"}


def checked_markup(markup: Json | None, *, private: bool) -> Json | None:
    """A reply markup that Telegram would take; raises a Refusal otherwise."""
    if markup is None:
        return None
    rows: list[list[Json | str]] = markup.get("inline_keyboard") or markup.get("keyboard") or []
    if sum(len(row) for row in rows) > MAX_BUTTONS or any(len(row) > MAX_IN_ROW for row in rows):
        raise bad_request("reply markup is too long")
    for row in rows:
        for button in row:
            if "inline_keyboard" in markup:
                _check_inline(button)
                if "web_app" in button and not private:
                    raise bad_request("BUTTON_TYPE_INVALID")
            elif not _text(button):
                raise bad_request("keyboard button text must be non-empty")
    return markup


def inline_only(markup: Json | None, *, private: bool) -> Json | None:
    """A markup for an edited message, which can only have buttons of its own."""
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return checked_markup(markup, private=private)


def show_keyboard(chat: Chat, markup: Json | None) -> None:
    """Changes the keyboard under a chat as a message's markup says."""
    if markup is None or "inline_keyboard" in markup:
        return
    chat.keyboard = markup if "keyboard" in markup else None


def _check_inline(button: Json | str) -> None:
    if isinstance(button, str) or not (actions := set(button) - DECORATION):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not _text(button):
        raise bad_request("can't parse inline keyboard button: Button text must be non-empty")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is expected")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    app = (button.get("web_app") or {}).get("url")
    if app is not None and not PAGE.match(app):
        raise bad_request(f"inline keyboard button Web App URL '{app}' is invalid: Only HTTPS links are allowed")
    url = button.get("url")
    if url is not None and not re.match(r"(?:https?://[^\s/?#]+|tg://\S+)\S*$", url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _text(button: Json | str) -> str:
    return (button if isinstance(button, str) else str(button.get("text", ""))).strip()
