"""What a mail brings for calendars, decided at the moment of sending; the same for all who have replied the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.people.channels import EMAIL
from core.process.door.telling import CODE
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.standing import standing_reply
from notifications.calendars.carried import NOTICES, Carried, mailing_carries, notice_carries
from notifications.calendars.entry import Reader, entry_for
from notifications.content.text import Setting
from notifications.content.variables import mark
from notifications.ledger.candidates import Candidate
from notifications.ledger.events import RSVP
from notifications.sending.context import MailingContext

PAGE = mark("rsvp_link")


def setting_for(session: Session, candidate: Candidate, context: MailingContext, now: datetime) -> Setting:
    """The setting of a message, with what it brings for calendars."""
    language, event, reply = context.language_for(candidate.language), context.event, candidate.reply
    if context.notice:
        is_carried = candidate.channel == EMAIL and context.notice in {*NOTICES, CODE}
        return _of_notice(session, candidate, (context, language), now) if is_carried else context.settings[language]
    if candidate.channel != EMAIL or event is None:
        return context.setting_for(language, reply, now)
    key = (language, reply, event.shows_link(now))
    if key not in context.with_calendars:
        context.with_calendars[key] = _of_mailing(context, event, reply, (language, now))
    return context.with_calendars[key]


def _of_mailing(context: MailingContext, event: EventFacts, reply: str, reader: tuple[str, datetime]) -> Setting:
    language, now = reader
    setting, asked = context.setting_for(language, reply, now), context.limits.asked
    asks = any(button.kind == RSVP for button in context.texts[language].buttons)
    reminds = asked is not None and asked.reminds
    if event.cancelled or now >= event.ends_at or not mailing_carries(reply, asks=asks, reminds=reminds):
        return setting
    return _carrying(setting, event, Reader(language, reply, PAGE), now)


def _of_notice(session: Session, candidate: Candidate, where: tuple[MailingContext, str], now: datetime) -> Setting:
    """A notice says how things stand when it leaves: what was changed may have been called off since."""
    context, language = where
    setting, values = context.settings[language], candidate.values or {}
    if "event_id" not in values:
        return setting
    event = load_event(session, int(values["event_id"]))
    reply = standing_reply(session, event.id, candidate.participant_id)
    if now >= event.ends_at:
        return setting
    if context.notice == CODE:
        return replace(setting, has_door=reply == Reply.IN_PERSON)
    if not notice_carries(context.notice, reply, is_cancelled=event.cancelled):
        return setting
    return _carrying(setting, event, Reader(language, reply, PAGE), now)


def _carrying(setting: Setting, event: EventFacts, reader: Reader, now: datetime) -> Setting:
    entry = entry_for(event, reader, now)
    shows_code = reader.reply == Reply.IN_PERSON and not event.cancelled
    return replace(setting, calendar=Carried(entry, reader.reply, setting.answered_by_mail), has_door=shows_code)
