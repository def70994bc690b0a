"""Words that people write: which of them say the same, and which themes several share. Pure.

Light on purpose: no dictionary and no model, so that anybody can see why two texts were put together; staff decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from surveys.polls.stop_words import ARTICLES, STOP_WORDS

WORD = re.compile(r"[^\W_]+")
DIGEST = 32  # hexadecimal digits
SHORT = 4  # words of fewer letters stay as they are
FEWEST = 2  # answers that make a theme
LONGEST_MARKS = 3  # combining signs on one letter; what has more only covers the lines around it


@dataclass(frozen=True)
class Themes:
    """Proposed themes: by an answer's key the word that it shares with others."""

    of: Mapping[str, str]


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGEST]


def key_of(text: str) -> str:
    """The same for texts that differ by case, accents, signs, blanks, articles, or singular and plural."""
    words = _words(text)
    said = [_stem(word) for word in words if word not in ARTICLES] or words
    return digest_of(" ".join(said) or " ".join(text.casefold().split()))


def shown_text(text: str) -> str:
    """A text as it can stand on a screen: without signs that turn or cover what is around them."""
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= LONGEST_MARKS and (char == "\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"}):
            kept.append(char)
    return " ".join("".join(kept).split()) or "…"


def propose_themes(answers: Sequence[tuple[str, str, int]]) -> Themes:
    """Themes of answers (key, text, how many): the words that the most of them share, the most frequent first.

    Each answer has one theme at most; a word that only one answer has is no theme.
    """
    stems = {key: _content(text) for key, text, _ in answers}
    weights = {key: count for key, _, count in answers}
    found: dict[str, str] = {}
    left = set(stems)
    while left:
        shared: dict[str, list[str]] = {}
        for key in sorted(left):
            for stem in stems[key]:
                shared.setdefault(stem, []).append(key)
        several = {stem: keys for stem, keys in shared.items() if len(keys) >= FEWEST}
        if not several:
            break
        best = min(several, key=lambda stem: (-sum(weights[key] for key in several[stem]), stem))
        label = _label([stems[key][best] for key in several[best] for _ in range(weights[key])])
        for key in several[best]:
            found[key] = label
        left -= set(several[best])
    return Themes(found)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def _stem(word: str) -> str:
    """A word without what singular and plural change: `panchina` and `panchine`, `parco` and `parchi`, `trees`."""
    if len(word) < SHORT or not word.isalpha():
        return word
    cut = word[:-1] if word[-1] in "sx" else word
    cut = cut[:-1] if cut[-1] in "aeio" else cut
    cut = cut[:-1] if cut[-1] == "i" else cut
    return cut[:-1] if cut[-1] == "h" else cut


def _content(text: str) -> dict[str, str]:
    """The words that say what a text is about, by their stem."""
    return {_stem(word): word for word in _words(text) if word not in STOP_WORDS and len(word) >= SHORT - 1}


def _label(words: Sequence[str]) -> str:
    return min(set(words), key=lambda word: (-words.count(word), word)).capitalize()
