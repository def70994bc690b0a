"""Who speaks in messages, as the settings say."""

from __future__ import annotations

import re
from email.utils import parseaddr

from cli.world import World
from core.config import Settings
from core.errors import SettingWrong
from core.i18n import N_
from core.people.channels import EMAIL, TELEGRAM
from notifications.channels.dkim import Signer, read_signer
from notifications.channels.smtp.relay import parse_relays, rate_of
from notifications.content.email import routable_address
from notifications.review.review import Judging
from notifications.sending.context import Voice

SENDER = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")  # no relay has to know SMTPUTF8 for it

NO_SENDER = N_(
    "an address is expected, alone or behind a name, with nothing but plain letters before the @, as in "
    "Ufficio di piano <piano@example.org>."
)


def voice_of(world: World, bot_name: str) -> Voice:
    """Raises SettingWrong for a sender or a return address that cannot be one."""
    settings = world.settings
    domain = _sender_domain(settings.mail_from)
    return Voice(
        settings.mail_from, world.urls(bot_name), domain, settings.checked_return_address(), settings.small_numbers
    )


def rates_of(settings: Settings) -> dict[str, float]:
    """How many messages leave a second, by channel; raises SettingWrong."""
    relays = parse_relays(settings.smtp_url) if settings.smtp_url else ()
    mails = sum(rate_of(one, relays, settings.smtp_rate) for one in relays) or settings.smtp_rate
    return {EMAIL: mails, TELEGRAM: settings.telegram_rate}


def judging_of(world: World, bot_name: str) -> Judging:
    """By what staff judge a mailing."""
    return Judging(world.rules, voice_of(world, bot_name), rates_of(world.settings))


def signer_of(world: World) -> Signer | None:
    """Who signs mails, None where the relay does; raises SettingWrong."""
    return signer_by(world.settings)


def signer_by(settings: Settings) -> Signer | None:
    """As `signer_of`, without a world."""
    return read_signer(_sender_domain(settings.mail_from), settings.dkim_selector, settings.dkim_key)


def _sender_domain(mail_from: str) -> str:
    """The sender's domain in the letters of the DNS, "" for no sender."""
    if not mail_from:
        return ""
    address = routable_address(parseaddr(mail_from)[1])
    if not SENDER.fullmatch(address):
        raise SettingWrong(name="ASCOLTO_MAIL_FROM", reason=NO_SENDER)
    return address.rpartition("@")[2]
