"""What the console's pages on mailings stand on; wired in cli/."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from core.addresses import PublicUrls
from core.errors import Problem
from core.i18n import N_
from core.people.audience import member_clause
from core.people.predicates import core_predicates
from notifications.channels.contract import Mail, Outcome
from notifications.planning.rules import Rules
from notifications.sending.context import Voice


class NoRelay(Problem):
    text = N_("No mail can be tried from here: this installation has no relay (ASCOLTO_SMTP_URL).")
    status = 409


async def no_relay(_: Mail) -> Outcome:
    raise NoRelay


@dataclass(frozen=True)
class Telling:
    """By which rules mailings find their people, who speaks in them, and how many leave a second, by channel.

    A mail may weigh `mail_limit_mb` with everything that goes with it. `try_mail` sends one mail to somebody of
    the staff, past the ledger but not past the relays' rates; it may raise TrialLater.
    """

    rules: Rules = field(default_factory=lambda: Rules(member_clause(core_predicates())))
    voice: Voice = field(default_factory=lambda: Voice("Ascolto <ascolto@example.org>", PublicUrls(""), "example.org"))
    rates: Mapping[str, float] = field(default_factory=dict)
    try_mail: Callable[[Mail], Awaitable[Outcome]] = no_relay
    mail_limit_mb: int = 10

    @property
    def can_try(self) -> bool:
        """Whether a mail can be tried from here."""
        return self.try_mail is not no_relay
