"""Texts of a form as they are said: the words, and the Markdown of those that an author styled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.markdown import is_marked, literal, plain
from surveys.engine.form import Choice, Question, Texts
from surveys.engine.state import State


@dataclass(frozen=True)
class Said:
    """`markdown` is "" where nothing is styled; values of people stand in it as data."""

    text: str
    markdown: str = ""


def say(state: State, ref: str, texts: Texts) -> Said:
    """A text in the session's language with its gaps filled."""
    return styled(state.parts(ref, texts))


def words(state: State, ref: str, texts: Texts) -> str:
    """The words of a text, without its styling."""
    return say(state, ref, texts).text


def say_choice(state: State, question: Question, choice: Choice) -> Said:
    """The label of a choice; one that is an earlier answer is data."""
    if question.offered:
        return Said(state.say(question.ref, choice.label))
    return say(state, question.ref, choice.label)


def styled(parts: Iterable[tuple[str, bool]]) -> Said:
    """Joins parts of a text; those with True are values that came into it."""
    parts = tuple(parts)
    text = "".join(part for part, _ in parts).strip()
    if not any(is_marked(part) for part, is_value in parts if not is_value):
        return Said(text)
    markdown = ""
    for part, is_value in parts:
        if is_value:
            # A backslash before a value would take the first of its own away.
            alone = (len(markdown) - len(markdown.rstrip("\\"))) % 2
            markdown += "\\" * alone + literal(part)
        else:
            markdown += part
    markdown = markdown.strip()
    return Said(plain(markdown), markdown)
