"""Typed text brought to its bare form, so that it can be compared."""

from __future__ import annotations

import unicodedata

LONGEST = 2_000  # characters that are compared; one of them may stand for eighteen
_OUTER = " .!?;:,\"'()*_"
_MARKS = frozenset({"Mn", "Me", "Cf"})  # accents and what is stacked on letters; marks of direction, joiners


def fold(text: str) -> str:
    """Small letters without accents and unseen marks, with single blanks."""
    text = text[:LONGEST].replace("’", "'")
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in decomposed if unicodedata.category(letter) not in _MARKS)
    return " ".join(text.casefold().split())


def plain(text: str) -> str:
    """A folded text without outer punctuation."""
    return fold(text).strip(_OUTER)
