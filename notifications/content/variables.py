"""Variables in texts: `{{ name }}` and its like, by sandboxed Jinja2.

A variable never becomes part of the text that is read as Markdown: it leaves a gap, a mark
from Unicode's private use area, which is filled after everything has been compiled and
escaped for where it stands. So nothing in a name can act, and a text is compiled once for
everybody. Whether a gap will be filled can be asked (`{% if name %}`); its value cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from babel.dates import format_time
from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core.days import full_day
from core.i18n import N_, Translator, babel_locale, pick_text
from core.markdown import plain
from core.process.events import EventFacts
from core.process.replies import Reply
from notifications.content.errors import TextWrong, VariableMisplaced, VariableUnknown

OPEN, CLOSE = "\ue000", "\ue001"
GAP = re.compile(f"{OPEN}([a-z_]+){CLOSE}")
PRIVATE = re.compile("[\ue000-\uf8ff]")

OF_EVENT = ("event", "starts_on", "starts_at", "place", "address", "directions")
BY_MODE = ("in_person", "online", "link")  # filled by how the reader takes part in the event: text by mode
DOCUMENTS = "documents"  # names of those that the event's page shows when the message leaves
VARIABLES = ("name", "office", "process", "round", "closes_on", "poll", "result", *OF_EVENT, DOCUMENTS, *BY_MODE)
PERSONAL = frozenset({"name"})
MODE_WORDS = {Reply.IN_PERSON: N_("in person"), Reply.ONLINE: N_("online")}


@dataclass(frozen=True)
class Gap:
    """Stands for a variable while a text is compiled."""

    name: str
    filled: bool

    def __str__(self) -> str:
        return mark(self.name) if self.filled else ""

    def __bool__(self) -> bool:
        return self.filled


@dataclass(frozen=True)
class NotedGap(Gap):
    """Notes whether it is written out although nothing will fill it."""

    noted: set[str]

    def __str__(self) -> str:
        if not self.filled:
            self.noted.add(self.name)
        return super().__str__()


def mark(name: str) -> str:
    """The mark a gap leaves in a compiled text."""
    return f"{OPEN}{name}{CLOSE}"


class TextEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2 with conditions and nothing else: no calls, no attributes, no arithmetic that grows."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in ("upper", "lower", "capitalize", "trim")}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> NoReturn:
        raise SecurityError(f"the operator {operator} is not allowed")

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False


_ENVIRONMENT = TextEnvironment()


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    """Compiled once for all states of its variables: who writes a text sees it after every change in each of them."""
    return _ENVIRONMENT.from_string(source)


@lru_cache(maxsize=256)
def _names(source: str) -> frozenset[str]:
    return frozenset(find_undeclared_variables(_ENVIRONMENT.parse(source)))


def expand(source: str, language: str, known: Mapping[str, bool]) -> str:
    """The text with marks for its variables; `known` says which names there are and will be filled.

    Raises VariableUnknown, VariableMisplaced and TextWrong.
    """
    if PRIVATE.search(source):
        raise TextWrong(language=language, reason="it holds characters from Unicode's private use area")
    try:
        unknown = sorted(_names(source) - set(known))
        if unknown:
            raise VariableUnknown(language=language, name=", ".join(unknown), known=", ".join(sorted(known)))
        text = _template(source).render({name: Gap(name, filled) for name, filled in known.items()})
    except UndefinedError as error:
        raise TextWrong(language=language, reason=str(error)) from error
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise TextWrong(language=language, reason=str(error)) from error
    check_marks(text, language, set(known))
    return text


def blanks(source: str, known: Mapping[str, bool]) -> set[str]:
    """The variables that a text writes out although they are empty; the text was checked before."""
    noted: set[str] = set()
    gaps = {name: NotedGap(name, filled, noted) for name, filled in known.items()}
    _template(source).render(gaps)
    return noted


def check_marks(text: str, language: str, known: set[str]) -> None:
    """Raises VariableMisplaced when a filter or a link has broken a mark."""
    if PRIVATE.search(GAP.sub("", text)) or not set(GAP.findall(text)) <= known:
        raise VariableMisplaced(language=language)


def check_kept(before: str, after: str, language: str) -> None:
    """Raises VariableMisplaced unless every mark came through a conversion, as in a link it does not."""
    if sorted(GAP.findall(before)) != sorted(GAP.findall(after)):
        raise VariableMisplaced(language=language)


def event_values(event: EventFacts, language: str) -> dict[str, str]:
    """What the variables say that are about an event, as a reader of the language expects it.

    Which documents there are depends on when a message leaves.
    """
    return {
        "event": pick_text(event.title, language),
        "starts_on": full_day(event.starts.date(), language),
        "starts_at": format_time(event.starts.time(), "short", locale=babel_locale(language)),
        "place": event.place,
        "address": event.address,
        "directions": plain(pick_text(event.directions, language)),
    }


def mode_values(event: EventFacts, mode: str, now: datetime, t: Translator) -> dict[str, str]:
    """What the variables say to somebody who takes part so, "" for who does not (yet); the link not before its time."""
    values = {"in_person": "", "online": "", "link": ""}
    if mode == Reply.IN_PERSON:
        values["in_person"] = t(MODE_WORDS[Reply.IN_PERSON])
    elif mode == Reply.ONLINE:
        values |= {"online": t(MODE_WORDS[Reply.ONLINE]), "link": event.link if event.shows_link(now) else ""}
    return values


def uses(source: str, name: str) -> bool:
    """Whether a text asks for a variable."""
    return name in _names(source)
