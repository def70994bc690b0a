"""Everything that can be wrong with a mailing's texts, told before anything leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import Problem
from core.process.replies import SAID
from notifications.content.asking import AskedPoll
from notifications.content.email import MailSkeleton, compile_mail
from notifications.content.errors import (
    ButtonWithoutEvent,
    ButtonWithoutPoll,
    ButtonWithoutRound,
    LanguageMissing,
    MailTooLarge,
)
from notifications.content.files import MEGABYTE, MailedFile
from notifications.content.telegram import compile_chat
from notifications.content.text import ButtonText, Setting, Text, read_buttons
from notifications.content.variables import BY_MODE, PERSONAL, VARIABLES

SAMPLE_POLL = AskedPoll(1)
SAMPLE_SENDER = "ascolto@example.org"


@dataclass(frozen=True)
class Allowed:
    """What a text may use: an answer button, buttons about an event or a poll, files by name, megabytes on the wire."""

    has_round: bool = True
    has_event: bool = False
    has_poll: bool = False
    files: Mapping[str, MailedFile] = field(default_factory=dict)
    limit_mb: int = 10


ALLOWED = Allowed()


def check_text(raw: Mapping[str, Any], allowed: Allowed = ALLOWED) -> list[Problem]:
    """What is wrong with a text: `language`, `subject`, `body`, `buttons`, `attachments`, as a package writes them."""
    language, found, buttons = str(raw["language"]), list[Problem](), list[ButtonText]()
    for one in raw.get("buttons") or []:
        try:
            buttons += read_buttons([one], language)
        except Problem as problem:
            found.append(problem)
    kinds = {button.kind for button in buttons}
    if not allowed.has_round and "answer" in kinds:
        found.append(ButtonWithoutRound(language=language))
    if not allowed.has_event and kinds & {"rsvp", "appointment"}:
        found.append(ButtonWithoutEvent(language=language))
    if not allowed.has_poll and "poll" in kinds:
        found.append(ButtonWithoutPoll(language=language))
    if found:  # its buttons can be compiled only when they are whole: the text is looked at without them
        buttons = []
    text = Text(language, str(raw["subject"]), str(raw["body"]), tuple(buttons), tuple(raw.get("attachments") or ()))
    fixed = {name: name for name in VARIABLES if name not in PERSONAL}
    for filled in _fills(fixed, f"{text.subject}{text.body}"):
        setting = Setting(
            SAMPLE_SENDER, fixed=filled, round_id=1 if allowed.has_round else None,
            event_id=1 if allowed.has_event else None, replies=SAID, answered_by_mail=True, has_chat=True,
            files=allowed.files, poll=SAMPLE_POLL if allowed.has_poll else None,
        )  # fmt: skip
        try:
            for has_name in (True, False):
                _check_weight(compile_mail(text, setting, has_name=has_name), language, allowed.limit_mb)
                compile_chat(text, setting, has_name=has_name)
        except Problem as problem:
            return [*found, problem]
    return found


def _fills(fixed: Mapping[str, str], source: str) -> list[dict[str, str]]:
    """All filled, none, and where a text speaks by mode each mode: a condition may hide a mistake on its other side."""
    fills = [{**fixed}, dict.fromkeys(fixed, "")]
    if any(name in source for name in BY_MODE):
        fills += [{**fixed, "in_person": ""}, {**fixed, "online": "", "link": ""}]
    return fills


def _check_weight(skeleton: MailSkeleton, language: str, limit_mb: int) -> None:
    if skeleton.weight > limit_mb * MEGABYTE:
        raise MailTooLarge(language=language, size=f"{skeleton.weight / MEGABYTE:.1f}", limit=limit_mb)


def check_languages(present: Iterable[str], wanted: Iterable[str]) -> list[Problem]:
    """The languages of a process for which a mailing has no text."""
    have = set(present)
    return [LanguageMissing(language=language) for language in wanted if language not in have]
