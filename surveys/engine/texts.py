"""Texts of a form: which language speaks, and where the gaps are."""

from __future__ import annotations

from collections.abc import Iterator

from surveys.engine.form import Expression, Text, Texts


def pick(texts: Texts, language: str, default: str) -> Text | None:
    """The text in a language, else in the form's default language, else the first there is."""
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
