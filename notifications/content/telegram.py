"""A mailing's text as a Telegram message: HTML subset, buttons, the length the Bot API allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape

from core.i18n import translator
from core.process.replies import LABELS
from notifications.channels.contract import Button, ChatMessage
from notifications.content.errors import ButtonWithoutEvent, ButtonWithoutRound, TextTooLong
from notifications.content.markdown import to_telegram
from notifications.content.skeleton import Skeleton, as_html, compile_skeleton, one_line
from notifications.content.text import ButtonText, Setting, Text, fill_states
from notifications.content.variables import check_kept, expand

LONGEST = 4096  # Bot API, sendMessage: after entities parsing, in UTF-16 units
ROOM_FOR_NAME = 100
TAG = re.compile(r"<[^>]+>")
OPEN_ROUND = "open:"  # callback data that begins a round's dialogue
RSVP = "rsvp:"  # callback data that replies to an event


@dataclass(frozen=True)
class ChatSkeleton:
    text: Skeleton
    buttons: tuple[tuple[Skeleton, Button], ...]  # the skeleton of a button's address, "" for a press


def compile_chat(text: Text, setting: Setting, *, has_name: bool) -> ChatSkeleton:
    """Compiles a text; raises the errors of content.errors."""
    states = fill_states(setting, has_name)
    subject = expand(text.subject, text.language, states)
    source = expand(text.body, text.language, states)
    body = to_telegram(source)
    check_kept(source, body, text.language)
    blocks = [f"<b>{escape(subject)}</b>", body]
    if not setting.is_notice:
        t = translator(text.language)
        blocks.append(as_html(t("To receive no more messages, write /stop.")))
    skeleton = compile_skeleton("\n\n".join(blocks), setting.fixed, as_html)
    length = shown_length(skeleton)
    if length > LONGEST:
        raise TextTooLong(language=text.language, length=length, limit=LONGEST)
    buttons = [
        made
        for button in text.buttons
        if button.kind != "join-chat"
        for made in (
            _replies(setting, text.language)
            if button.kind == "rsvp" and not setting.is_notice
            else [_button(button, setting, text.language)]
        )
    ]
    return ChatSkeleton(skeleton, tuple(buttons))


def render_chat(skeleton: ChatSkeleton, chat: str, values: Mapping[str, str]) -> ChatMessage:
    buttons = tuple(Button(button.label, address.fill(values), button.data) for address, button in skeleton.buttons)
    return ChatMessage(chat, skeleton.text.fill(values), buttons)


def shown_length(skeleton: Skeleton) -> int:
    """UTF-16 units that a reader will see, with room for a long name."""
    shown = unescape(TAG.sub("", "".join(skeleton.pieces)))
    return len(shown.encode("utf-16-le")) // 2 + ROOM_FOR_NAME * len(skeleton.gaps)


def _replies(setting: Setting, language: str) -> list[tuple[Skeleton, Button]]:
    """A button for each reply that the event offers."""
    if setting.event_id is None:
        raise ButtonWithoutEvent(language=language)
    t = translator(language)
    return [
        (compile_skeleton("", {}, one_line), Button(t(LABELS[one]), data=f"{RSVP}{setting.event_id}:{one}"))
        for one in setting.replies
    ]


def _button(button: ButtonText, setting: Setting, language: str) -> tuple[Skeleton, Button]:
    label = one_line(button.label)
    if button.kind != "answer":
        return compile_skeleton(button.address, {}, one_line), Button(label)
    if setting.round_id is None:
        raise ButtonWithoutRound(language=language)
    return compile_skeleton("", {}, one_line), Button(label, data=f"{OPEN_ROUND}{setting.round_id}")
