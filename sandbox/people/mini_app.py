"""Opening a Mini App as Telegram does: the button's page, with Telegram's word on who opens it in the fragment.

Source: Telegram, "Mini Apps", "Initializing Mini Apps" and "Validating data received via the Mini App".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlencode

from sandbox.people.acts import Impossible
from sandbox.server.bot import Bot
from sandbox.server.chats import Chat

VERSION = "8.0"


def opened(bot: Bot, chat: Chat, url: str) -> str:
    """The address that a press on a button with this page opens now; raises Impossible where there is none."""
    buttons = (one for message in chat.messages.values() for row in message.inline_rows for one in row)
    if chat.person is None or all(one.get("web_app", {}).get("url") != url for one in buttons):
        raise Impossible("no message has such a button now")
    fields = {
        "query_id": bot.ids.token(),
        "user": json.dumps(chat.person.as_api(), separators=(",", ":")),
        "auth_date": str(int(bot.clock.now().timestamp())),
    }
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.new(b"WebAppData", bot.token.encode(), hashlib.sha256).digest()
    fields["hash"] = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    told = {"tgWebAppData": urlencode(fields), "tgWebAppVersion": VERSION, "tgWebAppPlatform": "web"}
    return f"{url}#{urlencode(told)}"
