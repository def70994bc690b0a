"""Searching a list of choices for a few typed words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from surveys.engine.plain import plain

LONGEST = 200  # characters of a text that are searched for
MOST_WORDS = 8
NEAR_WHOLE, NEAR_WORD = 0.6, 0.75  # from 0 to 1 (difflib's ratio)
SHORTEST_INSIDE = 3  # letters that may stand in the middle of a word
_WORD = re.compile(r"[^\W_]+")


def search(text: str, labels: Sequence[str]) -> tuple[int, ...]:
    """The places of the labels that hold all words of a text, the best first.

    Case and accents do not count, nor the order of the words; the beginning of a word is
    enough. Where nothing is found so, words may be mistyped.
    """
    wanted = list(dict.fromkeys(_WORD.findall(plain(text[:LONGEST]))))[:MOST_WORDS]
    if not wanted:
        return ()
    folded = [plain(label) for label in labels]
    words = [frozenset(_WORD.findall(label)) for label in folded]
    known = frozenset().union(*words)
    reached = [{word: rank for word in known if (rank := _rank(one, word))} for one in wanted]
    if not all(reached):
        reached = [found or _mistyped(one, known) for one, found in zip(wanted, reached, strict=True)]
    found = _holding(words, reached)
    if not found:
        return _near(" ".join(wanted), folded)
    beginning = plain(text)
    return tuple(
        place for _, _, place in sorted((not folded[at].startswith(beginning), rank, at) for rank, at in found)
    )


def _rank(wanted: str, word: str) -> int:
    """1 for the word itself, 2 for its beginning, 3 for a part of it, 0 for something else."""
    if word.startswith(wanted):
        return 1 if word == wanted else 2
    return 3 if len(wanted) >= SHORTEST_INSIDE and wanted in word else 0


def _mistyped(wanted: str, known: Iterable[str]) -> dict[str, int]:
    """Words that differ by a letter or two, whole or in their beginning."""
    if len(wanted) < SHORTEST_INSIDE:
        return {}
    beginnings: dict[str, list[str]] = {}
    for word in known:
        for cut in {word, word[: len(wanted)]}:
            beginnings.setdefault(cut, []).append(word)
    close = get_close_matches(wanted, beginnings, 8, NEAR_WORD)
    return {word: 4 for cut in close for word in beginnings[cut]}


def _holding(words: Sequence[frozenset[str]], reached: Sequence[dict[str, int]]) -> list[tuple[int, int]]:
    """(rank, place) of the labels in which each wanted word is found."""
    found = []
    for place, own in enumerate(words):
        ranks = [min((ranked[word] for word in own & ranked.keys()), default=0) for ranked in reached]
        if all(ranks):
            found.append((sum(ranks), place))
    return found


def _near(wanted: str, folded: Sequence[str]) -> tuple[int, ...]:
    close = get_close_matches(wanted, dict.fromkeys(folded), 3, NEAR_WHOLE)
    return tuple(place for one in close for place, label in enumerate(folded) if label == one)
