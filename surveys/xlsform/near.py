"""The word an author probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

_FARTHEST = 3
_MOST = 400


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str:
    """The known word most like the one written, "" where none is; looks at few hundred of like length."""
    like = (one for one in words if one and abs(len(one) - len(word)) <= _FARTHEST)
    found = get_close_matches(word, list(islice(like, _MOST)), 1, likeness)
    return found[0] if found else ""
