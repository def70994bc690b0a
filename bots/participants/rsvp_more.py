"""What an event asks beside the reply, in the chat: who comes along, who comes instead, what somebody needs."""

from __future__ import annotations

from dataclasses import replace

from babel.dates import format_time

from bots.participants.dialogue import Talk, aside
from bots.participants.screen import Key, Reply, Rows, Screen, label, plain
from bots.participants.store import change_chat
from core.days import full_day
from core.errors import Problem
from core.i18n import N_, babel_locale, pick_text
from core.people.store import remaining
from core.process import attendance
from core.process.attendance import Given
from core.process.events import EventFacts, load_event
from core.process.replies import MODES, Door
from core.process.replies import Reply as Said
from core.process.seating import Stand, desk_for, how_stands, other_mode
from notifications.content.presses import ALONG, LEAVE, WRITE, rsvp
from notifications.ledger.events import was_told_of

AWAITS_WORDS = "words"  # in what a chat awaits: [event, what]
NEEDS, SUBSTITUTE = "needs", "substitute"
QUESTIONS = {
    NEEDS: N_("What do you need to take part? Please write it here. Only the office that invites you reads it."),
    SUBSTITUTE: N_("Who comes in your place? Please write first name and surname."),
}
BESIDE = 7  # buttons in a row; 0 to 20 people come along


def event_line(talk: Talk, event: EventFacts) -> str:
    language = talk.chat.language
    title = plain(pick_text(event.title, language), 300)
    day = full_day(event.starts.date(), language)
    return f"<b>{title}</b>\n{day}, {format_time(event.starts.time(), 'short', locale=babel_locale(language))}"


def waiting_words(talk: Talk, stand: Stand) -> str:
    """That all places are taken, and which one in line somebody is."""
    return talk.t("All places are taken: you are on the waiting list, place {place}.", place=stand.place)


def offers_other(talk: Talk, event: EventFacts, stand: Stand) -> Rows:
    """What who waits can do: take part in the other mode meanwhile, or leave the list."""
    t, rows = talk.t, list[tuple[Key, ...]]()
    other = other_mode(event, stand.waits_for)
    person = remaining(talk.session, talk.chat.participant_id or 0)
    if other is not None and stand.reply != other and not desk_for(talk.session, event, person).is_full(other):
        words = t("Meanwhile follow online") if other == Said.ONLINE else t("Meanwhile come in person")
        rows.append((Key(label(words), rsvp(event.id, other)),))
    rows.append((Key(label(t("Leave the waiting list")), rsvp(event.id, LEAVE)),))
    return tuple(rows)


def asks_more(talk: Talk, event: EventFacts, stand: Stand) -> Screen | None:
    """What is asked of whoever has a place; None where the event asks nothing."""
    t = talk.t
    if not (event.companions or event.substitutes or event.asks_needs):
        return None
    lines, rows = [event_line(talk, event)], list[tuple[Key, ...]]()
    if event.companions:
        lines.append(t("How many people do you bring along?"))
        keys = [_along(event, stand, count) for count in range(event.companions + 1)]
        rows += [tuple(keys[at : at + BESIDE]) for at in range(0, len(keys), BESIDE)]
    if event.substitutes and not stand.came:
        rows.append((Key(label(t("Somebody else comes in my place")), rsvp(event.id, f"{WRITE}{SUBSTITUTE}")),))
    if event.asks_needs:
        rows.append((Key(label(t("Say what I need to take part")), rsvp(event.id, f"{WRITE}{NEEDS}")),))
    return Screen("\n\n".join(lines), tuple(rows))


def ask_words(talk: Talk, event_id: int, what: str) -> Reply:
    """Awaits what is written next; only of who has replied. Raises EventUnknown."""
    event, person = load_event(talk.session, event_id), remaining(talk.session, talk.chat.participant_id or 0)
    asked = {NEEDS: event.asks_needs, SUBSTITUTE: event.substitutes}
    if not asked.get(what) or not how_stands(talk.session, event_id, person).reply:
        return Reply(toast=talk.t("This button is not in use any more."))
    change_chat(talk.session, talk.chat.id, awaiting={AWAITS_WORDS: [event_id, what]})
    return Reply((Screen(talk.t(QUESTIONS[what])),), beside=True)


def take_words(talk: Talk, text: str) -> Reply:
    """Keeps what was written; raises what core.process.attendance raises."""
    event_id, what = talk.chat.awaiting[AWAITS_WORDS]
    person = remaining(talk.session, talk.chat.participant_id or 0)
    stand = how_stands(talk.session, event_id, person)
    change_chat(talk.session, talk.chat.id, awaiting={})
    said = stand.waits_for if stand.reply == Said.WAITING else stand.reply
    given = Given(event_id, person, said, Door.CHAT, was_told_of(talk.session, event_id, person))
    given = replace(given, needs=text) if what == NEEDS else replace(given, substitute=text)
    try:
        attendance.reply(talk.session, given, talk.now)
    except Problem as problem:
        return aside(talk, Screen(f"⚠️ {plain(problem.say(talk.t))}"))
    told = talk.t("Thank you, it is noted: {words}", words=plain(text.strip(), 200))
    return Reply((Screen(told),), beside=True)


def _along(event: EventFacts, stand: Stand, count: int) -> Key:
    mark = "✓ " if stand.companions == count and stand.reply in MODES else ""
    return Key(f"{mark}{count}", rsvp(event.id, f"{ALONG}{count}"))
