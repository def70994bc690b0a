"""Whose chat it is from now on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bots.participants.dialogue import Talk
from bots.participants.store import change_chat, language_of, load_chat


def seated(talk: Talk, address_id: int) -> Talk:
    """The chat as that of an address; nothing of whoever was joined before remains."""
    values: dict[str, Any] = {"address_id": address_id, "awaiting": {}}
    if talk.chat.address_id != address_id:
        values["response_id"] = None
    change_chat(talk.session, talk.chat.id, **values)
    chat = load_chat(talk.session, talk.chat.id)
    assert chat is not None and chat.participant_id is not None
    if talk.chat.address_id != address_id:
        chat = chat._replace(language=language_of(talk.session, chat.participant_id))
        change_chat(talk.session, chat.id, language=chat.language)
    return replace(talk, chat=chat)
