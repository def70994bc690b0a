"""From Telegram to the unit of work and back: one path for polling and for the webhook.

aiogram's dispatcher tells messages, presses and membership apart; each becomes the same
`Arrived`. An update counts as received only once its unit is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from aiogram import Bot, Dispatcher, Router
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import BotCommand, CallbackQuery, ChatMemberUpdated, Message, PollAnswer, Update

from bots.participants.behind import Behind
from bots.participants.commands import menu_in
from bots.participants.group_polls import GroupPolls, parse_group
from bots.participants.on_page import PageButtons
from bots.participants.parse import Arrived, PressedButton, parse
from bots.participants.sending_files import FileSender
from bots.participants.show import Toast, show, toast_of
from bots.participants.store import change_chat, set_blocked
from bots.participants.unit import Desk, Taken, take_update
from bots.participants.votes import count_vote, vote_in
from core.addresses import PublicUrls
from core.clock import Clock
from core.database.database import Database
from core.database.reading import SharedReads
from core.i18n import LANGUAGES, translator
from core.ids import Ids
from core.links import Links
from core.people.personal import PersonalData
from surveys.polls.casting import Booth
from surveys.responses.shelf import FormShelf
from surveys.results.protecting import LEAST

log = structlog.get_logger()

PATIENCE_SECONDS = 5.0
DEFAULT_LANGUAGE = "it"
RECEIVER = "receiver"  # in what the dispatcher holds
UPDATES = ["message", "callback_query", "my_chat_member", "poll_answer"]


@dataclass(frozen=True)
class BotDeps:
    """What the participants' bot stands on."""

    bot: Bot
    database: Database
    clock: Clock
    links: Links
    ids: Ids
    shelf: FormShelf
    attachment_limit_mb: int = 20
    urls: PublicUrls = field(default_factory=lambda: PublicUrls(""))
    personal: PersonalData = field(default_factory=PersonalData)
    small_numbers: int = LEAST


class Receiver:
    """Takes updates in: commits what they ask for, then shows what follows."""

    def __init__(self, deps: BotDeps) -> None:
        self._deps = deps
        pages = PageButtons(deps.links, deps.urls)
        self._desk = Desk(
            deps.shelf, deps.links, deps.ids, deps.attachment_limit_mb, pages, deps.personal, deps.small_numbers
        )
        self._files = FileSender(deps.bot, deps.database)
        self._reads = SharedReads(deps.database)
        self._showing: dict[int, asyncio.Task[None]] = {}
        self._behind = Behind(lambda: deps.database.is_awaited, self._begin)

    async def receive(self, arrived: Arrived, *, posted: bool = False) -> Toast | None:
        """Returns once the update is committed and shown; raises only when it was not committed.

        Whoever is slow to show (Telegram asked to wait) is waited for `PATIENCE_SECONDS`, and
        goes on behind: nobody else's updates are held up by it. What is said over the chat is the answer to an update
        that was `posted`, and the rest is shown behind: a hall that votes is thanked faster than messages may be
        changed.
        """
        if (before := self._showing.get(arrived.chat_id)) is not None:
            await asyncio.wait({before}, timeout=PATIENCE_SECONDS)
        taken = await self._commit(arrived)
        if posted and (said := _toast(taken)) is not None:
            self._behind.put(taken._replace(is_answered=True))
            return said
        showing = self._begin([*self._behind.take(arrived.chat_id), taken])
        await asyncio.wait({showing}, timeout=PATIENCE_SECONDS)
        return None

    def _begin(self, taken: Sequence[Taken]) -> asyncio.Task[None]:
        """Shows what became of updates of one chat, after what is being shown there."""
        chat_id = taken[0].chat.id
        showing = asyncio.create_task(self._show_after(self._showing.get(chat_id), taken))
        self._showing[chat_id] = showing
        showing.add_done_callback(lambda done: self._forget(chat_id, done))
        return showing

    def _forget(self, chat_id: int, done: asyncio.Task[None]) -> None:
        if self._showing.get(chat_id) is done:
            del self._showing[chat_id]

    async def _show_after(self, before: asyncio.Task[None] | None, taken: Sequence[Taken]) -> None:
        """The answer is kept already: where it cannot be shown, the next update shows where things stand."""
        if before is not None and not before.done():
            await asyncio.wait({before})
        for one in taken:
            await self._show_kept(one)

    async def _show_kept(self, taken: Taken) -> None:
        chat_id = taken.chat.id
        try:
            await self._show(taken)
        except TelegramForbiddenError:
            now = self._deps.clock.now()
            await self._deps.database.shared(lambda session: set_blocked(session, chat_id, now))
        except Exception as error:
            log.warning("a prompt could not be shown", chat=chat_id, exc_info=error)

    async def _commit(self, arrived: Arrived) -> Taken:
        now, key = self._deps.clock.now(), f"chat:{arrived.chat_id}"
        vote = vote_in(arrived, now)
        if vote is not None and (counted := await count_vote(self._deps.database, self._desk, vote, key)) is not None:
            return counted
        return await self._deps.database.shared(lambda session: take_update(session, self._desk, arrived, now), key=key)

    async def _show(self, taken: Taken) -> None:
        reply, did, chat_id = taken.reply, taken.arrived.did, taken.chat.id
        if reply.view is not None:
            reply = reply._replace(screens=(await reply.view.make(self._reads),))
        pressed = did if isinstance(did, PressedButton) else None
        if reply.shown:
            await self._files.send(chat_id, reply.form_version_id, reply.shown)
        live = await show(self._deps.bot, taken.chat, reply, pressed, is_answered=taken.is_answered)
        if live is not None and (live or taken.chat.prompt_message_id):
            await self._deps.database.shared(
                lambda session: change_chat(session, chat_id, prompt_message_id=live or None), key=f"chat:{chat_id}"
            )


def _toast(taken: Taken) -> Toast | None:
    did = taken.arrived.did
    return toast_of(did, taken.reply) if isinstance(did, PressedButton) and taken.reply.toast else None


def create_dispatcher(deps: BotDeps) -> Dispatcher:
    """The dispatcher of the participants' bot; feed it updates, each returns once committed."""
    receiver = Receiver(deps)
    router = Router(name="participants")

    groups = GroupPolls(deps.bot, deps.database, deps.clock, Booth(deps.links, deps.ids, deps.small_numbers))

    async def take(
        event: Message | CallbackQuery | ChatMemberUpdated | PollAnswer, event_update: Update, posted: bool = False
    ) -> Toast | None:
        arrived = parse(event_update)
        if arrived is not None:
            return await receiver.receive(arrived, posted=posted)
        if (did := parse_group(event_update)) is not None:
            await groups.take(did)
        return None

    router.message.register(take)
    router.callback_query.register(take)
    router.my_chat_member.register(take)
    router.poll_answer.register(take)
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher[RECEIVER] = receiver
    dispatcher.include_router(router)
    return dispatcher


async def introduce(bot: Bot) -> None:
    """Tells Telegram the commands, in every language."""
    for language in (None, *LANGUAGES):
        t = translator(language or DEFAULT_LANGUAGE)
        commands = [BotCommand(command=name, description=about) for name, about in menu_in(t).items()]
        await bot.set_my_commands(commands, language_code=language)
