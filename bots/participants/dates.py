"""Dates that somebody is asked about: three buttons under each, the chosen one ticked in place."""

from __future__ import annotations

from babel.dates import format_time

from bots.participants.callback import IDLE, DatesPress
from bots.participants.dialogue import Talk
from bots.participants.screen import Key, Reply, Rows, Screen, label, plain
from core.days import full_day, write_day
from core.errors import Problem
from core.i18n import babel_locale, pick_text
from core.people.merged import all_of
from core.process.dates.choosing import SUITS
from core.process.dates.errors import NotAskedForDates
from core.process.dates.polling import answer, is_asked
from core.process.dates.reading import DateFacts, PollFacts, answers_of, poll_facts
from core.process.replies import Door
from notifications.content.presses import dates

TICK = "✓ "


def press_dates(talk: Talk, press: DatesPress) -> Reply:
    """Shows the dates below, or keeps an answer and ticks it; what stands in the way is said over the chat."""
    t, person = talk.t, talk.chat.participant_id
    if person is None:
        return Reply(toast=t("This chat is not connected to anybody any more, so your reply cannot be kept."))
    try:
        if not press.option_id:
            return Reply((_screen(talk, press.poll_id, person),), beside=True)
        answer(talk.session, press.option_id, person, (press.answer, Door.CHAT), talk.now)
        facts = poll_facts(talk.session, press.poll_id)
    except Problem as problem:
        return Reply(toast=problem.say(t))
    date = next((one for one in facts.dates if one.id == press.option_id), None)
    when = say_date(date, t.language) if date is not None else ""
    said = t("Noted: {day} – {answer}", day=when, answer=t(SUITS[press.answer]))
    return Reply(toast=said, marked=_rows(talk, facts, person))


def say_date(date: DateFacts, language: str) -> str:
    """`Tue 18 July, 15:00 – 17:00`; the end's day where it is another one."""
    first = write_day(date.starts.date(), "EEE d MMMM", language)
    last = "" if date.ends.date() == date.starts.date() else f"{write_day(date.ends.date(), 'EEE d MMMM', language)}, "
    begins, ends = (format_time(one.time(), "HH:mm", locale=babel_locale(language)) for one in (date.starts, date.ends))
    return f"{first}, {begins} – {last}{ends}"


def _screen(talk: Talk, poll_id: int, person: int) -> Screen:
    """Raises DatePollUnknown, NotAskedForDates."""
    t, facts = talk.t, poll_facts(talk.session, poll_id)
    if not is_asked(talk.session, poll_id, all_of(talk.session, person)):
        raise NotAskedForDates
    title = f"<b>{plain(pick_text(facts.title, t.language))}</b>"
    place = [plain(t("Place: {place}", place=facts.place))] if facts.place else []
    chosen = next((one for one in facts.dates if one.id == facts.chosen_id), None)
    if chosen is not None:
        return Screen("\n".join([title, *place, t("The day is chosen: {day}.", day=say_date(chosen, t.language))]))
    if not facts.open_at(talk.now):
        return Screen("\n".join([title, t("Answers are not taken any more: the time for them is over.")]))
    until = full_day(facts.last_day, t.language)
    way = t("Press one answer for each day. You can answer and change your answers until {day} included.", day=until)
    return Screen("\n".join([title, *place, "", way]), _rows(talk, facts, person))


def _rows(talk: Talk, facts: PollFacts, person: int) -> Rows:
    given = answers_of(talk.session, facts.id, person)
    rows: list[tuple[Key, ...]] = []
    for one in facts.dates:
        rows += [
            (Key(label(say_date(one, talk.t.language)), IDLE),),
            tuple(
                Key(
                    f"{TICK if given.get(one.id) == value else ''}{talk.t(name)}",
                    dates(facts.id, f"{one.id}:{value}"),
                )
                for value, name in SUITS.items()
            ),
        ]
    return tuple(rows)
