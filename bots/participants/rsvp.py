"""A press on one of the replies under an invitation: kept, confirmed at once, and ticked where it was pressed."""

from __future__ import annotations

from dataclasses import replace

from bots.participants.callback import RsvpPress
from bots.participants.dialogue import Talk
from bots.participants.door import code_of, follow_online, show_code
from bots.participants.parse import PressedButton
from bots.participants.rsvp_more import ask_words, asks_more, event_line, offers_other, waiting_words
from bots.participants.screen import Reply, Rows, Screen
from core.errors import Problem
from core.people.store import remaining
from core.process import attendance, replies
from core.process.attendance import Given
from core.process.events import load_event
from core.process.replies import MODES, STANDS, Door
from core.process.seating import Stand, desk_for, how_stands
from notifications.content.presses import ALONG, CODE, HERE, LEAVE, TAKE, WRITE, rsvp
from notifications.ledger.events import was_told_of

TICK, WAIT = "✓ ", "⏳ "


def reply_to_event(talk: Talk, press: RsvpPress, button: PressedButton) -> Reply:
    """The message's other buttons stay; what stands in the way is said over the chat."""
    t = talk.t
    if talk.chat.participant_id is None:
        return Reply(toast=t("This chat is not connected to anybody any more, so your reply cannot be kept."))
    person = remaining(talk.session, talk.chat.participant_id)
    before = how_stands(talk.session, press.event_id, person)
    try:
        if press.reply.startswith(WRITE):
            return ask_words(talk, press.event_id, press.reply.removeprefix(WRITE))
        if press.reply == CODE:
            return show_code(talk, press.event_id, person)
        if press.reply == HERE:
            return follow_online(talk, press.event_id, person)
        if press.reply == LEAVE:
            return _leave(talk, press.event_id, person, before)
        if press.reply == TAKE and not before.offered_until:
            return Reply(toast=t("No place is kept for you any more. Please reply to the invitation again."))
        given = _given(talk, press, person, before)
        attendance.reply(talk.session, given, talk.now)
    except Problem as problem:
        return Reply(toast=problem.say(t))
    desk = desk_for(talk.session, load_event(talk.session, press.event_id), person)
    return _shown(talk, press, button, (before, desk.stand))


def _given(talk: Talk, press: RsvpPress, person: int, before: Stand) -> Given:
    """What a press says: a reply, that an offered place is taken, or how many come along."""
    invited = was_told_of(talk.session, press.event_id, person)
    if press.reply.startswith(ALONG) and (before.reply in MODES or before.waits_for):
        count = press.reply.removeprefix(ALONG)
        along = int(count) if count.isascii() and count.isdecimal() and len(count) < 4 else -1
        wanted = before.reply if before.reply in MODES else before.waits_for
        return Given(press.event_id, person, wanted, Door.CHAT, invited, companions=along)
    wanted = before.waits_for if press.reply == TAKE else press.reply
    return Given(press.event_id, person, wanted, Door.CHAT, invited)


def _shown(talk: Talk, press: RsvpPress, button: PressedButton, stands: tuple[Stand, Stand]) -> Reply:
    """The marks as things stand; below it what is new: the waiting list, and what is asked further."""
    t, (before, now) = talk.t, stands
    event = load_event(talk.session, press.event_id)
    said = t("Thank you, your reply is noted: {reply}.", reply=t(STANDS[replies.Reply(now.reply)]))
    if press.reply == TAKE:
        more = asks_more(talk, event, now)
        told = Screen(f"{event_line(talk, event)}\n\n{said}", more.rows if more else ())
        return Reply((told,), toast=said, documents=code_of(talk, event, now), apart=True)
    marked = ticked(button.rows, press.event_id, now)
    if press.reply.startswith(ALONG):
        said = t.n("Noted: {count} person comes along.", "Noted: {count} people come along.", now.companions)
        return Reply(toast=said if now.companions else t("Noted: nobody comes along."), marked=marked)
    if now.waits_for and now.waits_for != before.waits_for:
        words = waiting_words(talk, now)
        rows = offers_other(talk, event, now)
        screen = Screen(f"{event_line(talk, event)}\n\n{words}", rows)
        return Reply((screen,), toast=words, marked=marked, beside=True)
    if now.waits_for and now.reply == before.reply:
        said = waiting_words(talk, now)
    is_new = now.reply in MODES and before.reply not in MODES
    more = asks_more(talk, event, now) if is_new else None
    code = code_of(talk, event, now) if now.reply != before.reply else ()
    return Reply((more,) if more else (), toast=said, documents=code, marked=marked, beside=more is not None)


def _leave(talk: Talk, event_id: int, person: int, before: Stand) -> Reply:
    if not attendance.stop_waiting(talk.session, event_id, person, talk.now):
        return Reply(toast=talk.t("You are not on the waiting list any more."))
    event, t = load_event(talk.session, event_id), talk.t
    said = (
        t("Thank you: the place goes to somebody else.")
        if before.offered_until
        else t("You are not on the waiting list any more.")
    )
    return Reply((Screen(f"{event_line(talk, event)}\n\n{said}"),), toast=said, apart=True)


def ticked(rows: Rows, event_id: int, stand: Stand) -> Rows:
    """The buttons of a message with marks on what stands, off the others to the same event."""
    marks = {rsvp(event_id, stand.reply): TICK, rsvp(event_id, f"{ALONG}{stand.companions}"): TICK}
    marks |= {rsvp(event_id, stand.waits_for): WAIT} if stand.waits_for else {}
    of_event = rsvp(event_id, "")
    return tuple(
        tuple(
            replace(key, label=f"{marks.get(key.data, '')}{key.label.removeprefix(TICK).removeprefix(WAIT)}")
            if key.data.startswith(of_event)
            else key
            for key in row
        )
        for row in rows
    )
