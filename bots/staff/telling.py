"""What the bot writes of its own accord: questions of people and alarms, from rows, in every process's turn.

A claim keeps other processes away for a while. A message is written from what it is about at the moment it leaves, so
that nothing is told that is not so any more. Told at least once: a process that is killed between the message and its
note lets it be told again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from html import escape

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from telegram.error import Forbidden, TelegramError

from bots.screen import Key, Screen, plain
from bots.staff.questions import question_screen
from bots.staff.receiving import StaffDeps
from bots.staff.show import edit, send
from bots.staff.talk import Talk, fitted, key
from bots.staff.today import MAILING, subject_of
from bots.staff.updates import StaffDoor
from bots.updates.door import Silent
from core.staff.accounts import Staff, load_staff
from core.staff.chats import Linked, linked_chat, unlink
from core.staff.errors import NothingHere
from core.staff.roles import Permission
from notifications.intake.questions import load_question
from notifications.review.offers import NEEDS_OTHER
from notifications.review.one_person import needs_other
from notifications.review.store import READS, find_mailing
from notifications.staff.alarm_words import HEADINGS, MARK, MARKS, say_alarm
from notifications.staff.alarms import may_act, told_from
from notifications.staff.looking import RELEASE
from notifications.staff.queue import ALARM, QUESTION, Due, are_due, claim, drop, put_off, settle, try_again
from notifications.staff.tables import Alarm

log = structlog.get_logger()

TOGETHER = 20
LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class _Written:
    """A message for a chat; `screen` None for one that is of no use any more, `until` when it may be told."""

    chat_id: int = 0
    screen: Screen | None = None
    until: datetime | None = None


async def run_telling(deps: StaffDeps, door: StaffDoor) -> None:
    """Tells until cancelled; any number of processes may."""
    while True:
        try:
            told = await tell_due(deps, door)
        except (DBAPIError, Silent) as error:
            log.warning("staff could not be told", error=type(error).__name__)
            told = 0
        if not told:
            await asyncio.sleep(LOOK_SECONDS)


async def tell_due(deps: StaffDeps, door: StaffDoor) -> int:
    """Tells what is due, some at a time; how many were taken. Raises Silent while Telegram does not answer."""
    now = deps.clock.now()
    if not await deps.database.aread(lambda session: are_due(session, now)):
        return 0
    await door.open()
    claimed = await deps.database.awrite(lambda session: claim(session, now, deps.machine.now(), TOGETHER))
    for due in claimed:
        await _tell(deps, door, due)
    return len(claimed)


async def _tell(deps: StaffDeps, door: StaffDoor, due: Due) -> None:
    now, bot = deps.clock.now(), door.application.bot
    written = await deps.database.aread(lambda session: _write(session, deps, due, now))
    screen, until = written.screen, written.until
    if until is not None:
        await deps.database.shared(lambda session: put_off(session, due, until))
    elif screen is None:
        await deps.database.shared(lambda session: drop(session, due))
    else:
        try:
            where = due.where
            if where is None or not await edit(bot, where, screen):
                where = written.chat_id, await send(bot, written.chat_id, screen)
        except Forbidden:
            await deps.database.shared(lambda session: _lost(session, due, now))
        except TelegramError as error:
            log.warning("staff could not be told", message=due.id, tries=due.tries, error=type(error).__name__)
            await deps.database.shared(lambda session: try_again(session, due, now))
        else:
            stands = where
            await deps.database.shared(lambda session: settle(session, due, stands))


def _lost(session: Session, due: Due, now: datetime) -> None:
    """They stopped the bot in Telegram."""
    staff = load_staff(session, due.account_id)
    if staff is not None:
        unlink(session, staff, now)
    drop(session, due)


def _write(session: Session, deps: StaffDeps, due: Due, now: datetime) -> _Written:
    staff, chat = load_staff(session, due.account_id), linked_chat(session, due.account_id)
    if staff is None or chat is None or (due.where is not None and due.where[0] != chat.chat_id):
        return _Written()
    talk = Talk(session, staff, chat, now, deps.judging, deps.urls, deps.making)
    if due.kind == QUESTION:
        return _question(talk, due)
    alarm = session.get(Alarm, due.about)
    if alarm is None or not chat.takes_alarms or not may_act(session, staff, alarm):
        return _Written()
    if due.kind == ALARM and alarm.ended_at is not None:
        return _Written()  # what came in quiet hours and is over is not told
    until = told_from(session, alarm, staff, chat, now)
    return _Written(until=until) if until > now else _Written(chat.chat_id, _alarm(talk, alarm))


def _question(talk: Talk, due: Due) -> _Written:
    found = load_question(talk.session, due.about)
    if found is None or not _may_read(talk.staff, talk.chat, found.office_id, told=due.where is not None):
        return _Written()
    if found.answered_at is not None and due.where is None:
        return _Written()
    return _Written(talk.chat.chat_id, question_screen(talk, found))


def _may_read(staff: Staff, chat: Linked, office_id: int, *, told: bool) -> bool:
    """What stands in a chat is changed there also for who wants to hear of no further questions."""
    return staff.may(Permission.ANSWER_PEOPLE, office_id) and (told or chat.takes_questions)


def _alarm(talk: Talk, alarm: Alarm) -> Screen:
    t = talk.t
    what, todo = say_alarm(alarm, t)
    subject, keys, is_own = _mailing(talk, alarm)
    heading = t(HEADINGS[alarm.kind])
    if alarm.ended_at is not None:
        told = t("Over again: {what}", what=heading)
        return Screen(fitted([f"✅ {told}", *subject]))
    calm = f"{MARKS.get(alarm.kind, MARK)} <b>{heading}</b>"
    mark = f"🔴 <b>{heading}</b> – {t('severe')}" if alarm.severe else calm
    todo = t(NEEDS_OTHER) if is_own and alarm.kind == RELEASE else todo
    return Screen(fitted([mark, *subject, plain(what, 800), escape(todo, quote=False)]), keys)


def _mailing(talk: Talk, alarm: Alarm) -> tuple[list[str], tuple[tuple[Key, ...], ...], bool]:
    """What an alarm's mailing is called, with the button that opens it, and whether only others release it."""
    if alarm.mailing_id is None:
        return [], (), False
    try:
        found = find_mailing(talk.session, talk.staff, alarm.mailing_id, *READS)
    except NothingHere:
        return [], (), False
    button = key(talk.t("Open the mailing"), MAILING, found.id)
    return (
        [f"<b>{plain(subject_of(found, talk.t), 200)}</b>"],
        ((button,),),
        needs_other(talk.session, talk.staff, found.office_id, found.written_by),
    )
