"""What a chat shows, whichever bot: a message and its buttons, within Telegram's limits."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

LONGEST_TEXT = 4096  # Bot API, sendMessage: UTF-16 units after entities are parsed
LONGEST_LABEL = 60
LONGEST_APART, BEFORE = 34, 8  # of a label, for what tells names apart, and for brackets, a number or a tick
BESIDE = 18  # two buttons stand side by side when both labels are at most this long


@dataclass(frozen=True)
class Key:
    """A button: it presses `data`, opens the page `app` inside Telegram, or the address `url`."""

    label: str
    data: str = ""
    app: str = ""
    url: str = ""


Rows = tuple[tuple[Key, ...], ...]


@dataclass(frozen=True)
class Screen:
    """One message; `text` is in Telegram's HTML subset."""

    text: str
    rows: Rows = ()


def plain(text: str, limit: int = 1500) -> str:
    """People's and authors' text as data, cut to a length."""
    return escape(shorten(text, limit), quote=False)


def shorten(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, which is how Telegram counts."""
    if units(text) <= limit:
        return text
    kept = text[:limit]
    while units(kept) > limit - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def label(text: str) -> str:
    """A button's label: one line, not too long."""
    return shorten(" ".join(text.split()) or "·", LONGEST_LABEL)


def named(title: str, apart: str) -> str:
    """A name with what tells it from another such, which stays where it has to be cut for a label."""
    kept = shorten(apart, LONGEST_APART)
    return f"{shorten(title, LONGEST_LABEL - BEFORE - units(kept))} ({kept})" if kept else title


def arrange(keys: list[Key]) -> Rows:
    """Short labels two by two, long ones each on a row of their own."""
    rows: list[tuple[Key, ...]] = []
    for key in keys:
        last = rows[-1] if rows else ()
        if len(last) == 1 and len(last[0].label) <= BESIDE and len(key.label) <= BESIDE:
            rows[-1] = (*last, key)
        else:
            rows.append((key,))
    return tuple(rows)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
