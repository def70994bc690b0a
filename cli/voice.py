"""Who speaks in messages, as the settings say."""

from __future__ import annotations

from email.utils import parseaddr

from cli.world import World
from core.config import Settings
from notifications.channels.dkim import Signer, read_signer
from notifications.sending.context import Voice


def voice_of(world: World, bot_name: str) -> Voice:
    """Raises SettingWrong for a return address that cannot be one."""
    settings = world.settings
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    return Voice(settings.mail_from, world.urls(bot_name), domain, settings.checked_return_address())


def signer_of(world: World) -> Signer | None:
    """Who signs mails, None where the relay does; raises SettingWrong."""
    return signer_by(world.settings)


def signer_by(settings: Settings) -> Signer | None:
    """As `signer_of`, without a world."""
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    return read_signer(domain, settings.dkim_selector, settings.dkim_key)
