"""Polls in a group: `/poll CODE` posts one, as its office allows.

Where members may see who of them chose what, it is Telegram's own poll, in which a choice is a vote; else a message
that leads everybody to a chat of their own. The code is the office's, so that whoever was given it may post the poll.
Answers of accounts that belong to nobody are walk-ins, where the poll takes these; else they do not count.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, InputPollOption, Message, PollAnswer, Update
from babel.dates import format_time
from sqlalchemy.orm import Session

from bots.command_names import all_names
from bots.participants.polls import START
from bots.participants.screen import shorten
from bots.participants.show import patiently
from core.clock import Clock, local
from core.database.database import Database
from core.days import long_day
from core.errors import Problem
from core.i18n import LANGUAGES, Translator, babel_locale, pick_text, translator
from core.inbound import first_time
from surveys.polls.ballot import Choice
from surveys.polls.casting import Booth, Vote, cast, check_open, withdraw
from surveys.polls.errors import PollClosed
from surveys.polls.groups import (
    Posted,
    find_posted,
    hides_until_close,
    note_posted,
    posted_in,
    shows_names,
    voter_by_account,
)
from surveys.polls.kinds import SECRECY_TOLD, Kind, State
from surveys.polls.poll import Poll
from surveys.polls.store import find_by_code, load_poll

log = structlog.get_logger()

INBOUND = "telegram:groups"
DOOR = "group"
ASKS = re.compile(rf"/(?:{'|'.join(all_names('poll'))})(?:@\w+)?(?:\s+(\S+))?\s*")
LONGEST_QUESTION, LONGEST_OPTION = 300, 100  # Bot API, sendPoll
LONGEST_ABOUT = 1500
GROUPS = ("group", "supergroup")


@dataclass(frozen=True)
class AskedFor:
    """`/poll CODE` in a group."""

    update_id: int
    chat_id: int
    language: str
    code: str


@dataclass(frozen=True)
class Answered:
    """What somebody chose, by places from 0; nothing takes the vote back."""

    update_id: int
    telegram_id: str
    account: int
    places: tuple[int, ...]


def parse_group(update: Update) -> AskedFor | Answered | None:
    """None for what does not concern polls in groups."""
    if update.poll_answer is not None:
        return _answered(update.update_id, update.poll_answer)
    return _asked_for(update.update_id, update.message) if update.message is not None else None


@dataclass(frozen=True)
class GroupPolls:
    """Takes these updates in: each is committed first, then shown."""

    bot: Bot
    database: Database
    clock: Clock
    booth: Booth
    posting: WeakValueDictionary[tuple[str, int], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """By code and chat: what is written twice in one process is posted once; a group that is slow holds up no other."""

    async def take(self, did: AskedFor | Answered) -> None:
        if isinstance(did, AskedFor):
            place = did.code.strip().lower(), did.chat_id
            lock = self.posting.setdefault(place, asyncio.Lock())
            async with lock:
                await self._post(did)
        else:
            await self._count(did)

    async def _post(self, did: AskedFor) -> None:
        now, t = self.clock.now(), translator(did.language)

        def work(session: Session) -> tuple[Poll, Posted | None, bool]:
            first = first_time(session, INBOUND, str(did.update_id), now)
            poll = find_by_code(session, did.code)
            there = posted_in(session, poll.id, did.chat_id)
            if there is None:
                check_open(poll, now)
            return poll, there, first

        try:
            poll, there, first = await self.database.shared(work, key=f"chat:{did.chat_id}")
        except Problem as problem:
            await self._say(did.chat_id, problem.say(t))
            return
        if there is None:
            sent = await (self._ask(did, poll) if shows_names(poll) else self._lead(did, poll, t))
            name = sent.poll.id if sent.poll is not None else f"message:{did.chat_id}:{sent.message_id}"
            posted = Posted(name, poll.id, did.chat_id, sent.message_id)
            await self.database.shared(lambda session: note_posted(session, posted, now), key=f"chat:{did.chat_id}")
        elif poll.state_at(now) is State.CLOSED:
            await self._stop(there)
            await self._say(did.chat_id, PollClosed().say(t))
        elif first:  # else the process ended after it was posted
            await self._say(did.chat_id, t("This poll stands in this group already."))

    async def _ask(self, did: AskedFor, poll: Poll) -> Message:
        """Telegram's own poll."""
        labels: list[InputPollOption | str] = [
            InputPollOption(text=shorten(poll.label_of(name, translator(did.language)), LONGEST_OPTION))
            for name in poll.names
        ]
        return await patiently(
            lambda: self.bot.send_poll(
                did.chat_id,
                shorten(poll.title_in(did.language), LONGEST_QUESTION),
                labels,
                is_anonymous=False,
                allows_multiple_answers=poll.kind is Kind.MULTIPLE,
                hide_results_until_closes=hides_until_close(poll),
            )
        )

    async def _lead(self, did: AskedFor, poll: Poll, t: Translator) -> Message:
        """A message whose button leads to the vote: nothing that is chosen, and no result, comes to the group."""
        me = await self.bot.me()
        url = f"https://t.me/{me.username}?start={START}{poll.code}"
        keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=t("Vote"), url=url)]])
        return await patiently(
            lambda: self.bot.send_message(did.chat_id, _invitation(poll, t), parse_mode=None, reply_markup=keys)
        )

    async def _count(self, did: Answered) -> None:
        now = self.clock.now()
        late = await self.database.shared(
            lambda session: count(session, self.booth, did, now), key=f"chat:{did.account}"
        )
        if late is not None:
            await self._stop(late)

    async def _stop(self, posted: Posted) -> None:
        """Telegram's own poll takes no more votes, and shows how many each option has in the group."""
        try:
            await patiently(lambda: self.bot.stop_poll(posted.chat_id, posted.message_id))
        except TelegramAPIError as error:  # it was stopped already, the message is gone, or it was a button
            log.info("telegram refused a courtesy", reason=type(error).__name__)

    async def _say(self, chat_id: int, text: str) -> None:
        await patiently(lambda: self.bot.send_message(chat_id, text))


def count(session: Session, booth: Booth, did: Answered, now: datetime) -> Posted | None:
    """Counts what was chosen, or takes it back; the message of a poll that is closed, so that it is stopped."""
    if not first_time(session, INBOUND, str(did.update_id), now):
        return None
    posted = find_posted(session, did.telegram_id)
    if posted is None:
        return None
    savepoint = session.begin_nested()
    try:
        poll, voter = load_poll(session, posted.poll_id), voter_by_account(session, did.account)
        names = tuple(poll.names[at] for at in did.places if at < len(poll.names))
        given = Vote(poll.id, voter, Choice(names=names), DOOR)
        if names:
            cast(session, booth, given, now)
        else:
            withdraw(session, booth, given, now)
    except PollClosed:
        savepoint.rollback()
        return posted
    except Problem as problem:  # not asked: Telegram shows the choice in the group, it does not count here
        savepoint.rollback()
        log.info("a vote in a group does not count", poll=posted.poll_id, reason=type(problem).__name__)
    else:
        savepoint.commit()
    return None


def _invitation(poll: Poll, t: Translator) -> str:
    lines = [poll.title_in(t.language)]
    if summary := pick_text(dict(poll.definition.summary), t.language):
        lines += ["", shorten(summary, LONGEST_ABOUT)]
    lines.append("")
    if poll.closes_at is not None:
        ends = local(poll.closes_at, poll.time_zone)
        day, hour = (
            long_day(ends, t.language),
            format_time(ends, "short", locale=babel_locale(t.language)),
        )
        lines.append(t("Votes are taken until {day}, {hour}.", day=day, hour=hour))
    lines.append(t(SECRECY_TOLD[poll.definition.secrecy.value]))
    lines.append(t("The button leads to a chat of your own, where you vote: this group does not see what you choose."))
    return "\n".join(lines)


def _answered(update_id: int, answer: PollAnswer) -> Answered | None:
    if answer.user is None:  # somebody who votes as a channel is nobody in particular
        return None
    return Answered(update_id, answer.poll_id, answer.user.id, tuple(answer.option_ids))


def _asked_for(update_id: int, message: Message) -> AskedFor | None:
    found = ASKS.fullmatch(message.text or "")
    if message.chat.type not in GROUPS or message.from_user is None or found is None:
        return None
    code = (message.from_user.language_code or "").split("-")[0].lower()
    return AskedFor(update_id, message.chat.id, code if code in LANGUAGES else "it", found[1] or "")
