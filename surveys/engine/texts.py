"""Texts of a form: which language speaks, and where the gaps are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from surveys.engine.form import Expression, Texts

T = TypeVar("T")


def pick(texts: dict[str, T], language: str, default: str) -> T | None:
    """What there is in a language, else in the form's default language, else the first."""
    for code in (language, default, ""):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()), None)


def plain(texts: Texts, language: str, default: str) -> str:
    """A text without the values of its gaps."""
    found = pick(texts, language, default)
    return "".join(part for part in found.parts if isinstance(part, str)) if found else ""


def gaps(texts: Texts) -> Iterator[Expression]:
    """The expressions within a text, in all its languages."""
    for found in texts.values():
        yield from (part for part in found.parts if isinstance(part, Expression))
