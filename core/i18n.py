"""What people read, in their language.

Message ids are English sentences. `t("...")` translates, `N_("...")` only marks a text for
the catalogues (`core/locale/<language>/<domain>.po`), one domain a top-level package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

LANGUAGES = ("it", "en", "fr")
LANGUAGE_NAMES = {"it": "Italiano", "en": "English", "fr": "Français"}
LOCALE = Path(__file__).parent / "locale"
ELIDED = re.compile(r"\b((?:[Aa]|[Dd]a|[Dd]e|[Nn]e|[Ss]u)l|[Ii]l) (?=\{(\w+)[}:!])")
VOWEL = re.compile(r"8|11(?!\d)|1(?:[.,]\d+)?\s?%")
DAY_FIRST = {"en": "en_GB"}  # days and times are read in Europe, at every door


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marker
    return message


LANGUAGE_UNKNOWN = N_("The language {value} is not offered. Choose one of: {known}.")


class Translator:
    """Callable as `t(message, **values)`; `t.n(one, many, n)` chooses the plural."""

    def __init__(self, language: str, messages: dict[str, tuple[str, ...]]) -> None:
        self.language = language
        self._messages = messages
        self._plural = _plural_rule(language)

    def __call__(self, message: str, **values: object) -> str:
        text = self._messages.get(message, (message,))[0]
        return self._filled(text, values) if values else text

    def fill(self, message: str, values: Mapping[str, object]) -> str:
        """As a call, of a message written with gaps in mind: doubled braces stand for single ones even without gaps."""
        return self._filled(self._messages.get(message, (message,))[0], values)

    @property
    def colon(self) -> str:
        """Between a label and what it is of: in French behind a space that breaks no line."""
        return "\u00a0:" if self.language == "fr" else ":"

    def _filled(self, text: str, values: Mapping[str, object]) -> str:
        return (_elided(text, values) if self.language == "it" else text).format(**values)

    def n(self, one: str, many: str, count: int, **values: object) -> str:
        forms = self._messages.get(one, (one, many))
        text = forms[min(self._plural(count), len(forms) - 1)]
        return self._filled(text, {**values, "count": count})


def _elided(text: str, values: Mapping[str, object]) -> str:
    """In Italian the article before a gap gives way to a vowel, as in "fino all'11 luglio", "dell'82%", "l'1%".

    What fills the gap stays.
    """

    def elide(found: re.Match[str]) -> str:
        is_vowel = VOWEL.match(str(values.get(found[2], "")))
        return found[0] if not is_vowel else "L'" if found[1] == "Il" else "l'" if found[1] == "il" else f"{found[1]}l'"

    return ELIDED.sub(elide, text)


@cache
def translator(language: str) -> Translator:
    """The translator for a language code such as `it` or `it-IT`; English when unknown."""
    code = language.split("-")[0].split("_")[0].lower()
    if code not in LANGUAGES:
        code = "en"
    messages: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALE / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                if ids[0] and all(forms):
                    messages[str(ids[0])] = tuple(str(form) for form in forms)
    return Translator(code, messages)


def best_language(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """The first wanted language that is offered, else the first offered."""
    choices = list(offered)
    for language in wanted:
        code = language.split("-")[0].split("_")[0].lower()
        if code in choices:
            return code
    return choices[0]


def babel_locale(language: str) -> str:
    """Under which name Babel writes days, times and numbers for a reader of the language."""
    return DAY_FIRST.get(language, language)


def name_language(code: str, language: str) -> str:
    """What a language is called by readers of another, as in "in italiano"; of an unknown one its code."""
    try:
        return Locale.parse(code).get_language_name(language) or code
    except (ValueError, UnknownLocaleError):
        return code


def wanted_languages(accepted: str) -> list[str]:
    """The languages of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    found: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            found.append((float(quality or 1), name.strip()))
        except ValueError:
            continue
    return [name for weight, name in sorted(found, key=lambda one: -one[0]) if name and weight > 0]


def pick_text(texts: dict[str, str], language: str) -> str:
    """The text in a language out of `{language: text}`, else that of `language_read`."""
    return texts.get(language) or texts.get(language_read(texts, language), "")


def language_read(texts: Mapping[str, str], language: str) -> str:
    """The language in which somebody reads `{language: text}`: their own, else our first that there is one in.

    Not the first that was written: PostgreSQL does not keep the order of what is written together.
    """
    if texts.get(language):
        return language
    known = (one for one in LANGUAGES if texts.get(one))
    return next(known, next(iter(sorted(texts)), ""))


def _plural_rule(language: str) -> Callable[[int], int]:
    zero_is_one = get_plural(language).plural_expr == "(n > 1)"
    return (lambda n: int(n > 1)) if zero_is_one else (lambda n: int(n != 1))
