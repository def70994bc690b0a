"""What the pages stand on; wired in cli/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from core.addresses import PublicUrls
from core.clock import Clock, SystemClock
from core.database.database import Database
from core.ids import Ids
from core.links import Links
from core.people.personal import PersonalData
from surveys.polls.casting import Booth
from surveys.responses.shelf import FormShelf
from web.console.telling import Telling
from web.simulator.chat import ChatPreview, NoChat


def always_ready() -> None:
    """For where nobody asks, such as tests."""


@dataclass(frozen=True)
class WebDeps:
    """Everything that pages use.

    `check_ready` raises while the service cannot work (database away, migrations behind);
    `personal` holds the parts of a person's data that stand above core;
    `chat_preview` shows a questionnaire as the chat does; with the bot's token Telegram's word on
    who opens a page is checked; `webhook_private` lets webhooks reach private networks; `staff_chat` is where the
    staff's bot is opened ("" without one).
    Sessions of staff last by the `machine`'s clock, wherever the office's is moved to.
    """

    database: Database
    clock: Clock
    ids: Ids
    links: Links
    shelf: FormShelf
    urls: PublicUrls
    upload_limit_mb: int = 20
    attachment_limit_mb: int = 20
    check_ready: Callable[[], None] = always_ready
    personal: PersonalData = field(default_factory=PersonalData)
    chat_preview: ChatPreview = field(default_factory=NoChat)
    participant_bot_token: str = ""
    telling: Telling = field(default_factory=Telling)
    webhook_private: bool = False
    staff_chat: str = ""
    machine: Clock = field(default_factory=SystemClock)

    @cached_property
    def booth(self) -> Booth:
        """What voting stands on."""
        return Booth(self.links, self.ids, self.telling.rules.small_numbers)

    @property
    def secure(self) -> bool:
        """Whether people reach the pages over https."""
        return self.urls.public.startswith("https://")
