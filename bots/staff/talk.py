"""One member of staff's chat while an update is worked on, and what is shown for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bots.screen import LONGEST_TEXT, Key, Screen, label, units
from core.addresses import PublicUrls
from core.days import full_day, write_day
from core.i18n import Translator, translator
from core.ids import Ids, RandomIds
from core.staff.accounts import Staff
from core.staff.chats import Linked
from notifications.review.review import Judging


@dataclass(frozen=True)
class Making:
    """What new things are made with."""

    ids: Ids = field(default_factory=RandomIds)
    mail_limit_mb: int = 10


@dataclass(frozen=True)
class Talk:
    """`staff` has the roles of this moment."""

    session: Session
    staff: Staff
    chat: Linked
    now: datetime
    judging: Judging
    urls: PublicUrls
    making: Making = field(default_factory=Making)

    @property
    def t(self) -> Translator:
        return translator(self.staff.language)


@dataclass(frozen=True)
class Picture:
    """A PNG that is drawn after the commit, with what it says in words (plain text)."""

    draw: Callable[[], bytes]
    name: str
    caption: str = ""


@dataclass(frozen=True)
class Reply:
    """Messages; one alone takes the place of the one that was pressed, unless it is to stand `below`.

    `toast` is shown over the chat after a press; a `picture` stands below everything.
    """

    screens: tuple[Screen, ...] = ()
    toast: str = ""
    below: bool = False
    picture: Picture | None = None


def key(text: str, command: str, *values: object) -> Key:
    """A button of an act by its name, with what it is about."""
    return Key(label(text), ":".join((command, *map(str, values))))


def moment(instant: datetime, zone: str, language: str) -> str:
    """`Thu 3 August 2023, 09:30` on the clock of a zone."""
    there = instant.astimezone(ZoneInfo(zone))
    return f"{write_day(there, 'EEE d MMMM y', language)}, {there:%H:%M}"


def day_of(instant: datetime, zone: str, language: str) -> str:
    return full_day(instant.astimezone(ZoneInfo(zone)).date(), language)


def fitted(lines: Iterable[str]) -> str:
    """As many of the paragraphs as one message holds; each is whole in Telegram's HTML."""
    text = ""
    for line in lines:
        longer = f"{text}\n\n{line}" if text else line
        if units(longer) > LONGEST_TEXT:
            return text
        text = longer
    return text
