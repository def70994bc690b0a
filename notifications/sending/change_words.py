"""What was changed of an event, before and now, in the words of whoever is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_time

from core.days import full_day
from core.i18n import N_, Translator, babel_locale, pick_text, translator
from core.process.events import EventFacts
from core.process.replies import MODES, Reply, modes_of
from notifications.content.notices import paragraphs
from notifications.content.variables import MODE_WORDS

STANDS = N_("Your reply stands. If you cannot come any more, please say so here.")
UNDECIDED = N_("You have not said yet whether you come. You can do so here.")
NOTHING = N_("not given")


def change_words(event: EventFacts, values: Mapping[str, Any], language: str) -> dict[str, str]:
    """The values of a change's variables; what was changed back since then is not told."""
    t, was = translator(language), values["was"]
    standing = t(UNDECIDED if values.get("undecided") else STANDS)
    return paragraphs("changes", "\n".join(_lines(event, was, t))) | {"standing": standing, "was": ""}


def _lines(event: EventFacts, was: Mapping[str, Any], t: Translator) -> list[str]:
    began, ended = was.get("starts_local"), was.get("ends_local")
    starts = datetime.fromisoformat(began) if began else event.starts
    ends = datetime.fromisoformat(ended) if ended else event.ends
    then = _span(starts, ends, t.language)
    title = pick_text(was["title"], t.language) if "title" in was else ""
    compared = (
        (N_("Title: {now} (before: {then})"), "title" in was, title, pick_text(event.title, t.language)),
        (N_("When: {now} (before: {then})"), bool(was.keys() & {"starts_local", "ends_local"}), then,
         _span(event.starts, event.ends, t.language)),
        (N_("Place: {now} (before: {then})"), "place" in was, was.get("place"), event.place),
        (N_("Address: {now} (before: {then})"), "address" in was, was.get("address"), event.address),
        (N_("One can take part: {now} (before: {then})"), bool(was.keys() & {"modes", "online"}),
         _modes(_modes_then(event, was), t), _modes(event.modes, t)),
    )  # fmt: skip
    lines = [
        t(words, now=now or t(NOTHING), then=then or t(NOTHING))
        for words, is_changed, then, now in compared
        if is_changed and then != now
    ]
    return [*lines, t("The address at which it is followed online is another one.")] if "link" in was else lines


def _modes_then(event: EventFacts, was: Mapping[str, Any]) -> tuple[Reply, ...]:
    online = bool(was.get("online", Reply.ONLINE in event.modes))
    return modes_of(was.get("modes", event.modes if "online" not in was else ()), online)


def _modes(modes: Any, t: Translator) -> str:
    return ", ".join(t(MODE_WORDS[one]) for one in MODES if one in modes)


def _span(starts: datetime, ends: datetime, language: str) -> str:
    until = _hour(ends, language) if starts.date() == ends.date() else _moment(ends, language)
    return f"{_moment(starts, language)} – {until}"


def _moment(at: datetime, language: str) -> str:
    return f"{full_day(at.date(), language)}, {_hour(at, language)}"


def _hour(at: datetime, language: str) -> str:
    return str(format_time(at.time(), "short", locale=babel_locale(language)))
