"""One entry of a package's file, read key by key; whatever is wrong is noted with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from core.faults import Fault, Faults
from core.i18n import LANGUAGE_UNKNOWN, LANGUAGES, N_
from core.process.package.dates import read_day, read_moment
from core.process.package.document import Document, Path

SLUG = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LONGEST_SLUG = 64
MOST = 2_000_000_000  # more people than any territory has
MOST_DAYS = 36_500

UNKNOWN = N_("The key {key} is unknown here. Did you mean {near}?")
MISSING = N_("The key {key} is missing.")
NOT_KEYS = N_("Keys and values are expected here.")
NOT_LIST = N_("A list is expected after {key}: each entry begins with a dash.")
NOT_TEXT = N_("Text is expected after {key}.")
NOT_NUMBER = N_("A whole number is expected after {key}.")
OUT_OF_RANGE = N_("The number after {key} must lie between {least} and {most}.")
NOT_TRUTH = N_("Write true or false after {key}.")
NOT_ONE_OF = N_("{value} cannot stand after {key}. Choose one of: {known}.")
NOT_SLUG = N_("{value} is no short name: only small letters, digits and hyphens, as in follow-up-2023.")
NOT_TEXTS = N_("Write one text a language after {key}, as in {{it: ..., en: ...}}")
NO_LANGUAGE = N_("{key} has no text in {language}, a language of the process.")
NOT_DAY = N_("{value} is no day. Write 2023-07-03, or start+12d counted from the start.")
NOT_MOMENT = N_("{value} is no day and time. Write 2023-09-27 09:30, or start+86d 09:30.")
NOT_TIME = N_("{value} is no time of day. Write it as in 09:30, in quotation marks.")
NO_SUCH = N_("There is no {kind} {value}. Did you mean {near}?")
NONE_AT_ALL = N_("There is no {kind} {value}: the package has none.")
SAME_SLUG = N_("{value} stands there twice under {key}.")


class Entry:
    """A mapping in a document, and where it stands; readers return a harmless value where they complain."""

    def __init__(self, document: Document, faults: Faults, data: Any, path: Path = ()) -> None:
        self._document, self._faults, self.path = document, faults, path
        if not isinstance(data, dict):
            self.fault(None, NOT_KEYS)
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self._broken = not isinstance(data, dict)

    def fault(self, key: str | None, text: str, /, **values: str) -> None:
        path = self.path if key is None else (*self.path, key)
        self.fault_at(path, text, **values)

    def fault_at(self, path: Path, text: str, /, **values: str) -> None:
        self._faults.add(Fault(self._document.file, self._document.line(path), "", text, values))

    def allow(self, keys: Collection[str], needed: Collection[str] = ()) -> None:
        """Complains of keys that mean nothing and of those that are missing."""
        for key in self.data:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1, 0.0)
                self.fault(key, UNKNOWN, key=key, near=near[0] if near else "-")
        for key in needed:
            if key not in self.data and not self._broken:
                self.fault(None, MISSING, key=key)

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    def child(self, key: str) -> Entry:
        return Entry(self._document, self._faults, self.data.get(key, {}), (*self.path, key))

    def children(self, key: str) -> Iterator[Entry]:
        """The entries of a list."""
        found = self.data.get(key)
        if found is None:
            return
        if not isinstance(found, list):
            self.fault(key, NOT_LIST, key=key)
            return
        for at, one in enumerate(found):
            yield Entry(self._document, self._faults, one, (*self.path, key, at))

    def text(self, key: str, default: str = "") -> str:
        value = self.data.get(key, default)
        if value is None or isinstance(value, dict | list | bool):
            self.fault(key, NOT_TEXT, key=key)
            return default
        return str(value).strip()

    def number(self, key: str, least: int = 0, most: int = MOST) -> int | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(key, NOT_NUMBER, key=key)
        elif not least <= value <= most:
            self.fault(key, OUT_OF_RANGE, key=key, least=str(least), most=str(most))
        else:
            return value
        return None

    def truth(self, key: str, default: bool = False) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.fault(key, NOT_TRUTH, key=key)
            return default
        return value

    def choice(self, key: str, known: Collection[str], default: str = "") -> str:
        value = self.text(key, default)
        if key in self.data and value not in known:
            self.fault(key, NOT_ONE_OF, key=key, value=value, known=", ".join(known))
        return value

    def slug(self, key: str = "slug") -> str:
        value = self.text(key)
        if key in self.data and (not SLUG.fullmatch(value) or len(value) > LONGEST_SLUG):
            self.fault(key, NOT_SLUG, value=value[:80])
        return value

    def texts(self, key: str, languages: Collection[str]) -> dict[str, str]:
        """`{language: text}`; complete when given at all."""
        value = self.data.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            self.fault(key, NOT_TEXTS, key=key)
            return {}
        for language in value:
            if language not in LANGUAGES:
                self.fault_at((*self.path, key, language), LANGUAGE_UNKNOWN, value=language, known=", ".join(LANGUAGES))
        for language in languages:
            if not value.get(language):
                self.fault(key, NO_LANGUAGE, key=key, language=language)
        return {language: text.strip() for language, text in value.items()}

    def day(self, key: str, start: date) -> date:
        found = read_day(str(self.data.get(key, "")), start)
        if found is None and key in self.data:
            self.fault(key, NOT_DAY, value=str(self.data[key]))
        return found or start

    def moment(self, key: str, start: date) -> datetime:
        found = read_moment(str(self.data.get(key, "")), start)
        if found is None and key in self.data:
            self.fault(key, NOT_MOMENT, value=str(self.data[key]))
        return found or datetime.combine(start, datetime.min.time())

    def time(self, key: str, default: str) -> str:
        value = self.text(key, default)
        if not TIME.fullmatch(value) and not (key == "until" and value == "24:00"):
            self.fault(key, NOT_TIME, value=value)
        return value

    def reference(self, key: str, kind: str, known: Collection[str]) -> str:
        """The slug of something else in the package, or "" when none is given."""
        value = self.text(key)
        if value and value not in known:
            near = difflib.get_close_matches(value, known, 1, 0.0)
            if near:
                self.fault(key, NO_SUCH, kind=kind, value=value, near=near[0])
            else:
                self.fault(key, NONE_AT_ALL, kind=kind, value=value)
        return value
