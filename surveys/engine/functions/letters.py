"""Sets of characters as patterns name them: \\d, \\p{Lu}, ranges.

As in JavaRosa (java.util.regex) and Web Forms (ECMAScript), \\d, \\w and \\s mean ASCII only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, hexdigits, punctuation

Letters = Callable[[str], bool]


class PatternFault(ValueError):
    """A pattern that cannot be used, or that takes too long on a text."""


WORD = frozenset(ascii_letters + digits + "_")
_ESCAPES = {"d": frozenset(digits), "w": WORD, "s": frozenset(" \t\n\x0b\f\r"), "h": frozenset(" \t\xa0")}
_POSIX = {
    "Lower": ascii_lowercase, "Upper": ascii_uppercase, "Alpha": ascii_letters, "Digit": digits,
    "Alnum": ascii_letters + digits, "Punct": punctuation, "XDigit": hexdigits, "Blank": " \t",
    "Space": " \t\n\x0b\f\r", "Graph": ascii_letters + digits + punctuation,
    "Print": ascii_letters + digits + punctuation + " ", "Cntrl": "".join(map(chr, range(32))) + "\x7f",
    "ASCII": "".join(map(chr, range(128))),
}  # fmt: skip
_NAMED = {
    "Alphabetic": ("L", "Nl"), "Letter": ("L",), "Uppercase": ("Lu",), "Lowercase": ("Ll",),
    "Digit": ("Nd",), "Punctuation": ("P",),
}  # fmt: skip
_SCRIPTS = frozenset({"Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Armenian", "Georgian"})
_CATEGORIES = frozenset({
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "Z", "Zs", "Zl", "Zp",
    "C", "Cc", "Cf", "Co", "Cs", "Cn", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So",
})  # fmt: skip


def among(found: frozenset[str]) -> Letters:
    return found.__contains__


def between(first: str, last: str) -> Letters:
    return lambda letter: first <= letter <= last


def negated(letters: Letters) -> Letters:
    return lambda letter: not letters(letter)


def either(parts: tuple[Letters, ...]) -> Letters:
    return parts[0] if len(parts) == 1 else lambda letter: any(part(letter) for part in parts)


def both(parts: tuple[Letters, ...]) -> Letters:
    return parts[0] if len(parts) == 1 else lambda letter: all(part(letter) for part in parts)


def any_case(letters: Letters) -> Letters:
    return lambda letter: letters(letter) or letters(letter.lower()) or letters(letter.upper())


def escaped(letter: str) -> Letters | None:
    """What \\d, \\w, \\s, \\h and their capitals stand for; None for other letters."""
    found = _ESCAPES.get(letter.lower())
    if found is None:
        return None
    return among(found) if letter.islower() else negated(among(found))


@lru_cache(128)
def named(name: str) -> Letters:
    """What \\p{name} stands for; raises PatternFault for a name that is not known."""
    plain = name.removeprefix("Is").rpartition("=")[2]
    if plain in _CATEGORIES:
        return lambda letter: unicodedata.category(letter).startswith(plain)
    if name in _POSIX:
        return among(frozenset(_POSIX[name]))
    if plain in _NAMED:
        kinds = _NAMED[plain]
        return lambda letter: unicodedata.category(letter).startswith(kinds)
    if plain in _SCRIPTS:
        script = f"{plain.upper()} "
        return lambda letter: unicodedata.name(letter, "").startswith(script)
    raise PatternFault(name)
