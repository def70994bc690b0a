"""A press on one of the replies under an invitation: kept, confirmed at once, and ticked where it was pressed."""

from __future__ import annotations

from dataclasses import replace

from bots.participants.callback import RsvpPress
from bots.participants.dialogue import Talk
from bots.participants.parse import PressedButton
from bots.participants.screen import Reply, Rows
from core.errors import Problem
from core.process import attendance, replies
from core.process.attendance import Given
from core.process.replies import STANDS, Door
from notifications.content.presses import rsvp
from notifications.ledger.events import was_told_of

TICK = "✓ "


def reply_to_event(talk: Talk, press: RsvpPress, button: PressedButton) -> Reply:
    """The message's other buttons stay; what stands in the way is said over the chat."""
    t, person = talk.t, talk.chat.participant_id
    if person is None:
        return Reply(toast=t("This chat is not connected to anybody any more, so your reply cannot be kept."))
    invited = was_told_of(talk.session, press.event_id, person)
    given = Given(press.event_id, person, press.reply, Door.CHAT, invited)
    try:
        kept = attendance.reply(talk.session, given, talk.now)
    except Problem as problem:
        return Reply(toast=problem.say(t))
    said = t("Thank you, your reply is noted: {reply}.", reply=t(STANDS[replies.Reply(kept.reply)]))
    return Reply(toast=said, marked=ticked(button.rows, press))


def ticked(rows: Rows, press: RsvpPress) -> Rows:
    """The buttons of a message with the tick on one reply, off the others to the same event."""
    chosen = rsvp(press.event_id, press.reply)
    of_event = rsvp(press.event_id, "")
    return tuple(
        tuple(
            replace(key, label=f"{TICK if key.data == chosen else ''}{key.label.removeprefix(TICK)}")
            if key.data.startswith(of_event)
            else key
            for key in row
        )
        for row in rows
    )
