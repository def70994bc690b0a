"""What tells polls of the same name apart in a list: the closing day, the event, or the number in a series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.many import among
from core.days import long_day
from core.i18n import Translator, pick_text
from core.process.tables import Event
from surveys.polls.poll import Poll
from surveys.polls.series_tables import PollTurn


def told_apart(session: Session, polls: Sequence[Poll], t: Translator) -> dict[int, str]:
    """By poll, a few words to stand behind its name where another of these has the same; others are not among them."""
    named: dict[str, list[Poll]] = defaultdict(list)
    for one in {poll.id: poll for poll in polls}.values():
        named[one.title_in(t.language)].append(one)
    same = [one for group in named.values() if len(group) > 1 for one in group]
    if not same:
        return {}
    marks = _closes(t), _at_event(session, same, t), _turn(session, same, t), lambda one: one.code.upper()
    return {number: words for group in named.values() if len(group) > 1 for number, words in _of(group, marks).items()}


Mark = Callable[[Poll], str]


def _of(group: Sequence[Poll], marks: Sequence[Mark]) -> dict[int, str]:
    """By the first marks, as few as it takes, that no two of them share."""
    words: dict[int, str] = {one.id: "" for one in group}
    for mark in marks:
        if len({mark(one) for one in group}) == 1:
            continue
        words = {one.id: ", ".join(filter(None, (words[one.id], mark(one)))) for one in group}
        if len(set(words.values())) == len(group):
            break
    return words


def _closes(t: Translator) -> Mark:
    def mark(poll: Poll) -> str:
        if poll.closes_at is None:
            return ""
        return t("until {day}", day=long_day(poll.closes_at.astimezone(ZoneInfo(poll.time_zone)).date(), t.language))

    return mark


def _at_event(session: Session, polls: Sequence[Poll], t: Translator) -> Mark:
    ids = {one.definition.event_id for one in polls if one.definition.event_id is not None}
    found = session.execute(select(Event.id, Event.title).where(among(Event.id, list(ids)))) if ids else ()
    titles = {row.id: pick_text(row.title, t.language) for row in found}
    return lambda poll: titles.get(poll.definition.event_id or 0, "")


def _turn(session: Session, polls: Sequence[Poll], t: Translator) -> Mark:
    theirs = among(PollTurn.poll_id, [one.id for one in polls])
    rows = session.execute(select(PollTurn.poll_id, PollTurn.number).where(theirs))
    numbers = {row.poll_id: row.number for row in rows}
    return lambda poll: t("no. {number} of its series", number=numbers[poll.id]) if poll.id in numbers else ""
