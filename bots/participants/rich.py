"""Texts of a questionnaire in Telegram's HTML: styled where their author styled them and there is room."""

from __future__ import annotations

from bots.participants.screen import plain, units
from core.markdown import telegram
from surveys.engine.prompts import QuestionPrompt

GUIDANCE_LENGTH = 1000
LEAST_ROOM = 50


def rich(text: str, markdown: str, limit: int, tag: str) -> str:
    """A text within a tag ("b", "i"); one that is too long is cut, and loses its styling with that."""
    styled = telegram(markdown) if markdown and units(text) <= limit else plain(text, limit)
    # What is bold all over would hide what its author made bold.
    return styled if f"<{tag}>" in styled else f"<{tag}>{styled}</{tag}>"


def more_help(prompt: QuestionPrompt, room: int) -> list[str]:
    """The guidance, folded up until somebody asks for it (Bot API, "expandable blockquote")."""
    limit = min(room, GUIDANCE_LENGTH)
    if not prompt.guidance or limit < LEAST_ROOM:
        return []
    markdown = prompt.styled.guidance
    text = telegram(markdown) if markdown and units(prompt.guidance) <= limit else plain(prompt.guidance, limit)
    return [f"<blockquote expandable>{text}</blockquote>"]
