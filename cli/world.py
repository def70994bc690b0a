"""What every command and process stands on, wired here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from core.addresses import PublicUrls
from core.clock import Clock, clock_from
from core.config import BOT_API, Settings, load_settings
from core.contributions.my_data import contributions_contributor, erase_contributions
from core.database.database import Database
from core.database.migrating import check_current
from core.ids import Ids, RandomIds
from core.links import Links
from core.log import configure_logs
from core.people.audience import Predicates, member_clause
from core.people.personal import PersonalData
from core.people.predicates import core_predicates
from notifications.intake.my_data import erase_mails, mails_contributor
from notifications.planning.rules import Rules
from surveys.polls.my_data import erase_votes, votes_contributor
from surveys.responses.audience import survey_predicates
from surveys.responses.my_data import answers_contributor, erase_answers
from surveys.responses.shelf import FormShelf


@dataclass(frozen=True)
class World:
    """The settings in force and what was opened by them."""

    settings: Settings
    database: Database
    clock: Clock
    ids: Ids
    shelf: FormShelf
    predicates: Predicates = field(default_factory=lambda: {**core_predicates(), **survey_predicates()})

    @cached_property
    def rules(self) -> Rules:
        """Who gets a mailing: audiences with the conditions of core and of surveys, and the contact budget."""
        return Rules(member_clause(self.predicates), self.settings.contact_budget, self.settings.small_numbers)

    @cached_property
    def personal(self) -> PersonalData:
        """What surveys and notifications know of a person, and how it is taken away."""
        return PersonalData(
            (answers_contributor(), votes_contributor(), mails_contributor(), contributions_contributor()),
            (erase_answers, erase_votes, erase_mails, erase_contributions),
        )

    @cached_property
    def links(self) -> Links:
        """Signs links; raises SettingMissing without a secret."""
        return Links(self.settings.need_secret())

    def urls(self, bot_name: str = "") -> PublicUrls:
        """The addresses in messages, with the bot's when its name is known."""
        public = self.settings.public_url.rstrip("/")
        return PublicUrls(public, chat_address(self.settings, bot_name), self.settings.opens_in_telegram)


def chat_address(settings: Settings, bot_name: str) -> str:
    """Where a chat with the participants' bot opens: Telegram, or the sandbox's chat window."""
    name = bot_name or settings.participant_bot_name
    if settings.telegram_api_url != BOT_API and settings.participant_bot_token:
        return f"{settings.telegram_api_url}/participants/people"
    return f"https://t.me/{name}" if name else ""


def staff_chat_address(settings: Settings, bot_name: str) -> str:
    """Where a chat with the staff's bot opens: Telegram, or the sandbox's chat window; "" where it is not known."""
    if not settings.staff_bot_token:
        return ""
    if settings.telegram_api_url != BOT_API:
        return f"{settings.telegram_api_url}/staff/people"
    return f"https://t.me/{bot_name}" if bot_name else ""


@contextmanager
def open_world(settings: Settings | None = None, *, migrated: bool = True) -> Iterator[World]:
    """Opens the database and the rest; raises DatabaseBehind unless migrations are applied."""
    settings = settings or load_settings()
    configure_logs(settings.log_format)
    database = Database(settings.database_url)
    try:
        if migrated:
            check_current(database.engine)
        yield World(settings, database, clock_from(settings.clock_file), RandomIds(), FormShelf())
    finally:
        database.close()
