"""By which channels somebody is reached: an address is one of these, and so is a delivery. Pure."""

from __future__ import annotations

from core.i18n import N_

EMAIL, TELEGRAM = "email", "telegram"
CHANNELS = (TELEGRAM, EMAIL)
CHANNEL_NAMES = {EMAIL: N_("E-mail"), TELEGRAM: N_("Telegram")}
