"""A question's keyboard in the making: what its buttons stand on, and how they stand in rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from bots.participants.callback import IDLE, Act, Press, pack
from bots.participants.screen import Key, Rows, label, units
from core.i18n import Translator
from surveys.engine.form import Kind
from surveys.engine.prompts import QuestionPrompt
from surveys.engine.spoken import say_moment
from surveys.engine.spoken_dates import precision_of

WIDE = (60, 18, 11, 8, 6, 5, 4, 3)  # the longest label, in UTF-16 units, of one to eight buttons in a row
_MOMENTS = (Kind.DATE, Kind.TIME, Kind.DATETIME)


@dataclass(frozen=True)
class Search:
    """What a person looks for in a long list, and the places of the choices that were found."""

    said: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Keyboard:
    """Makes buttons for one question as it stands; `page` is that of options, or the month or hour shown."""

    prompt: QuestionPrompt
    response_id: int
    revision: int
    t: Translator
    page: str = ""
    today: str = ""  # ISO date
    search: Search | None = field(default=None)

    @property
    def number(self) -> int:
        """The page's number, from 0."""
        return int(self.page) if self.page.isdecimal() and len(self.page) < 5 else 0

    def key(self, text: str, act: Act, value: str = "") -> Key:
        press = Press(self.response_id, self.prompt.code, self.revision, act, value)
        return Key(label(text), pack(press))

    def marked(self, text: str, chosen: bool) -> str:
        return f"● {text}" if chosen else text

    def kept(self) -> Rows:
        """The answer that is kept can be left as it is."""
        value, kind = self.prompt.value, self.prompt.kind
        if not value:
            return ()
        if kind in _MOMENTS:
            value = say_moment(kind, value, self.t.language, precision_of(self.prompt.appearance))
        return ((self.key(self.t("Keep: {answer}", answer=value), Act.CONFIRM),),)

    def turns(self, page: int, last: int) -> Rows:
        """Arrows to the pages before and after, nothing where there is only one."""
        if not last:
            return ()
        turn = [self.key("◀", Act.PAGE, str(page - 1))] if page else []
        turn.append(Key(f"{page + 1}/{last + 1}", IDLE))
        turn += [self.key("▶", Act.PAGE, str(page + 1))] if page < last else []
        return (tuple(turn),)


def across(longest: int) -> int:
    """How many buttons with labels so long stand in a row and can be read."""
    return max(count for count, wide in enumerate(WIDE, 1) if longest <= wide or count == 1)


def longest(labels: list[str]) -> int:
    return max(map(units, labels), default=0)


def in_rows(keys: list[Key], columns: int) -> Rows:
    """At most so many in a row, the rows as even as can be."""
    if not keys:
        return ()
    rows = -(-len(keys) // columns)
    each = -(-len(keys) // rows)
    return tuple(tuple(keys[at : at + each]) for at in range(0, len(keys), each))
