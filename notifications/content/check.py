"""Everything that can be wrong with a mailing's texts, told before anything leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import Problem
from core.process.replies import Reply
from notifications.content.email import compile_mail
from notifications.content.errors import ButtonWithoutEvent, ButtonWithoutRound, LanguageMissing
from notifications.content.telegram import compile_chat
from notifications.content.text import Setting, Text, read_buttons
from notifications.content.variables import PERSONAL, VARIABLES

SAMPLE_SENDER = "ascolto@example.org"


def check_text(raw: Mapping[str, Any], *, has_round: bool = True, has_event: bool = False) -> list[Problem]:
    """What is wrong with a text: `language`, `subject`, `body` and `buttons`, as a package writes them."""
    language = str(raw["language"])
    try:
        buttons = read_buttons(raw.get("buttons") or [], language)
    except Problem as problem:
        return [problem]
    if not has_round and any(button.kind == "answer" for button in buttons):
        return [ButtonWithoutRound(language=language)]
    if not has_event and any(button.kind == "rsvp" for button in buttons):
        return [ButtonWithoutEvent(language=language)]
    text = Text(language, str(raw["subject"]), str(raw["body"]), buttons)
    fixed = {name: name for name in VARIABLES if name not in PERSONAL}
    for filled in (fixed, dict.fromkeys(fixed, "")):  # a condition may hide a mistake on its other side
        setting = Setting(
            SAMPLE_SENDER, fixed=filled, round_id=1 if has_round else None, event_id=1 if has_event else None,
            replies=tuple(Reply), answered_by_mail=True, has_chat=True,
        )  # fmt: skip
        try:
            for has_name in (True, False):
                compile_mail(text, setting, has_name=has_name)
                compile_chat(text, setting, has_name=has_name)
        except Problem as problem:
            return [problem]
    return []


def check_languages(present: Iterable[str], wanted: Iterable[str]) -> list[Problem]:
    """The languages of a process for which a mailing has no text."""
    have = set(present)
    return [LanguageMissing(language=language) for language in wanted if language not in have]
