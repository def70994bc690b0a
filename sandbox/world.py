"""The pretended outside world as a value: Telegram's server, people, a mail server, a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from core.clock import Clock
from core.i18n import Translator
from core.ids import RandomIds
from sandbox.mail.replying import drop
from sandbox.mail.smtp import Postman
from sandbox.mail.store import Mail, MailStore
from sandbox.misbehaviour import Misbehaviour
from sandbox.server.bot import Bot
from sandbox.server.files import Files
from sandbox.server.rates import Limits, Rates
from sandbox.server.strict import known_methods
from sandbox.server.webhook import Deliverer

SECONDS_COUNTED, UPDATES_A_SECOND = 10_000_000, 200  # within 32 bits, as Telegram's own numbers are
PREFIXES = ("/telegram", "/mail", "/sandbox", "/clock", "/misbehave")


@dataclass(frozen=True)
class Door:
    """A way into the product that the front page offers."""

    title: str
    description: str
    url: str


Doors = Callable[[Translator], Sequence[Door]]


def no_doors(_: Translator) -> Sequence[Door]:
    return ()


@dataclass
class World:
    """Everything the sandbox holds, in memory."""

    bots: dict[str, Bot]
    clock: Clock
    language: str = "it"
    zone: str = "Europe/Rome"
    doors: Doors = no_doors
    maildir: Path | None = None  # where what people answer arrives
    mail: MailStore = field(default_factory=MailStore)
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)
    deliverers: dict[str, Deliverer] = field(init=False)

    def __post_init__(self) -> None:
        methods = known_methods()
        self.deliverers = {name: Deliverer(bot, methods) for name, bot in self.bots.items()}

    @property
    def postman(self) -> Postman:
        return Postman(self.mail, self.misbehaviour, self.clock)

    def post(self, sender: str, recipient: str, raw: bytes) -> Mail:
        """Somebody's mail: it arrives in the recipient's inbox, and where the office reads its mail."""
        mail = self.mail.keep(sender, (recipient,), self.clock.now(), raw)
        if self.maildir is not None:
            drop(self.maildir, mail)
        return mail

    def told(self, bot_name: str) -> None:
        """To be called when a bot has a new update."""
        self.deliverers[bot_name].wake()

    async def close(self) -> None:
        """Lets waiting polls go and stops posting to webhooks."""
        for bot in self.bots.values():
            bot.updates.release()
        for deliverer in self.deliverers.values():
            await deliverer.close()


def create_world(
    tokens: Mapping[str, str],
    clock: Clock,
    *,
    limits: Limits | None = None,
    language: str = "it",
    doors: Doors = no_doors,
) -> World:
    """A new, empty world; `tokens` are the bots' by their names (`participants`, `staff`)."""
    ids = RandomIds()
    bots = {name: Bot(name, token, clock, ids, Rates(limits or Limits()), Files(ids)) for name, token in tokens.items()}
    for bot in bots.values():
        bot.updates.last_id = first_update(clock)
    return World(bots, clock, language, doors=doors)


def first_update(clock: Clock) -> int:
    """Where the numbers of updates begin: a world that is made anew never counts as one that was taken in before."""
    return int(clock.now().timestamp()) % SECONDS_COUNTED * UPDATES_A_SECOND


def beside(world_app: ASGIApp, product: ASGIApp) -> ASGIApp:
    """One application of two: the sandbox under its own paths, the product everywhere else."""

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        ours = any(path == prefix or path.startswith(f"{prefix}/") for prefix in PREFIXES)
        await (world_app if ours else product)(scope, receive, send)

    return both
