"""What a chat message about an event brings for its door: a code to show, or a button for those who follow online."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.i18n import N_, pick_text, translator
from core.process.changing import CHANGED
from core.process.door.telling import CODE
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.standing import standing_reply
from notifications.channels.contract import Button, ChatFile, ChatMessage, ChatPart
from notifications.content.multipart import DOOR_FILE
from notifications.content.presses import HERE, rsvp
from notifications.content.text import DOOR_PICTURE
from notifications.ledger.candidates import Candidate
from notifications.sending.context import MailingContext

SOON = timedelta(days=1)  # before the start, from when on the button is there
WORDS = N_("Your code for the door. Please show it at the entrance; it is for you alone.")
TICK = "✓ "
FOLLOWING = N_("I am following online")


def for_the_door(
    session: Session,
    message: ChatMessage,
    whose: tuple[Candidate, MailingContext],
    values: Mapping[str, str],
    now: datetime,
) -> ChatMessage:
    """The message with what its reader needs at the door; as it is for who needs nothing."""
    candidate, context = whose
    message = _ticked(message, candidate, context)
    event, reply = _event_and_reply(session, candidate, context)
    if event is None or event.cancelled:
        return message
    t = translator(context.language_for(candidate.language))
    if reply == Reply.IN_PERSON:
        content = base64.b64decode(values[DOOR_PICTURE])
        caption = f"{pick_text(event.title, t.language)}\n{t(WORDS)}"
        file = ChatFile(DOOR_FILE, "image/png", "", "photo", caption, content)
        return replace(message, before=(*message.before, ChatPart(files=(file,))))
    if reply == Reply.ONLINE and event.starts_at - SOON <= now:
        button = Button(t(FOLLOWING), data=rsvp(event.id, HERE))
        return replace(message, buttons=(*message.buttons, button))
    return message


def _ticked(message: ChatMessage, candidate: Candidate, context: MailingContext) -> ChatMessage:
    """With a mark on the button of the reply that stands, as a press would leave it."""
    if context.notice or context.event is None or not candidate.reply:
        return message
    stands = rsvp(context.event.id, candidate.reply)
    marked = [replace(one, label=f"{TICK}{one.label}") if one.data == stands else one for one in message.buttons]
    return replace(message, buttons=tuple(marked))


def _event_and_reply(session: Session, candidate: Candidate, context: MailingContext) -> tuple[EventFacts | None, str]:
    """Of a reminder of an event, and of notices that say how somebody's registration stands."""
    if not context.notice:
        asked = context.limits.asked
        return (context.event, candidate.reply) if asked is not None and asked.reminds else (None, "")
    event_id = (candidate.values or {}).get("event_id")
    if context.notice not in {CODE, CHANGED} or event_id is None:
        return None, ""
    event = load_event(session, int(event_id))
    return event, standing_reply(session, event.id, candidate.participant_id)
